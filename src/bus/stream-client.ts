// One JetStream stream as its clients use it: append with an expectation, read the last message of a subject from
// the leader, ask the leader how far the stream goes.
//
// Owns: the wire form of those requests and the meaning of every answer. Refuses: retrying (metadata/ decides how
// long an operation may go on) and direct get (any replica answers it, up to 18 % of reads were stale when measured).
//
// Invariants:
//   1. An answer that does not prove an outcome is `unanswered`, never `conflict` and never "there is no message".
//   2. Reads are answered by the stream leader (STREAM.MSG.GET, STREAM.INFO).

import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { assert } from '../core/assert.ts';
import { messageOf, PredastoreError } from '../core/errors.ts';
import type { BusConnection } from './connection.ts';

export interface OutgoingMessage {
  readonly subject: string;
  /** Empty for a tombstone. */
  readonly payload: Uint8Array;
  /** Repeats with the same id are stored once (within the stream's duplicate window). */
  readonly messageId?: string;
  /** Sequence of the subject's last message for the append to happen; 0: the subject has none. */
  readonly expectedSequence?: number;
  /** The subject that `expectedSequence` speaks of, where it is another one (nats-server 2.12). */
  readonly expectedSubject?: string;
  /** Marks a tombstone the way NATS KV does, so that `nats kv` shows a deleted key. */
  readonly tombstone?: boolean;
  /** A word to those who follow the stream (`TailMessage.note`). */
  readonly note?: string;
}

export interface OutgoingBatch {
  /** Without ids of their own; the last one commits. */
  readonly messages: readonly OutgoingMessage[];
  readonly batchId: string;
  readonly messageId: string;
}

/** Nothing is known: the request may have been carried out, now or a little later. */
export interface Unanswered {
  readonly kind: 'unanswered';
  readonly reason: string;
  /** The server knows no such stream, or has not loaded it yet. */
  readonly withoutStream?: true;
}

export type AppendOutcome =
  | { readonly kind: 'stored'; readonly sequence: number; readonly duplicate: boolean }
  /** The subject's last sequence is another one; nothing was stored by this request. */
  | { readonly kind: 'conflict' }
  | Unanswered;

export interface LastMessage {
  readonly sequence: number;
  /** Empty for a tombstone, whoever wrote it. */
  readonly payload: Buffer;
  /** That of the append or of the batch; empty when the message has none. */
  readonly messageId: string;
  /** When the leader took it, by the leader's clock: milliseconds since 1970. */
  readonly storedMs: number;
  /** Says that the key is gone, in the words of NATS's own KV clients. */
  readonly isTombstone: boolean;
}

export type LastOutcome =
  { readonly kind: 'message'; readonly message: LastMessage } | { readonly kind: 'none' } | Unanswered;

export type ExtentOutcome =
  | {
      readonly kind: 'extent';
      /** When the stream was made, in the words of the server: its identity. */
      readonly created: string;
      /** Of the last message there ever was, also where it is gone. */
      readonly lastSequence: number;
    }
  | Unanswered;

interface ApiError {
  readonly code: number;
  readonly err_code?: number;
  readonly description?: string;
}

interface AppendReply {
  readonly error?: ApiError;
  readonly seq?: number;
  /** Of a batch: how many messages. */
  readonly count?: number;
  readonly duplicate?: boolean;
}

interface MessageReply {
  readonly error?: ApiError;
  readonly message?: {
    readonly seq: number;
    readonly data?: string;
    readonly hdrs?: string;
    readonly time?: string;
  };
}

interface InfoReply {
  readonly error?: ApiError;
  readonly created?: string;
  readonly state?: { readonly last_seq?: number };
}

const NO_MESSAGE_FOUND = 10_037;
const STREAM_NOT_FOUND = 10_059;
/** Wrong last sequence; and the same against an append that is still on its way to the quorum. */
const CONFLICT_CODES: ReadonlySet<number> = new Set([10_071, 10_164]);
/**
 * 4xx answers that pass: our own earlier try is in flight (10158), the stream is not loaded yet (10059), the leader changed in
 * the middle of a batch (10176), too many batches are open (10210).
 */
