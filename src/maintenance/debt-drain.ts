// Pays what the repair journal says this node owes, as soon as it says so.
//
// Owns: a few workers that wait at the journal. Refuses: the work itself (shard-mender.ts).
// Invariants:
//   1. An entry leaves the journal when its shards are whole or nobody names them; anything else gives it back.
//   2. An entry that cannot be paid yet waits ever longer, up to POSTPONE_MAX_MS, and is never forgotten.

import { errorCodeOf, messageOf } from '../core/errors.ts';
import type { RepairDebt } from '../metadata/metadata-store.ts';
import { supervise } from '../platform/supervise.ts';
import type { MaintenanceContext } from './maintenance-context.ts';
import type { ShardMender } from './shard-mender.ts';

/** One wait at the journal; a longer one costs nothing but the time to notice a lost connection. */
const WAIT_MS = 20_000;
const RETRY_MS = 2_000;
const ALIVE_MS = 10_000;
/** The other shards are usually on nodes that are about to come back. */
const POSTPONE_MS = 2_000;
const POSTPONE_MAX_MS = 5 * 60_000;

export class DebtDrain {
  readonly #context: MaintenanceContext;
  readonly #mender: ShardMender;
  readonly #stopping: AbortSignal;
  #paid = 0;
  #postponed = 0;

  constructor(context: MaintenanceContext, mender: ShardMender, stopping: AbortSignal) {
    this.#context = context;
    this.#mender = mender;
    this.#stopping = stopping;
  }

  /** Entries of the journal since the start of the process. */
  get totals(): { readonly paid: number; readonly postponed: number } {
    return { paid: this.#paid, postponed: this.#postponed };
  }

  /** Runs `workers` until the signal fires. */
  async run(workers: number): Promise<void> {
    await Promise.all(Array.from({ length: workers }, () => this.#work()));
  }

  async #work(): Promise<void> {
    const { clock, logger, metadata } = this.#context;
    while (!this.#isStopping()) {
      try {
        // A worker that is told to stop does not wait for the journal: what is handed out meanwhile comes again.
        const debt = await this.#unlessStopping(metadata.nextDebt(WAIT_MS));
        if (debt !== undefined) await this.#pay(debt);
      } catch (error) {
        if (this.#isStopping()) return;
        logger.debug('the repair journal does not answer', { reason: messageOf(error) });
        await clock.sleep(RETRY_MS, this.#stopping);
      }
    }
  }

  async #pay(debt: RepairDebt): Promise<void> {
    const { logger, self } = this.#context;
    const { blob, damaged } = debt.entry;
    const indices = (damaged ?? blob.missing ?? []).filter((index) => blob.nodes[index] === self);
    const working = new AbortController();
    supervise(this.#sayAlive(debt, working.signal), logger, 'keeping an entry of the repair journal');
    try {
      for (const index of indices) {
        await this.#mender.mend({ write: blob.write, index, suspect: damaged !== undefined });
      }
      debt.done();
      this.#paid += 1;
    } catch (error) {
      const delayMs = Math.min(POSTPONE_MAX_MS, POSTPONE_MS * 2 ** Math.min(debt.redeliveries, 16));
      debt.later(delayMs);
      this.#postponed += 1;
      const fields = { write: blob.write, delayMs, code: errorCodeOf(error), reason: messageOf(error) };
      logger.warn('a shard cannot be rebuilt yet', fields);
    } finally {
      working.abort();
    }
  }

  async #sayAlive(debt: RepairDebt, signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#context.clock.sleep(ALIVE_MS, signal);
      if (signal.aborted) return;
      debt.alive();
    }
  }

  async #unlessStopping<T>(work: Promise<T>): Promise<T | undefined> {
    let stop: () => void = () => undefined;
    const stopped = new Promise<undefined>((resolve) => {
      stop = () => resolve(undefined);
      this.#stopping.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([work, stopped]);
    } finally {
      this.#stopping.removeEventListener('abort', stop);
    }
  }

  #isStopping(): boolean {
    return this.#stopping.aborted;
  }
}
