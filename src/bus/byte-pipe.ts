// A way for the bytes of one body past the NATS servers: a stream that both ends can open to each other, QUIC as a rule.
//
// Owns: what is said on it before the body. The caller presents its ticket, the node admits it with one byte, then come the bytes of
// the body in their direction, then the end record (byte-stream.ts), then the end. Everything else stays on NATS: pings, questions,
// aborts, the last word. Refuses: who may open one (ticket-desk.ts), and what carries it.
//
//   ticket frame   version (1 byte) | ticket (32) | length of the subject (2, big endian) | data subject, empty for a body that is sent
//   admission      one byte, ADMITTED; a refusal is an abort

import { PredastoreError } from '../core/errors.ts';
import { isReplySubject } from './byte-stream.ts';
import { PROTOCOL_VERSION } from './envelope.ts';

/** What `transport/` calls a stream; named here because this room knows no transport. */
export interface BytePipe {
  /** Resolves when the bytes are accepted and copied: back-pressure. */
  write(bytes: Uint8Array): Promise<void>;
  end(last?: Uint8Array): Promise<void>;
  /** The next bytes, or null at the end. */
  read(): Promise<Uint8Array | null>;
  abort(reason: Error): void;
}

export const TICKET_BYTES = 32;
/** An end record names three digests at most. */
export const END_RECORD_BYTES_MAX = 4 * 1024;
/** When a pipe breaks, the reason may be under way over NATS, which explains more: how long it is waited for. */
export const PIPE_REASON_MS = 1_000;
const ADMITTED = 1;
const SUBJECT_LENGTH_BYTES = 2;
const SUBJECT_BYTES_MAX = 512;
const EMPTY = new Uint8Array(0);

/** Reads a pipe in the portions that are wanted. */
export class PipeReader {
  readonly #pipe: BytePipe;
  #rest: Uint8Array = EMPTY;

  constructor(pipe: BytePipe) {
    this.#pipe = pipe;
  }

  /** At most `bytesMax` bytes, or null at the end. */
  async portion(bytesMax: number): Promise<Uint8Array | null> {
    while (this.#rest.length === 0) {
      const read = await this.#pipe.read();
      if (read === null) return null;
      this.#rest = read;
    }
    const taken = this.#rest.subarray(0, bytesMax);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  /** Exactly so many bytes; throws `peer-protocol` when the pipe ends before. */
  async exactly(bytes: number): Promise<Buffer> {
    const taken = Buffer.alloc(bytes);
    for (let at = 0; at < bytes;) {
      const portion = await this.portion(bytes - at);
      if (portion === null) throw new PredastoreError('peer-protocol', 'a pipe ended too early');
      taken.set(portion, at);
      at += portion.length;
    }
    return taken;
  }

  /** Everything up to the end; throws `peer-protocol` beyond `bytesMax`. */
  async all(bytesMax: number): Promise<Buffer> {
    const portions: Uint8Array[] = [];
    let bytes = 0;
    for (;;) {
      const portion = await this.portion(bytesMax + 1);
      if (portion === null) return Buffer.concat(portions);
      bytes += portion.length;
      if (bytes > bytesMax) throw new PredastoreError('peer-protocol', 'a pipe goes on after its body');
      portions.push(portion);
    }
  }

  abort(reason: Error): void {
    this.#pipe.abort(reason);
  }
}

export interface PresentedTicket {
  readonly ticket: Buffer;
  /** Data subject of a caller that receives. */
  readonly to: string | undefined;
}

/** What a caller says first. `to` is empty where it is the caller who sends. */
export function ticketFrame(ticket: Uint8Array, to: string): Buffer {
  const subject = Buffer.from(to, 'latin1');
  const frame = Buffer.alloc(1 + TICKET_BYTES + SUBJECT_LENGTH_BYTES + subject.length);
  frame.writeUInt8(PROTOCOL_VERSION, 0);
  frame.set(ticket, 1);
  frame.writeUInt16BE(subject.length, 1 + TICKET_BYTES);
  frame.set(subject, 1 + TICKET_BYTES + SUBJECT_LENGTH_BYTES);
  return frame;
}

/** The node reads it; anything else is `peer-protocol`. */
export async function readTicketFrame(reader: PipeReader): Promise<PresentedTicket> {
  const head = await reader.exactly(1 + TICKET_BYTES + SUBJECT_LENGTH_BYTES);
  const subjectBytes = head.readUInt16BE(1 + TICKET_BYTES);
  if (head.readUInt8(0) !== PROTOCOL_VERSION || subjectBytes > SUBJECT_BYTES_MAX) {
    throw new PredastoreError('peer-protocol', 'that is no ticket of this version');
  }
  const to = (await reader.exactly(subjectBytes)).toString('latin1');
  if (to !== '' && !isReplySubject(to)) {
    throw new PredastoreError('peer-protocol', 'that is no subject to send to');
  }
  return { ticket: head.subarray(1, 1 + TICKET_BYTES), to: to === '' ? undefined : to };
}

export function admission(): Uint8Array {
  return Uint8Array.of(ADMITTED);
}

/** Resolves when the node admits the ticket. */
export async function readAdmission(reader: PipeReader): Promise<void> {
  const [answer] = await reader.exactly(1);
  if (answer !== ADMITTED) throw new PredastoreError('peer-protocol', 'the node neither admits nor refuses');
}
