// QUIC between nodes: quinn, through a native addon (docs/decisions/0002-transport.md).
//
// Owns: endpoints, who may connect, connections to lanes. Refuses: framing (lane.ts).
// Traps of the addon that this file works around: a killed peer shows only at the idle timeout; `resetWrite` and
// `stopRead` wait for blocked calls, so our credit stays below its stream window; a slot of the stream limit is free
// only when both FINs were read; its ALPN is fixed, so our protocol is named in every lane's preface.

import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { assert } from '../core/assert.ts';
import { isPredastoreError, messageOf, PredastoreError, wrapError } from '../core/errors.ts';
import {
  PEER_OPEN_TIMEOUT_MS,
  TRANSPORT_CREDIT_BYTES,
  TRANSPORT_REFUSALS_MAX,
  TRANSPORT_CONNECTIONS_PER_PEER_MAX,
  TRANSPORT_STREAMS_MAX,
} from '../core/limits.ts';
import { within } from '../platform/clock.ts';
import { settled, supervise } from '../platform/supervise.ts';
import { BatchBuffers } from './batch-buffers.ts';
import { REFUSAL } from './frame.ts';
import { LaneAcceptor, listenerClosed } from './lane-acceptor.ts';
import { LaneConnection } from './lane-connection.ts';
import {
  loadQuicAddon,
  type AddonClient,
  type AddonConnection,
  type AddonServer,
  type QuicAddon,
} from './quic-addon.ts';
import { OpenEnds } from './open-ends.ts';
import { peerIdFromMultiaddr, privateKeyProto } from './quic-identity.ts';
import { QuicPipe } from './quic-pipe.ts';
import { requireExpected, type AdapterOptions } from './transport-options.ts';
import type {
  PeerAddress,
  PeerId,
  StreamHandler,
  Transport,
  TransportConnection,
  TransportListener,
} from './transport.ts';
import { warnOfSmallUdpBuffers } from './udp-buffers.ts';

const MIB = 1024 * 1024;
/** Above our credit, so that a write never blocks on the stream's window and can always be reset. */
const STREAM_WINDOW_BYTES = 8 * MIB;
assert(STREAM_WINDOW_BYTES > TRANSPORT_CREDIT_BYTES, 'the stream window is above our credit');
const CONNECTION_WINDOW_BYTES = 64 * MIB;
/** A killed peer is noticed after this long; own deadlines per operation lie above. */
const IDLE_TIMEOUT_MS = 3_000;
const KEEPALIVE_MS = 1_000;
/** How long a stranger may take to open the stream on which it is told that it is refused. */
const REFUSAL_PATIENCE_MS = 1_000;
/** For the refusal to reach it before the connection is cut. */
const REFUSAL_DELIVERY_MS = 250;
const UDP_BUFFER_BYTES = 4 * MIB;

/** Loads the addon (`invalid-config` when it does not run here) and prepares an endpoint; no socket is opened yet. */
export function createQuicTransport(options: AdapterOptions): Transport {
  const addon = loadQuicAddon();
  supervise(warnOfSmallUdpBuffers(options.logger), options.logger, 'the check of UDP buffers');
  return new QuicTransport(addon, options);
}

class QuicTransport implements Transport {
  readonly kind = 'quic';
  readonly self: PeerId;
  readonly #addon: QuicAddon;
  readonly #options: AdapterOptions;
  readonly #config: object;
  readonly #buffers = new BatchBuffers();
  readonly #clients = new Map<0 | 1, AddonClient>();
  readonly #open = new OpenEnds();

