// Where answers to requests with an idempotency key are remembered: the last message of one subject per key, in a stream
// of its own that forgets after IDEMPOTENCY_WINDOW_MS. It is a KV bucket to NATS tools (`nats kv ls s3_answers`).
//
// Owns: the stream, and patience with it. The stream is made when the first key comes: who sends no keys has none.
//   1. A write is sent under one message id however often it is tried; the stream stores it once.
//   2. `conflict` is somebody else's message, seen by the leader.

import type { BusConnection } from '../../bus/connection.ts';
import { StreamAdmin, type StreamSettings } from '../../bus/stream-admin.ts';
import { StreamClient, type LastMessage } from '../../bus/stream-client.ts';
import { PredastoreError } from '../../core/errors.ts';
import {
  IDEMPOTENCY_ANSWER_BYTES_MAX,
  IDEMPOTENCY_BYTES_MAX,
  IDEMPOTENCY_RECORDS_MAX,
  IDEMPOTENCY_WINDOW_MS,
  METADATA_PATIENCE_MS,
  METADATA_REQUEST_TIMEOUT_MS,
} from '../../core/limits.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { backoffMs, type Random } from '../../platform/random.ts';

const STREAM = 'KV_s3_answers';
const PREFIX = '$KV.s3_answers.';
const DUPLICATE_WINDOW_MS = 30_000;
const RETRY_BASE_MS = 20;
const RETRY_MAX_MS = 1_000;
/** JetStream's words when a stream of limited size is full. */
const FULL = /maximum (bytes|messages) exceeded/i;

export interface AnswerStreamOptions {
  readonly connection: BusConnection;
  /** Copies of the stream. */
  readonly replicas: number;
  readonly clock: Clock;
  readonly random: Random;
}

export interface AnswerWrite {
  readonly key: string;
  /** Undefined takes the key back. */
  readonly record: Uint8Array | undefined;
  /** Sequence of the key's last message, 0 for none. */
  readonly expectedSequence: number;
}

export type WriteOutcome =
  { readonly kind: 'written'; readonly sequence: number } | { readonly kind: 'conflict' };

export class AnswerStream {
  readonly #options: AnswerStreamOptions;
  readonly #client: StreamClient;
  readonly #instance: string;
  #opening: Promise<void> | undefined;
  #writes = 0;

  constructor(options: AnswerStreamOptions) {
    this.#options = options;
    this.#client = new StreamClient(options.connection, STREAM);
    this.#instance = options.random.bytes(12).toString('base64url');
  }

  /** Compare-and-set of a key; throws `metadata-unavailable` when nothing is known after METADATA_PATIENCE_MS. */
  async write({ key, record, expectedSequence }: AnswerWrite): Promise<WriteOutcome> {
    await this.#open();
    this.#writes += 1;
    const messageId = `${this.#instance}.${this.#writes.toString(36)}`;
    const payload = record ?? new Uint8Array(0);
    const message = {
      subject: PREFIX + key,
      payload,
      messageId,
      expectedSequence,
      tombstone: record === undefined,
    };
    let isFirst = true;
    return this.#patiently(async (timeoutMs) => {
      const outcome = await this.#append(message, timeoutMs);
      if (outcome.kind === 'stored') return { kind: 'written', sequence: outcome.sequence };
      if (outcome.kind === 'unanswered') {
        isFirst = false;
        return outcome.reason;
      }
      // After an unanswered try the conflict may be with ourselves.
      const last = isFirst ? undefined : await this.read(key);
      return last?.messageId === messageId
        ? { kind: 'written', sequence: last.sequence }
        : { kind: 'conflict' };
    });
  }

  /** The key's last message from the leader; undefined when there is none. */
  async read(key: string): Promise<LastMessage | undefined> {
    await this.#open();
    const found = await this.#patiently(async (timeoutMs) => {
      const outcome = await this.#client.last(PREFIX + key, timeoutMs);
      return outcome.kind === 'unanswered' ? outcome.reason : outcome;
    });
    return found.kind === 'message' ? found.message : undefined;
  }

  async #append(
    ...[message, timeoutMs]: Parameters<StreamClient['append']>
  ): ReturnType<StreamClient['append']> {
    try {
      const outcome = await this.#client.append(message, timeoutMs);
      if (outcome.kind === 'unanswered' && FULL.test(outcome.reason)) throw tooMany(outcome.reason);
      return outcome;
    } catch (error) {
      if (error instanceof Error && FULL.test(error.message)) throw tooMany(error);
      throw error;
    }
  }

  /** Tries again while `attempt` gives a reason for it. */
  async #patiently<T extends object>(attempt: (timeoutMs: number) => Promise<T | string>): Promise<T> {
    const { clock, random } = this.#options;
    const deadlineMs = clock.monotonicMs() + METADATA_PATIENCE_MS;
    for (let tries = 0; ; tries += 1) {
      const timeoutMs = Math.min(METADATA_REQUEST_TIMEOUT_MS, deadlineMs - clock.monotonicMs());
      const outcome = await attempt(timeoutMs);
      if (typeof outcome !== 'string') return outcome;
      await clock.sleep(backoffMs(random, tries, RETRY_BASE_MS, RETRY_MAX_MS));
      if (clock.monotonicMs() >= deadlineMs)
        throw new PredastoreError('metadata-unavailable', `idempotency keys: ${outcome}`);
    }
  }

  async #open(): Promise<void> {
    this.#opening ??= this.#ensure();
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = undefined; // the next key tries again
      throw new PredastoreError('metadata-unavailable', `the stream ${STREAM} cannot be used`, error);
    }
  }

  async #ensure(): Promise<void> {
    const admin = await StreamAdmin.open(this.#options.connection);
    await admin.ensure(settingsOf(this.#options.replicas));
  }
}

function settingsOf(replicas: number): StreamSettings {
  return {
    name: STREAM,
    subjects: [`${PREFIX}>`],
    replicas,
    purpose: 'key-value',
    history: 1,
    // Base64 makes four bytes of three; headers and the rest of the record have room.
    messageBytesMax: Math.ceil((IDEMPOTENCY_ANSWER_BYTES_MAX * 4) / 3) + 16 * 1024,
    duplicateWindowMs: DUPLICATE_WINDOW_MS,
    consumersMax: 16,
    bytesMax: IDEMPOTENCY_BYTES_MAX,
    messagesMax: IDEMPOTENCY_RECORDS_MAX,
    ageMaxMs: IDEMPOTENCY_WINDOW_MS,
  };
}

function tooMany(cause: unknown): S3Error {
  const words = 'Too many requests with an idempotency key are being remembered. Please try again later.';
  return new S3Error('SlowDown', words, { headers: { 'Retry-After': '60' } }, cause);
}
