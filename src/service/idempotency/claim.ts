// A request with an idempotency key that this node is at work on.
//
//   1. While it runs the claim is renewed, so that repetitions elsewhere wait for it and do not take it over.
//   2. It ends in one write: the answer, or the key taken back. Both fail quietly when somebody took the request over,
//      which happens only when nothing was heard of us for IDEMPOTENCY_LEASE_MS.

import { IDEMPOTENCY_RENEW_MS } from '../../core/limits.ts';
import type { Clock, Timer } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import { supervise } from '../../platform/supervise.ts';
import { encodeClaim, encodeDone, type Answer, type ClaimRecord } from './answer-record.ts';
import type { KeptValues } from '../../bus/kept-values.ts';

export interface ClaimParts {
  readonly stream: Pick<KeptValues, 'read' | 'write'>;
  readonly clock: Clock;
  readonly log: Logger;
}

export class Claim {
  readonly #parts: ClaimParts;
  readonly #key: string;
  readonly #record: ClaimRecord;
  #sequence: number;
  #timer: Timer | undefined;
  #renewing: Promise<void> = Promise.resolve();
  #lost = false;
  #ended = false;

  constructor(parts: ClaimParts, key: string, record: ClaimRecord, sequence: number) {
    this.#parts = parts;
    this.#key = key;
    this.#record = record;
    this.#sequence = sequence;
    this.#renewLater();
  }

  /** Remembers the answer. A failure is logged: the work is done, and its caller gets the answer in any case. */
  async settle(answer: Answer, bodySha256: string | undefined): Promise<void> {
    const { print } = this.#record;
    const done = {
      state: 'done',
      print,
      answer,
      ...(bodySha256 === undefined ? {} : { bodySha256 }),
    } as const;
    await this.#end(encodeDone(done));
  }

  /** Forgets the request, which did not succeed: the next one with its key begins anew. */
  release(): Promise<void> {
    return this.#end(undefined);
  }

  async #end(record: Buffer | undefined): Promise<void> {
    this.#ended = true; // a renewal under way sets no further timer, which would take the outcome back
    this.#timer?.cancel();
    await this.#renewing;
    if (this.#lost) return;
    try {
      await this.#write(record);
    } catch (error) {
      this.#parts.log.error('the outcome of a request with an idempotency key was not remembered', { error });
    }
  }

  #renewLater(): void {
    this.#timer = this.#parts.clock.after(IDEMPOTENCY_RENEW_MS, () => {
      this.#renewing = this.#renew();
      supervise(this.#renewing, this.#parts.log, 'renewing a claim');
    });
  }

  async #renew(): Promise<void> {
    try {
      await this.#write(encodeClaim(this.#record));
    } catch (error) {
      this.#parts.log.warn('a claim was not renewed', { error });
    }
    if (!this.#lost && !this.#ended) this.#renewLater();
  }

  async #write(record: Buffer | undefined): Promise<void> {
    const outcome = await this.#parts.stream.write({
      key: this.#key,
      value: record,
      expectedSequence: this.#sequence,
    });
    if (outcome.kind === 'written') {
      this.#sequence = outcome.sequence;
      return;
    }
    this.#lost = true;
    this.#parts.log.warn('a request with an idempotency key was taken over while we were silent', {
      claim: this.#record.claim,
    });
  }
}
