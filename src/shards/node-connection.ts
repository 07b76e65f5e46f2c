// The one pooled connection to a node: dialled on first use, dialled again when it is gone.
//
// Owns: dialling (single-flight, bounded) and opening streams (bounded). Refuses: judging the node (node-link.ts).
// Invariants:
//   C1. At most one connection per node is kept and at most one is being dialled.
//   C2. A connection or stream that opens after its time limit is closed at once.

import { PredastoreError, wrapError } from '../core/errors.ts';
import { PEER_OPEN_TIMEOUT_MS } from '../core/limits.ts';
import { within, type Clock } from '../platform/clock.ts';
import { settled, supervise } from '../platform/supervise.ts';
import type { NodeId } from '../core/ids.ts';
import type { Logger } from '../platform/log.ts';
import type { PeerAddress, PeerId, Transport } from '../transport/transport.ts';
import type { TransportConnection, TransportStream } from '../transport/transport.ts';

/** Where a node is, and who it must prove to be. */
export interface NodeLocation {
  readonly address: PeerAddress;
  readonly peerId: PeerId;
}

export interface NodeConnectionSettings {
  readonly node: NodeId;
  readonly transport: Transport;
  readonly resolve: (node: NodeId) => NodeLocation | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The connection went away without being asked to. */
  readonly onLost: (reason: Error) => void;
}

export class NodeConnection {
  readonly #settings: NodeConnectionSettings;
  #connection: TransportConnection | undefined;
  #dialling: Promise<TransportConnection> | undefined;
  #closed = false;

  constructor(settings: NodeConnectionSettings) {
    this.#settings = settings;
  }

  /** Makes sure that there is a connection. Rejects with `peer-unreachable` or `peer-rejected`. */
  async ready(): Promise<void> {
    if (this.#connection === undefined) await this.#connect();
  }

  /** A fresh stream. A kept connection that turns out dead is replaced once. */
  async openStream(): Promise<TransportStream> {
    const kept = this.#connection;
    if (kept === undefined) return this.#openOn(await this.#connect());
    try {
      return await this.#openOn(kept);
    } catch (error) {
      if (this.#connection === kept) throw error;
      return this.#openOn(await this.#connect());
    }
  }

  /** Lets go of the current connection, so that the next stream dials. Its streams fail. */
  drop(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection !== undefined) this.#discard(connection);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connection = this.#connection;
    this.#connection = undefined;
    if (this.#dialling !== undefined) settled(this.#dialling, 'whoever dialled sees the failure');
    await connection?.close();
  }

  async #openOn(connection: TransportConnection): Promise<TransportStream> {
    const opening = connection.openStream();
    const timeout = (): Error =>
      new PredastoreError('peer-stalled', `node ${this.#settings.node} opens no stream`);
    try {
      return await within(this.#settings.clock, PEER_OPEN_TIMEOUT_MS, opening, timeout);
    } catch (error) {
      const reason = wrapError('peer-unreachable', `node ${this.#settings.node}`, error);
      this.#abortWhenOpen(opening, reason);
      throw reason;
    }
  }

  #abortWhenOpen(opening: Promise<TransportStream>, reason: Error): void {
    const aborted = opening.then((stream) => stream.abort(reason));
    settled(aborted, 'the caller has been told that the stream did not open');
  }

  #connect(): Promise<TransportConnection> {
    this.#dialling ??= this.#dial().finally(() => {
      this.#dialling = undefined;
    });
    return this.#dialling;
  }

  async #dial(): Promise<TransportConnection> {
    const { node, transport, resolve, clock } = this.#settings;
    if (this.#closed) throw new PredastoreError('cancelled', 'the shard client is closed');
    const location = resolve(node);
    if (location === undefined) throw new PredastoreError('peer-unreachable', `node ${node} has no address`);
    const connecting = transport.connect(location.address, location.peerId);
    const timeout = (): Error =>
      new PredastoreError('peer-unreachable', `node ${node} takes too long to connect`);
    try {
      return this.#keep(await within(clock, PEER_OPEN_TIMEOUT_MS, connecting, timeout));
    } catch (error) {
      this.#closeWhenOpen(connecting);
      throw wrapError('peer-unreachable', `node ${node}`, error);
    }
  }

  #closeWhenOpen(connecting: Promise<TransportConnection>): void {
    const closed = connecting.then((connection) => connection.close());
    settled(closed, 'the caller has been told that the connection did not open');
  }

  #keep(connection: TransportConnection): TransportConnection {
    if (this.#closed) throw new PredastoreError('cancelled', 'the shard client is closed');
    this.#connection = connection;
    const watching = connection.closed.then((reason) => {
      if (this.#connection !== connection) return;
      this.#connection = undefined;
      this.#settings.onLost(reason);
    });
    supervise(watching, this.#settings.logger, 'watching a connection');
    return connection;
  }

  #discard(connection: TransportConnection): void {
    supervise(connection.close(), this.#settings.logger, 'closing a connection');
  }
}
