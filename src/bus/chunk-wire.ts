// The short way of chunks between a body stream and the socket of its NATS connection.
//
// Dialling, authentication, TLS, reconnecting, subscriptions and every other message stay with the client library. On a
// bulk connection this file reads and writes `MSG` and `PUB` of chunks itself (docs/decisions/chunk-wire.md):
//   W1. Both kinds of message are whole on the socket; a chunk leaves in the order of `send` calls, and before messages that
//       are published after it.
//   W2. Where the short way is not there (another part of the process dialled with a transport of its own) `send` says so and chunks
//       arrive through the subscription like any message: slower, the same otherwise.
//   W3. A chunk that is sent must not change until it is acknowledged.

import type { Socket } from 'node:net';

import {
  NatsConnectionImpl,
  setTransportFactory,
  type NatsConnection,
  type NodeConnectionOptions,
} from '@nats-io/transport-node';
import { NodeTransport, nodeResolveHost } from '@nats-io/transport-node/lib/node_transport.js';

import { STREAM_CHUNK_BYTES_MAX } from '../core/limits.ts';
import { ChunkFilter, type ChunkPiece } from './chunk-filter.ts';

const LINE_END = Buffer.from('\r\n');

/** One for each bulk connection; it outlives the sockets of that connection. */
export class ChunkWire {
  readonly base: string;
  /** Hears every chunk whose subject is `base` and one more token, in pieces. It must not throw. */
  onPiece: (piece: ChunkPiece) => void = () => undefined;
  #socket: Socket | undefined;
  #isCorked = false;

  constructor(base: string) {
    this.base = base;
  }

  /** Writes one chunk; false when it has to go through the library. The subjects are checked by the caller. */
  send(subject: string, reply: string, bytes: Uint8Array): boolean {
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) return false;
    if (!this.#isCorked) {
      this.#isCorked = true;
      socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        socket.uncork();
      });
    }
    socket.write(`PUB ${subject} ${reply} ${bytes.length}\r\n`, 'latin1');
    socket.write(bytes);
    socket.write(LINE_END);
    return true;
  }

  /** A connection was made (again): what it gives is filtered, the rest is handed to `pass`. */
  attach(socket: Socket, pass: (bytes: Uint8Array) => void): void {
    const piece = (arrived: ChunkPiece): void => this.onPiece(arrived);
    const filter = new ChunkFilter({ base: this.base, chunkBytesMax: STREAM_CHUNK_BYTES_MAX, pass, piece });
    this.#socket = socket;
    this.#isCorked = false;
    socket.on('data', (frame: Buffer) => filter.take(frame));
  }
}

/** Options of the library, which hands unknown ones through to the transport. */
type WiredOptions = NodeConnectionOptions & { chunkWire?: ChunkWire };

class WiredTransport extends NodeTransport {
  override setupHandlers(): void {
    super.setupHandlers();
    const { chunkWire } = this.options as WiredOptions;
    if (chunkWire === undefined) return;
    this.socket.removeAllListeners('data');
    chunkWire.attach(this.socket, (bytes) => {
      this.yields.push(bytes);
      this.signal.resolve();
    });
  }
}

/** `connect` of the library, with a chunk wire where one is given. */
export function connectWired(options: NodeConnectionOptions, wire?: ChunkWire): Promise<NatsConnection> {
  setTransportFactory({ factory: () => new WiredTransport(), dnsResolveFn: nodeResolveHost });
  const wired: WiredOptions = wire === undefined ? options : { ...options, chunkWire: wire };
  return NatsConnectionImpl.connect(wired);
}
