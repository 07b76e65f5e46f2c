// What an adapter supplies: one ordered pipe of bytes to a proven peer. A QUIC stream and a TLS socket are both one.

/** Receives what a pipe delivers. None of these throws. */
export interface RawSink {
  /** The bytes belong to the receiver from now on. */
  receive(bytes: Uint8Array): void;
  /** The other end finished its direction in good order. */
  ended(): void;
  /** The pipe is dead. */
  failed(error: unknown): void;
}

export interface RawPipe {
  /** Starts delivering; bytes flow without pause, because the credit of lanes bounds them. */
  start(sink: RawSink): void;
  /** Takes bytes; `done` is called later, never from within. At most one write is under way at a time. */
  write(bytes: Uint8Array, done: (error?: unknown) => void): void;
  /** Finishes our direction after everything written. */
  end(): void;
  /** Lets go of both directions at once; harmless when repeated. */
  destroy(): void;
}
