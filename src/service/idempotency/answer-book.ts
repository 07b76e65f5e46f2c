// Decides what a request with an idempotency key is: the first of its kind, a repetition of one that is under way, or of
// one that was done.
//
//   1. Of requests with the same key one is at work at a time, whichever nodes they reach.
//   2. A claim whose sequence does not move for IDEMPOTENCY_LEASE_MS, watched by our own monotonic clock, belongs to a dead
//      node and is taken over by compare-and-set. Clocks of nodes are not compared.
//   3. Other parameters under the same key are refused, whether the first request is done or not.

import { IDEMPOTENCY_LEASE_MS, IDEMPOTENCY_WAITERS_MAX, IDEMPOTENCY_WAIT_MS } from '../../core/limits.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import type { LastMessage } from '../../bus/stream-client.ts';
import type { Random } from '../../platform/random.ts';
import { decodeRecord, encodeClaim, type ClaimRecord, type DoneRecord } from './answer-record.ts';
import { Claim, type ClaimParts } from './claim.ts';

const LOOK_AGAIN_MS = 200;

export interface AnswerBookParts extends ClaimParts {
  readonly random: Random;
  readonly node: number;
}

export type Standing =
  { readonly kind: 'first'; readonly claim: Claim } | { readonly kind: 'done'; readonly record: DoneRecord };

interface Watched {
  readonly sequence: number;
  readonly sinceMs: number;
}

export class AnswerBook {
  readonly #parts: AnswerBookParts;
  #waiting = 0;

  constructor(parts: AnswerBookParts) {
    this.#parts = parts;
  }

  /** `key` names account, caller, operation and idempotency key; `print` the parameters. */
  async enter(key: string, print: string): Promise<Standing> {
    const { random, node } = this.#parts;
    const record: ClaimRecord = {
      state: 'claimed',
      claim: random.bytes(12).toString('base64url'),
      node,
      print,
    };
    return (await this.#claim(key, record, 0)) ?? this.#repeat(key, record);
  }

  async #claim(key: string, record: ClaimRecord, expectedSequence: number): Promise<Standing | undefined> {
    const outcome = await this.#parts.stream.write({ key, value: encodeClaim(record), expectedSequence });
    if (outcome.kind === 'conflict') return undefined;
    return { kind: 'first', claim: new Claim(this.#parts, key, record, outcome.sequence) };
  }

  async #repeat(key: string, record: ClaimRecord): Promise<Standing> {
    if (this.#waiting >= IDEMPOTENCY_WAITERS_MAX) throw inProgress();
    this.#waiting += 1;
    try {
      return await this.#wait(key, record);
    } finally {
      this.#waiting -= 1;
    }
  }

  async #wait(key: string, record: ClaimRecord): Promise<Standing> {
    const { clock, stream } = this.#parts;
    const deadlineMs = clock.monotonicMs() + IDEMPOTENCY_WAIT_MS;
    let watched: Watched | undefined;
    for (;;) {
      const last = await stream.read(key);
      const seen = standingOf(last, record.print);
      if (seen !== undefined && seen !== 'free') return seen;
      const nowMs = clock.monotonicMs();
      const sequence = last?.sequence ?? 0;
      if (watched?.sequence !== sequence) watched = { sequence, sinceMs: nowMs };
      const isDead = nowMs - watched.sinceMs >= IDEMPOTENCY_LEASE_MS;
      if (seen === 'free' || isDead) {
        const claimed = await this.#claim(key, record, sequence);
        if (claimed !== undefined) return claimed;
      }
      if (nowMs >= deadlineMs) throw inProgress();
      await clock.sleep(LOOK_AGAIN_MS);
    }
  }
}

/** `free`: nobody has the key. Undefined: somebody is at work on the same request. */
function standingOf(last: LastMessage | undefined, print: string): Standing | 'free' | undefined {
  if (last === undefined || last.payload.length === 0) return 'free';
  const record = decodeRecord(last.payload);
  if (record === 'unreadable')
    throw new S3Error('InternalError', 'What is remembered under this idempotency key cannot be read.');
  if (record.print !== print) throw new S3Error('IdempotentParameterMismatch');
  return record.state === 'done' ? { kind: 'done', record } : undefined;
}

function inProgress(): S3Error {
  const words = 'A request with this idempotency key is still being worked on. Please try again.';
  return new S3Error('OperationAborted', words, { headers: { 'Retry-After': '1' } });
}