const PASSING_CODES: ReadonlySet<number> = new Set([10_158, STREAM_NOT_FOUND, 10_176, 10_210]);
/** Errors of the client that no retry cures. */
const FINAL_ERRORS: ReadonlySet<string> = new Set([
  'ClosedConnectionError',
  'DrainingConnectionError',
  'InvalidArgumentError',
  'InvalidSubjectError',
  'PermissionViolationError',
  'AuthorizationError',
]);
/** What `OutgoingMessage.note` travels in. */
export const NOTE_HEADER = 'Predastore-Note';
/** Says which batch a message came with; servers before 2.14 refuse `Nats-Msg-Id` in a batch, and its conditions make it needless. */
const BATCH_ID_HEADER = 'Predastore-Batch';
const NO_QUERY = new Uint8Array(0);
const TOMBSTONE_LINE = /^KV-Operation: ?(DEL|PURGE)\r?$/m;
const MESSAGE_ID_LINE = /^(?:Nats-Msg-Id|Predastore-Batch): ?(.*)$/m;
/** What the server takes of a batch's own id. */
const BATCH_ID_CHARACTERS_MAX = 64;

export class StreamClient {
  readonly #connection: BusConnection;
  readonly #getSubject: string;
  readonly #infoSubject: string;

  constructor(connection: BusConnection, stream: string) {
    this.#connection = connection;
    this.#getSubject = `$JS.API.STREAM.MSG.GET.${stream}`;
    this.#infoSubject = `$JS.API.STREAM.INFO.${stream}`;
  }

  /** Appends one message; `stored` means it is on a quorum of disks. */
  async append(message: OutgoingMessage, timeoutMs: number): Promise<AppendOutcome> {
    const answer = await this.#request(message.subject, message.payload, timeoutMs, headersOf(message));
    if (!Buffer.isBuffer(answer)) return answer;
    const reply = parseReply(answer) as AppendReply | undefined;
    if (reply?.error !== undefined) return failedAppend(reply.error);
    if (typeof reply?.seq !== 'number') return { kind: 'unanswered', reason: 'malformed acknowledgement' };
    return { kind: 'stored', sequence: reply.seq, duplicate: reply.duplicate === true };
  }

  /**
   * Appends all of the messages or none, one right after the other (atomic batch publish, nats-server 2.12). `conflict`: one of
   * their expectations does not hold. `stored` has the sequence of the first. `batchId` is new for every try; `messageId` is
   * what the messages carry for good.
   */
  async appendBatch(batch: OutgoingBatch, timeoutMs: number): Promise<AppendOutcome> {
    const { messages, batchId, messageId } = batch;
    assert(
      batchId.length <= BATCH_ID_CHARACTERS_MAX && messages.length > 1,
      'a batch has an id and messages',
    );
    const last = messages.length - 1;
    const lined = messages.map((message, index) => {
      const lines = headersOf(message) ?? headers();
      lines.append('Nats-Batch-Id', batchId);
      lines.append('Nats-Batch-Sequence', String(index + 1));
      lines.append(BATCH_ID_HEADER, messageId);
      if (index === last) lines.append('Nats-Batch-Commit', '1');
      return { message, lines };
    });
    const commit = lined.pop();
    assert(commit !== undefined, 'a batch has a last message');
    try {
      for (const { message, lines } of lined) {
        this.#connection.nats.publish(message.subject, message.payload, { headers: lines });
      }
    } catch (error) {
      return unansweredOf(error);
    }
    const answer = await this.#request(
      commit.message.subject,
      commit.message.payload,
      timeoutMs,
      commit.lines,
    );
    if (!Buffer.isBuffer(answer)) return answer;
    const reply = parseReply(answer) as AppendReply | undefined;
    if (reply?.error !== undefined) return failedAppend(reply.error);
    if (typeof reply?.seq !== 'number' || reply.count !== messages.length) {
      return { kind: 'unanswered', reason: 'malformed acknowledgement' };
    }
    return { kind: 'stored', sequence: reply.seq - last, duplicate: false };
  }

  /** The last message of a subject, from the leader. */
  last(subject: string, timeoutMs: number): Promise<LastOutcome> {
    return this.#get(`{"last_by_subj":${JSON.stringify(subject)}}`, timeoutMs);
  }

  /** The first message of a subject at or after `sequence` that the stream still has, from the leader. */
  next(subject: string, sequence: number, timeoutMs: number): Promise<LastOutcome> {
    return this.#get(`{"seq":${sequence},"next_by_subj":${JSON.stringify(subject)}}`, timeoutMs);
  }

  async #get(query: string, timeoutMs: number): Promise<LastOutcome> {
    const answer = await this.#request(this.#getSubject, Buffer.from(query), timeoutMs);
    if (!Buffer.isBuffer(answer)) return answer;
    const reply = parseReply(answer) as MessageReply | undefined;
    if (reply?.error?.err_code === NO_MESSAGE_FOUND) return { kind: 'none' };
    if (reply?.error !== undefined) return passingOrFinal(reply.error);
    if (reply?.message === undefined) return { kind: 'unanswered', reason: 'malformed answer' };
    const { seq, data, hdrs, time } = reply.message;
    const headerText = hdrs === undefined ? '' : Buffer.from(hdrs, 'base64').toString('latin1');
    return {
      kind: 'message',
      message: {
        sequence: seq,
        payload: Buffer.from(data ?? '', 'base64'),
        messageId: messageIdOf(headerText),
        storedMs: Date.parse(time ?? ''),
        isTombstone: TOMBSTONE_LINE.test(headerText),
      },
    };
  }

  /** How far the stream goes, from the leader: everything acknowledged before the call is within. */
  async extent(timeoutMs: number): Promise<ExtentOutcome> {
    const answer = await this.#request(this.#infoSubject, NO_QUERY, timeoutMs);
    if (!Buffer.isBuffer(answer)) return answer;
    const reply = parseReply(answer) as InfoReply | undefined;
    if (reply?.error !== undefined) return passingOrFinal(reply.error);
    const { created, state } = reply ?? {};
    if (typeof created !== 'string' || typeof state?.last_seq !== 'number') {
      return { kind: 'unanswered', reason: 'malformed answer' };
    }
    return { kind: 'extent', created, lastSequence: state.last_seq };
  }

  async #request(
    subject: string,
    payload: Uint8Array,
    timeoutMs: number,
    withHeaders?: MsgHdrs,
  ): Promise<Buffer | Unanswered> {
    try {
      await this.#connection.outbox.turn();
      const options = { timeout: Math.max(1, Math.ceil(timeoutMs)) };
      const reply = await this.#connection.nats.request(
        subject,
        payload,
        withHeaders === undefined ? options : { ...options, headers: withHeaders },
      );
      const { buffer, byteOffset, byteLength } = reply.data;
      return Buffer.from(buffer, byteOffset, byteLength);
    } catch (error) {
      return unansweredOf(error);
    }
  }
}

