// Takes the chunks of body streams out of what a NATS server sends, before the client library sees it.
//
// The library gathers a message that spans reads by growing a buffer, and a chunk always does; that costs three times
// what handing its pieces over costs (docs/benchmarks.md). One kind of message is taken: `MSG <base><id>
// <sid> <reply> <size>`, without headers, of a size that a chunk may have. Everything else is passed on as it came.
//
//   F1. What is passed on is whole protocol messages in their order, without the chunks.
//   F2. Every byte of a chunk is handed over once, as it arrives, and before anything that came after it is passed on.
//   F3. Held is at most the beginning of one control line. A line that is longer than any, or no NATS, ends the filtering:
//       the library sees it and everything after it, and judges.

const NEWLINE = 0x0a;
const LETTER_M = 0x4d;
const LETTER_H = 0x48;
const LINE_END_BYTES = 2;
/** The list of servers of a large cluster (INFO) makes the longest line; others have at most 4096 bytes. */
const LINE_BYTES_MAX = 1024 * 1024;
const SIZE_PATTERN = /^\d{1,9}$/;

/** A chunk, or a part of one that spans reads. */
export interface ChunkPiece {
  readonly subject: string;
  readonly reply: string;
  /** Of the whole chunk. */
  readonly sizeBytes: number;
  readonly bytes: Uint8Array;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

export interface ChunkFilterOptions {
  /** Data subjects are `<base><id>`, the id without a dot. */
  readonly base: string;
  /** Larger messages are the library's. */
  readonly chunkBytesMax: number;
  readonly pass: (bytes: Uint8Array) => void;
  readonly piece: (piece: ChunkPiece) => void;
}

interface OpenChunk {
  readonly subject: string;
  readonly reply: string;
  readonly sizeBytes: number;
  haveBytes: number;
}

export class ChunkFilter {
  readonly #options: ChunkFilterOptions;
  /** The beginning of a control line whose end has not come yet. */
  #held: Buffer | undefined;
  #chunk: OpenChunk | undefined;
  /** Bytes of a payload (and its line end) that are the library's. */
  #passing = 0;
  /** Bytes of the line end after a chunk. */
  #dropping = 0;
  #isBlind = false;
  /** Whether the last step took its bytes instead of leaving them to be passed on. */
  #isTaken = false;

  constructor(options: ChunkFilterOptions) {
    this.#options = options;
  }

  /** Takes what one read of the socket gave; pieces of chunks refer to its memory afterwards. */
  take(frame: Buffer): void {
    const bytes = this.#held === undefined ? frame : Buffer.concat([this.#held, frame]);
    this.#held = undefined;
    let at = 0;
    let from = 0;
    while (at < bytes.length) {
      const end = this.#step(bytes, at);
      if (this.#isTaken) {
        if (at > from) this.#options.pass(bytes.subarray(from, at));
        from = end;
      }
      at = end;
    }
    if (at > from) this.#options.pass(bytes.subarray(from, at));
  }

  /** Reads on from `at`; returns where the next step begins. */
  #step(bytes: Buffer, at: number): number {
    this.#isTaken = false;
    if (this.#isBlind) return bytes.length;
    if (this.#passing > 0) {
      const count = Math.min(this.#passing, bytes.length - at);
      this.#passing -= count;
      return at + count;
    }
    if (this.#chunk === undefined && this.#dropping === 0) return this.#readLine(bytes, at);
    this.#isTaken = true;
    if (this.#chunk !== undefined) return this.#takePiece(this.#chunk, bytes, at);
    const count = Math.min(this.#dropping, bytes.length - at);
    this.#dropping -= count;
    return at + count;
  }

  #readLine(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(NEWLINE, at) + 1;
    if (end === 0) return this.#holdLine(bytes, at);
    const letter = bytes[at];
    if (letter !== LETTER_M && letter !== LETTER_H) return end; // PING, PONG, +OK, -ERR, INFO: no payload
    const parts = bytes.toString('latin1', at, end - LINE_END_BYTES).split(' ');
    const size = parts.at(-1) ?? '';
    if (!SIZE_PATTERN.test(size)) {
      this.#isBlind = true;
      return bytes.length;
    }
    const sizeBytes = Number(size);
    const [, subject = '', , reply = ''] = parts;
    if (letter === LETTER_M && parts.length === 5 && this.#isChunk(subject, sizeBytes)) {
      this.#chunk = { subject, reply, sizeBytes, haveBytes: 0 };
      this.#isTaken = true;
    } else {
      this.#passing = sizeBytes + LINE_END_BYTES;
    }
    return end;
  }

  #isChunk(subject: string, sizeBytes: number): boolean {
    const { base, chunkBytesMax } = this.#options;
    if (sizeBytes === 0 || sizeBytes > chunkBytesMax || !subject.startsWith(base)) return false;
    return !subject.includes('.', base.length);
  }

  /** Keeps the beginning of a line for the next read. */
  #holdLine(bytes: Buffer, at: number): number {
    if (bytes.length - at > LINE_BYTES_MAX) {
      this.#isBlind = true;
    } else {
      this.#held = bytes.subarray(at);
      this.#isTaken = true;
    }
    return bytes.length;
  }

  #takePiece(chunk: OpenChunk, bytes: Buffer, at: number): number {
    const { subject, reply, sizeBytes } = chunk;
    const isFirst = chunk.haveBytes === 0;
    const count = Math.min(sizeBytes - chunk.haveBytes, bytes.length - at);
    chunk.haveBytes += count;
    const isLast = chunk.haveBytes === sizeBytes;
    if (isLast) {
      this.#chunk = undefined;
      this.#dropping = LINE_END_BYTES;
    }
    const piece = { subject, reply, sizeBytes, bytes: bytes.subarray(at, at + count), isFirst, isLast };
    this.#options.piece(piece);
    return at + count;
  }
}
