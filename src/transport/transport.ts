// Streams between nodes: the contract that QUIC, TLS and the in-process pipe fulfil alike.
//
// Nothing above this room knows a QUIC or TLS library. Framing with explicit end, abort and byte credit sits above
// every adapter (framed-stream.ts), so that all three behave the same; test/integration/transport runs one suite on all.
// Rules:
//   T1. `read()` returning null is the only end of a stream; a stream that stops any other way throws.
//   T2. Unread data stops the sender after TRANSPORT_CREDIT_BYTES.
//   T3. `abort()` is synchronous, idempotent, never blocks, and reaches the other end as `stream-aborted`.
//   T4. Both ends are proven members before any stream is handed up; strangers are refused.
//   T5. When a connection dies every stream on it fails with `peer-unreachable`.
//   T6. A chunk handed to `write` or `end` is copied: once the call resolves the caller may use its memory again. When the call
//       rejects, nobody knows whether a copy is still to be made.
//   T7. Who opens a stream speaks first: the other end learns of it with its first bytes or its end.

/** The lower-case hex of a node's 32-byte ed25519 public key: its identity on every adapter. */
export type PeerId = string;

export interface PeerAddress {
  readonly host: string;
  readonly port: number;
}

export interface TransportStream {
  /** Sends bytes; resolves when accepted by the wire or credit, and copied (T6). */
  write(chunk: Uint8Array): Promise<void>;
  /** Sends `last` (if given) and the end of this direction, in one frame where possible. */
  end(last?: Uint8Array): Promise<void>;
  /** The next bytes in whatever portions they arrived, or null at the end. One outstanding call at a time. */
  read(): Promise<Uint8Array | null>;
  /** Gives up both directions; pending and later calls reject with `reason`. */
  abort(reason: Error): void;
}

export interface TransportConnection {
  readonly peer: PeerId;
  /** Resolves with the reason when the connection is gone; never rejects. */
  readonly closed: Promise<Error>;
  openStream(): Promise<TransportStream>;
  close(): Promise<void>;
}

export type StreamHandler = (stream: TransportStream, peer: PeerId) => void;

export interface TransportListener {
  readonly port: number;
  close(): Promise<void>;
}

export interface Transport {
  readonly kind: 'quic' | 'tls' | 'pipe';
  /** Our own identity. */
  readonly self: PeerId;
  listen(address: PeerAddress, onStream: StreamHandler): Promise<TransportListener>;
  /** Connects and proves that the other end is `expected`. */
  connect(address: PeerAddress, expected: PeerId): Promise<TransportConnection>;
  close(): Promise<void>;
}

/** Decides whether a proven identity belongs to the cluster; asked for every connection, both ways. */
export type Membership = (peer: PeerId) => boolean;