function headersOf(message: OutgoingMessage): MsgHdrs | undefined {
  const { messageId, expectedSequence, expectedSubject, tombstone, note } = message;
  const isPlain = messageId === undefined && expectedSequence === undefined && note === undefined;
  if (isPlain && tombstone !== true) return undefined;
  const lines = headers();
  if (messageId !== undefined) lines.append('Nats-Msg-Id', messageId);
  if (expectedSequence !== undefined) {
    lines.append('Nats-Expected-Last-Subject-Sequence', String(expectedSequence));
    if (expectedSubject !== undefined)
      lines.append('Nats-Expected-Last-Subject-Sequence-Subject', expectedSubject);
  }
  if (tombstone === true) lines.append('KV-Operation', 'DEL');
  if (note !== undefined) lines.append(NOTE_HEADER, note);
  return lines;
}

function messageIdOf(headerText: string): string {
  return MESSAGE_ID_LINE.exec(headerText)?.[1]?.trim() ?? '';
}

function parseReply(bytes: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined; // reported by the callers as a malformed answer
  }
}

function failedAppend(error: ApiError): AppendOutcome {
  if (error.err_code !== undefined && CONFLICT_CODES.has(error.err_code)) return { kind: 'conflict' };
  return passingOrFinal(error);
}

function passingOrFinal(error: ApiError): Unanswered {
  const reason = `${error.description ?? 'error'} (${error.err_code ?? error.code})`;
  if (error.code >= 500 || (error.err_code !== undefined && PASSING_CODES.has(error.err_code))) {
    return {
      kind: 'unanswered',
      reason,
      ...(error.err_code === STREAM_NOT_FOUND && { withoutStream: true }),
    };
  }
  throw new PredastoreError('metadata-unavailable', `JetStream refused a metadata request: ${reason}`);
}

/** Timeouts, missing responders and lost connections pass; a closed connection or a refused subject does not. */
function unansweredOf(error: unknown): Unanswered {
  const name = error instanceof Error ? error.name : '';
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.name : '';
  if (FINAL_ERRORS.has(name) || FINAL_ERRORS.has(cause)) {
    throw new PredastoreError('metadata-unavailable', `NATS: ${messageOf(error)}`, error);
  }
  return { kind: 'unanswered', reason: messageOf(error) };
}