  constructor(addon: QuicAddon, options: AdapterOptions) {
    this.self = options.nodeKey.peerId;
    this.#addon = addon;
    this.#options = options;
    this.#config = new addon.QuinnConfig({
      privateKeyProto: privateKeyProto(options.nodeKey),
      handshakeTimeout: PEER_OPEN_TIMEOUT_MS,
      shutdownTimeout: 1_000,
      maxIdleTimeout: IDLE_TIMEOUT_MS,
      keepAliveInterval: KEEPALIVE_MS,
      // A few above ours: a slot is given back a little later at the other end.
      maxConcurrentStreamLimit: TRANSPORT_STREAMS_MAX + 24,
      maxStreamData: STREAM_WINDOW_BYTES,
      maxConnectionData: CONNECTION_WINDOW_BYTES,
      receiveBufferSize: UDP_BUFFER_BYTES,
      sendBufferSize: UDP_BUFFER_BYTES,
    });
  }

  async listen(address: PeerAddress, onStream: StreamHandler): Promise<TransportListener> {
    const { ip } = await resolve(address.host);
    let server: AddonServer;
    try {
      server = new this.#addon.Server(this.#config, ip, address.port);
    } catch (error) {
      const where = `${address.host}:${address.port}`;
      throw new PredastoreError(
        'invalid-config',
        `cannot listen on UDP ${where}: ${messageOf(error)}`,
        error,
      );
    }
    const acceptor = new LaneAcceptor({ ...this.#options, buffers: this.#buffers, onStream });
    const listener = new QuicListener(server, acceptor, this.#options);
    this.#open.listeners.add(listener);
    return listener;
  }

  async connect(address: PeerAddress, expected: PeerId): Promise<TransportConnection> {
    const dialling = this.#dial(address);
    const where = `${address.host}:${address.port}`;
    const late = (): Error => new PredastoreError('peer-unreachable', `no answer from ${where}`);
    let raw: AddonConnection;
    try {
      raw = await within(this.#options.clock, PEER_OPEN_TIMEOUT_MS, dialling, late);
    } catch (error) {
      settled(
        dialling.then((unused) => unused.abort()),
        'the caller got the timeout',
      );
      throw wrapError('peer-unreachable', `cannot connect to ${where}`, error);
    }
    return await this.#prove(raw, expected);
  }

  async close(): Promise<void> {
    await this.#open.close();
    for (const client of this.#clients.values()) client.abort();
    this.#clients.clear();
  }

  async #dial(address: PeerAddress): Promise<AddonConnection> {
    const { ip, family } = await resolve(address.host);
    let client = this.#clients.get(family);
    if (client === undefined) {
      client = new this.#addon.Client(this.#config, family);
      this.#clients.set(family, client);
    }
    return await client.outboundConnection(ip, address.port);
  }

  async #prove(raw: AddonConnection, expected: PeerId): Promise<TransportConnection> {
    try {
      requireExpected(peerIdFromMultiaddr(raw.remoteMultiaddr()), expected, this.#options.membership);
    } catch (error) {
      raw.abort();
      throw error;
    }
    const openPipe = async (): Promise<QuicPipe> => new QuicPipe(await raw.outboundStream());
    const connection = new LaneConnection({
      peer: expected,
      clock: this.#options.clock,
      buffers: this.#buffers,
      lanesMax: TRANSPORT_STREAMS_MAX,
      openPipe,
      pipeDeathIsFatal: false,
      release: () => {
        this.#open.connections.delete(connection);
        raw.abort();
      },
    });
    this.#open.connections.add(connection);
    whenClosed(raw, (error) => connection.fail(error));
    try {
      await connection.greet(await openPipe());
    } catch (error) {
      connection.fail(wrapError('peer-unreachable', 'no stream could be opened', error));
      throw wrapError('peer-unreachable', 'the peer closed the connection before it greeted us', error);
    }
    return connection;
  }
}

class QuicListener implements TransportListener {
  readonly port: number;
  readonly #server: AddonServer;
  readonly #acceptor: LaneAcceptor;
  readonly #options: AdapterOptions;
  readonly #connections = new Set<AddonConnection>();
  /** Of members, oldest first. */
  readonly #admitted = new Set<AddonConnection>();
  readonly #byPeer = new Map<PeerId, Set<AddonConnection>>();
  readonly #accepting: Promise<void>;
  #refusals = 0;
  #closed = false;

  constructor(server: AddonServer, acceptor: LaneAcceptor, options: AdapterOptions) {
    this.#server = server;
    this.#acceptor = acceptor;
    this.#options = options;
    this.port = server.port();
    this.#accepting = this.#acceptConnections();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#acceptor.destroyAll(listenerClosed());
    for (const connection of this.#connections) connection.abort();
    await this.#server.abort();
    await this.#accepting;
  }

  async #acceptConnections(): Promise<void> {
    while (!this.#closed) {
      try {
        this.#admit(await this.#server.inboundConnection());
      } catch (error) {
        if (this.#isClosed()) return;
        // One failed handshake must not end the listener; the pause keeps a lasting failure from spinning.
        this.#options.logger.debug('an incoming connection failed', { error });
        if (!isPredastoreError(error)) await this.#options.clock.sleep(1);
      }
    }
  }

  // Behind a method, because the compiler believes that the loop condition still holds in the loop.
  #isClosed(): boolean {
    return this.#closed;
  }

  #admit(raw: AddonConnection): void {
    this.#connections.add(raw);
    whenClosed(raw, () => this.#connections.delete(raw));
    const peer = this.#identify(raw);
    const isMember = this.#options.membership(peer);
    if (isMember) this.#makeRoom(raw, peer);
    const work = isMember ? this.#acceptStreams(raw, peer) : this.#refuse(raw, peer);
    supervise(work, this.#options.logger, 'an incoming connection');
  }

  /** A peer that dials again and again costs us its oldest connection each time, and never more than its share. */
  #makeRoom(raw: AddonConnection, peer: PeerId): void {
    const connections = this.#byPeer.get(peer) ?? new Set();
    this.#byPeer.set(peer, connections);
    connections.add(raw);
    this.#admitted.add(raw);
    whenClosed(raw, () => {
      connections.delete(raw);
      this.#admitted.delete(raw);
      if (connections.size === 0 && this.#byPeer.get(peer) === connections) this.#byPeer.delete(peer);
    });
    const [oldest] = connections;
    if (connections.size > TRANSPORT_CONNECTIONS_PER_PEER_MAX && oldest !== undefined) {
      this.#options.logger.warn('a peer has too many connections: its oldest one is closed', { peer });
      oldest.abort();
      connections.delete(oldest);
      this.#admitted.delete(oldest);
    }
    const [eldest] = this.#admitted;
    if (this.#admitted.size <= (this.#options.connectionsMax ?? Infinity) || eldest === undefined) return;
    this.#options.logger.warn('there are too many connections: the oldest one is closed');
    eldest.abort();
    this.#admitted.delete(eldest);
  }

  /** Who proved itself at the other end. Somebody with an identity of another kind is nobody's peer and goes at once. */
  #identify(raw: AddonConnection): PeerId {
    try {
      return peerIdFromMultiaddr(raw.remoteMultiaddr());
    } catch (error) {
      raw.abort();
      throw error;
    }
  }

  async #acceptStreams(raw: AddonConnection, peer: PeerId): Promise<void> {
    for (;;) {
      const stream = await raw.inboundStream().catch(() => undefined);
      if (stream === undefined) return;
      this.#acceptor.accept(new QuicPipe(stream), peer);
    }
  }

  /** Tells a stranger that it is one, without reading a byte of what it says. */
  async #refuse(raw: AddonConnection, peer: PeerId): Promise<void> {
    this.#options.logger.warn('a stranger was refused', { peer });
    if (this.#refusals >= TRANSPORT_REFUSALS_MAX) {
      raw.abort();
      return;
    }
    this.#refusals += 1;
    try {
      const late = (): Error => new PredastoreError('peer-stalled', 'the stranger opened no stream');
      const stream = await within(this.#options.clock, REFUSAL_PATIENCE_MS, raw.inboundStream(), late);
      await stream.write(Buffer.from(REFUSAL, 'latin1'));
      await stream.finishWrite();
      await this.#options.clock.sleep(REFUSAL_DELIVERY_MS);
    } catch (error) {
      this.#options.logger.debug('a stranger left before it was refused', { peer, error });
    } finally {
      this.#refusals -= 1;
      raw.abort();
    }
  }
}

/** Calls `action` once when the connection is gone, for whatever reason. */
function whenClosed(raw: AddonConnection, action: (error: Error) => void): void {
  const gone = (cause?: unknown): void => {
    action(new PredastoreError('peer-unreachable', 'the connection to the peer is gone', cause));
  };
  raw.closed().then(() => gone(), gone);
}

async function resolve(host: string): Promise<{ ip: string; family: 0 | 1 }> {
  const known = isIP(host);
  if (known !== 0) return { ip: host, family: known === 6 ? 1 : 0 };
  const found = await lookup(host);
  return { ip: found.address, family: found.family === 6 ? 1 : 0 };
}
