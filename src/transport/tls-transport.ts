// TLS 1.3 between nodes: a bounded pool of sockets to each peer, one stream at a time on each.
//
// Owns: sockets, who may connect. Refuses: framing (lane.ts). The certificate is a wrapper: what counts is the ed25519
// key in it, whose possession the handshake proves and which is pinned to the membership before a byte is read.

import type { AddressInfo, Socket } from 'node:net';
import {
  connect as tlsConnect,
  createServer,
  type Server,
  type TLSSocket,
  type CommonConnectionOptions,
  type SecureContextOptions,
} from 'node:tls';
import { assert } from '../core/assert.ts';
import { messageOf, PredastoreError, wrapError } from '../core/errors.ts';
import { PEER_OPEN_TIMEOUT_MS, TRANSPORT_SOCKETS_MAX } from '../core/limits.ts';
import { BatchBuffers } from './batch-buffers.ts';
import { REFUSAL } from './frame.ts';
import { LaneAcceptor, listenerClosed } from './lane-acceptor.ts';
import { LaneConnection } from './lane-connection.ts';
import { OpenEnds } from './open-ends.ts';
import { certify, provenPeer, type TlsMaterial } from './tls-certificate.ts';
import { TlsPipe } from './tls-pipe.ts';
import { requireExpected, type AdapterOptions } from './transport-options.ts';
import type {
  PeerAddress,
  PeerId,
  StreamHandler,
  Transport,
  TransportConnection,
  TransportListener,
} from './transport.ts';

const ALPN = 'predastore-shard/1';
/** AES-128 first: it is strong enough and the fastest where the CPU has AES; ChaCha20 for where it has not. */
const CIPHERS = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256';
/** Sockets from all peers and strangers together. */
const INCOMING_SOCKETS_MAX = 8192;

type SharedTlsOptions = SecureContextOptions & CommonConnectionOptions;

export function createTlsTransport(options: AdapterOptions): Transport {
  return new TlsTransport(options);
}

class TlsTransport implements Transport {
  readonly kind = 'tls';
  readonly self: PeerId;
  readonly #options: AdapterOptions;
  readonly #buffers = new BatchBuffers();
  readonly #open = new OpenEnds();
  #material: Promise<TlsMaterial> | undefined;

  constructor(options: AdapterOptions) {
    this.self = options.nodeKey.peerId;
    this.#options = options;
  }

  async listen(address: PeerAddress, onStream: StreamHandler): Promise<TransportListener> {
    const server = createServer({ ...(await this.#tlsOptions()), handshakeTimeout: PEER_OPEN_TIMEOUT_MS });
    server.maxConnections = INCOMING_SOCKETS_MAX;
    await listening(server, address);
    const acceptor = new LaneAcceptor({ ...this.#options, buffers: this.#buffers, onStream });
    const listener = new TlsListener(server, acceptor, this.#options);
    this.#open.listeners.add(listener);
    return listener;
  }

  async connect(address: PeerAddress, expected: PeerId): Promise<TransportConnection> {
    const openPipe = (): Promise<TlsPipe> => this.#dial(address, expected);
    const first = await openPipe();
    const connection = new LaneConnection({
      peer: expected,
      clock: this.#options.clock,
      buffers: this.#buffers,
      lanesMax: TRANSPORT_SOCKETS_MAX,
      openPipe,
      pipeDeathIsFatal: true,
      release: () => this.#open.connections.delete(connection),
    });
    this.#open.connections.add(connection);
    await connection.greet(first);
    return connection;
  }

  close(): Promise<void> {
    return this.#open.close();
  }

  async #tlsOptions(): Promise<SharedTlsOptions> {
    this.#material ??= certify(this.#options.nodeKey);
    const { key, cert } = await this.#material;
    return {
      key,
      cert,
      ALPNProtocols: [ALPN],
      minVersion: 'TLSv1.3',
      maxVersion: 'TLSv1.3',
      ciphers: CIPHERS,
      requestCert: true,
      // No authority signs node keys; `provenPeer` and the membership decide instead.
      rejectUnauthorized: false,
    };
  }

  async #dial(address: PeerAddress, expected: PeerId): Promise<TlsPipe> {
    const options = { ...(await this.#tlsOptions()), host: address.host, port: address.port };
    const socket = await this.#handshake(options, `${address.host}:${address.port}`);
    try {
      if (socket.alpnProtocol !== ALPN)
        throw new PredastoreError('peer-protocol', `the peer does not speak ${ALPN}`);
      requireExpected(provenPeer(socket), expected, this.#options.membership);
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return new TlsPipe(socket);
  }

  #handshake(options: SharedTlsOptions & PeerAddress, where: string): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const socket = tlsConnect(options);
      const timer = this.#options.clock.after(PEER_OPEN_TIMEOUT_MS, () =>
        socket.destroy(new PredastoreError('peer-unreachable', `no answer from ${where}`)),
      );
      const failed = (error?: unknown): void => {
        timer.cancel();
        reject(
          wrapError('peer-unreachable', `cannot connect to ${where}`, error ?? 'closed during the handshake'),
        );
      };
      socket.on('error', failed);
      socket.once('close', failed);
      socket.once('secureConnect', () => {
        timer.cancel();
        socket.off('close', failed);
        resolve(socket);
      });
    });
  }
}

class TlsListener implements TransportListener {
  readonly port: number;
  readonly #server: Server;
  readonly #acceptor: LaneAcceptor;
  readonly #options: AdapterOptions;
  /** Every TCP socket, also those still shaking hands. */
  readonly #sockets = new Set<Socket>();
  #closing: Promise<void> | undefined;

  constructor(server: Server, acceptor: LaneAcceptor, options: AdapterOptions) {
    this.#server = server;
    this.#acceptor = acceptor;
    this.#options = options;
    const bound = server.address() as AddressInfo | null;
    assert(bound !== null, 'a listening server has an address');
    this.port = bound.port;
    server.on('connection', (socket: Socket) => this.#track(socket));
    server.on('secureConnection', (socket) => this.#admit(socket));
    server.on('tlsClientError', (error) => options.logger.debug('an incoming handshake failed', { error }));
    server.on('error', (error) => options.logger.error('the TLS listener failed', { error }));
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#acceptor.destroyAll(listenerClosed());
      for (const socket of this.#sockets) socket.destroy();
    });
    return this.#closing;
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #admit(socket: TLSSocket): void {
    const pipe = new TlsPipe(socket);
    try {
      const peer = provenPeer(socket);
      if (!this.#options.membership(peer))
        throw new PredastoreError('peer-rejected', `${peer} is not a member`);
      this.#acceptor.accept(pipe, peer);
    } catch (error) {
      this.#options.logger.warn('a stranger was refused', { reason: messageOf(error) });
      this.#refuse(socket);
    }
  }

  /** Tells a stranger that it is one; what it says is thrown away. */
  #refuse(socket: TLSSocket): void {
    const timer = this.#options.clock.after(PEER_OPEN_TIMEOUT_MS, () => socket.destroy());
    socket.once('close', () => timer.cancel());
    socket.end(REFUSAL);
    socket.resume();
  }
}

function listening(server: Server, address: PeerAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      const where = `${address.host}:${address.port}`;
      reject(
        new PredastoreError('invalid-config', `cannot listen on TCP ${where}: ${messageOf(error)}`, error),
      );
    };
    server.once('error', failed);
    server.listen({ host: address.host, port: address.port }, () => {
      server.off('error', failed);
      resolve();
    });
  });
}
