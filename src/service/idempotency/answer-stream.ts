// Where answers to requests with an idempotency key are remembered: the last message of one subject per key, in a stream
// of its own that forgets after IDEMPOTENCY_WINDOW_MS. It is a KV bucket to NATS tools (`nats kv ls s3_answers`).
//
// The stream is made when the first key comes: who sends no keys has none.

import type { BusConnection } from '../../bus/connection.ts';
import { KeptValues } from '../../bus/kept-values.ts';
import {
  IDEMPOTENCY_ANSWER_BYTES_MAX,
  IDEMPOTENCY_BYTES_MAX,
  IDEMPOTENCY_RECORDS_MAX,
  IDEMPOTENCY_WINDOW_MS,
} from '../../core/limits.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';

const PREFIX = '$KV.s3_answers.';
const DUPLICATE_WINDOW_MS = 30_000;

export interface AnswerStreamOptions {
  readonly connection: BusConnection;
  /** Copies of the stream. */
  readonly replicas: number;
  readonly clock: Clock;
  readonly random: Random;
}

export function answerStream({ replicas, ...parts }: AnswerStreamOptions): KeptValues {
  return new KeptValues({
    ...parts,
    prefix: PREFIX,
    settings: {
      name: 'KV_s3_answers',
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
    },
  });
}
