// Streams within one process: the very memory is handed over, with the same credit, endings and membership as on a wire.
//
// For tests and for a node that talks to itself. A PipeNetwork stands for the network: transports that share one can connect.

import { errorCodeOf, messageOf, PredastoreError, wrapError } from '../core/errors.ts';
import { TRANSPORT_CREDIT_BYTES, TRANSPORT_STREAMS_MAX } from '../core/limits.ts';
import { abortedByPeer } from './frame.ts';
import { FramedStream, type StreamCarrier } from './framed-stream.ts';
import { listenerClosed } from './lane-acceptor.ts';
import { OpenEnds } from './open-ends.ts';
import { requireExpected, type AdapterOptions } from './transport-options.ts';
import type {
  PeerAddress,
  PeerId,
  StreamHandler,
  Transport,
  TransportConnection,
  TransportListener,
} from './transport.ts';

const FIRST_FREE_PORT = 49_152;

/** Who listens where. */
export class PipeNetwork {
  readonly #listeners = new Map<number, PipeListener>();
  #nextPort = FIRST_FREE_PORT;

  find(port: number): PipeListener | undefined {
    return this.#listeners.get(port);
  }

  /** Returns the port; 0 picks a free one. */
  add(wanted: number, listener: PipeListener): number {
    let port = wanted;
    while (port === 0 || (wanted === 0 && this.#listeners.has(port))) port = this.#nextPort++;
    if (this.#listeners.has(port)) throw new PredastoreError('invalid-config', `pipe port ${port} is taken`);
    this.#listeners.set(port, listener);
    return port;
  }

  remove(port: number): void {
    this.#listeners.delete(port);
  }
}

/** The network of transports that were given none. */
const PROCESS_NETWORK = new PipeNetwork();

export function createPipeTransport(
  options: AdapterOptions,
  network: PipeNetwork = PROCESS_NETWORK,
): Transport {
  return new PipeTransport(options, network);
}

class PipeTransport implements Transport {
  readonly kind = 'pipe';
  readonly self: PeerId;
  readonly #options: AdapterOptions;
  readonly #network: PipeNetwork;
  readonly #open = new OpenEnds();

  constructor(options: AdapterOptions, network: PipeNetwork) {
    this.self = options.nodeKey.peerId;
    this.#options = options;
    this.#network = network;
  }

  listen(address: PeerAddress, onStream: StreamHandler): Promise<TransportListener> {
    try {
      const listener = new PipeListener(this.#options, onStream, this.#network);
      listener.bind(address.port);
      this.#open.listeners.add(listener);
      return Promise.resolve(listener);
    } catch (error) {
      return Promise.reject(wrapError('internal', 'cannot listen', error));
    }
  }

  connect(address: PeerAddress, expected: PeerId): Promise<TransportConnection> {
    try {
      const listener = this.#network.find(address.port);
      if (listener === undefined)
        throw new PredastoreError('peer-unreachable', `nobody listens on ${address.port}`);
      requireExpected(listener.self, expected, this.#options.membership);
      const connection = listener.admit(this.self);
      this.#open.connections.add(connection);
      connection.onClosed(() => this.#open.connections.delete(connection));
      return Promise.resolve(connection);
    } catch (error) {
      return Promise.reject(wrapError('internal', 'cannot connect', error));
    }
  }

  close(): Promise<void> {
    return this.#open.close();
  }
}

class PipeListener implements TransportListener {
  readonly self: PeerId;
  port = 0;
  readonly #options: AdapterOptions;
  readonly #onStream: StreamHandler;
  readonly #network: PipeNetwork;
  readonly #connections = new Set<PipeConnection>();

  constructor(options: AdapterOptions, onStream: StreamHandler, network: PipeNetwork) {
    this.self = options.nodeKey.peerId;
    this.#options = options;
    this.#onStream = onStream;
    this.#network = network;
  }

  bind(wanted: number): void {
    this.port = this.#network.add(wanted, this);
  }

  admit(dialler: PeerId): PipeConnection {
    if (!this.#options.membership(dialler)) {
      this.#options.logger.warn('a stranger was refused', { peer: dialler });
      throw new PredastoreError(
        'peer-rejected',
        'the other end does not know us: our key is not among its members',
      );
    }
    const connection = new PipeConnection(this.self, (stream) => this.#handle(stream, dialler));
    this.#connections.add(connection);
    connection.onClosed(() => this.#connections.delete(connection));
    return connection;
  }

  close(): Promise<void> {
    this.#network.remove(this.port);
    for (const connection of [...this.#connections]) connection.fail(listenerClosed());
    return Promise.resolve();
  }

  #handle(stream: FramedStream, dialler: PeerId): void {
    try {
      this.#onStream(stream, dialler);
    } catch (error) {
      this.#options.logger.error('a stream handler failed', { peer: dialler, error });
      stream.abort(wrapError('internal', 'the handler failed', error));
    }
  }
}

class PipeConnection implements TransportConnection {
  readonly peer: PeerId;
  readonly closed: Promise<Error>;
  readonly #accept: (stream: FramedStream) => void;
  readonly #streams = new Set<PipeEnd>();
  readonly #watchers: (() => void)[] = [];
  #failure: Error | undefined;
  #settleClosed: (error: Error) => void = () => {};

  constructor(peer: PeerId, accept: (stream: FramedStream) => void) {
    this.peer = peer;
    this.#accept = accept;
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
  }

  openStream(): Promise<FramedStream> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#streams.size >= TRANSPORT_STREAMS_MAX) {
      return Promise.reject(new PredastoreError('overloaded', 'too many streams to the peer'));
    }
    const near = new PipeEnd(() => this.#streams.delete(near));
    near.join(new PipeEnd(() => {}), this.#accept);
    this.#streams.add(near);
    return Promise.resolve(near.stream);
  }

  close(): Promise<void> {
    this.fail(new PredastoreError('peer-unreachable', 'the connection was closed'));
    return Promise.resolve();
  }

  onClosed(action: () => void): void {
    this.#watchers.push(action);
  }

  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const end of [...this.#streams]) end.cut(error);
    for (const watcher of this.#watchers) watcher();
    this.#settleClosed(error);
  }
}

/** One end of a stream; what it takes goes straight to the other end's stream. */
class PipeEnd implements StreamCarrier {
  readonly stream: FramedStream;
  readonly #onOver: () => void;
  #other: PipeEnd | undefined;
  /** Introduces the far stream to its handler, once, before it gets its first byte. */
  #introduce: (() => void) | undefined;
  #credit = TRANSPORT_CREDIT_BYTES;
  #sending = true;

  constructor(onOver: () => void) {
    this.#onOver = onOver;
    this.stream = new FramedStream(this);
  }

  join(far: PipeEnd, accept: (stream: FramedStream) => void): void {
    this.#other = far;
    far.#other = this;
    this.#introduce = () => accept(far.stream);
  }

  accept(bytes: Uint8Array, fin: boolean): number {
    const other = this.#other;
    if (other === undefined || !this.#sending) return 0;
    const taken = Math.min(bytes.length, this.#credit);
    const last = fin && taken === bytes.length;
    if (taken === 0 && !last) return 0;
    this.#introduceOnce();
    this.#credit -= taken;
    // A copy, as on the other pipes: the sender may use its buffer again.
    if (taken > 0) other.stream.deliver(Buffer.from(bytes.subarray(0, taken)));
    if (last) {
      this.#sending = false;
      other.stream.deliverEnd();
      this.#overWhenBothEnded();
    }
    return taken;
  }

  consumed(bytes: number): void {
    const other = this.#other;
    if (other === undefined) return;
    other.#credit += bytes;
    other.stream.resume();
  }

  abort(reason: Error): void {
    const other = this.#other;
    this.#sending = false;
    const announced = this.#introduce === undefined;
    this.#part();
    if (other === undefined || !announced) return;
    const known = { ordinal: 0, code: errorCodeOf(reason), message: messageOf(reason) };
    other.stream.fail(abortedByPeer(known));
  }

  /** The connection is gone. */
  cut(error: Error): void {
    const other = this.#other;
    this.#part();
    this.stream.fail(error);
    other?.stream.fail(error);
  }

  #introduceOnce(): void {
    const introduce = this.#introduce;
    this.#introduce = undefined;
    introduce?.();
  }

  #overWhenBothEnded(): void {
    const other = this.#other;
    if (other === undefined || this.#sending || other.#sending) return;
    this.#part();
    this.stream.detach();
    other.stream.detach();
  }

  #part(): void {
    const other = this.#other;
    this.#other = undefined;
    this.#onOver();
    if (other === undefined) return;
    other.#other = undefined;
    other.#onOver();
  }
}
