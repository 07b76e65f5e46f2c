// Who carries out lifecycle rules: one node at a time, and how far it has come, so that another one goes on from there.
//
// Owns: taking, keeping and giving back the duty. Refuses: the work (lifecycle.ts).
//   1. The holder writes the record down again, with its position, at least every RENEW_MS while it works. Whoever sees it unchanged for
//      LEASE_MS, by its own monotonic clock, takes the duty and goes on from that position.
//   2. A holder whose write conflicts has lost the duty and stops. Two that are at it for a moment do no harm: every deletion is a
//      compare-and-set.
//   3. Nobody acts by a clock that is far from that of the metadata stream's leader: a wrong clock would expire everything.

import type {
  LifecyclePass,
  LifecyclePassEnd,
  LifecyclePosition,
  LifecycleRecord,
} from '../contracts/records.ts';
import type { LifecycleTable } from '../metadata/lifecycle-table.ts';
import type { Clock } from '../platform/clock.ts';

/** How often the position is written down while it moves. */
export const RENEW_MS = 5_000;
const LEASE_MS = 30_000;
/** Far more than clocks under NTP differ, far less than the shortest rule. */
export const CLOCK_DIFFERENCE_MAX_MS = 5 * 60_000;

export interface DutyParts {
  readonly table: LifecycleTable;
  readonly clock: Clock;
  /** Names this process: node id, a dot, something random. */
  readonly holder: string;
}

/** What there is to do, as the record of the last pass tells. */
export type PlannedPass = Omit<LifecyclePass, 'started' | 'reached'>;

export type DutyTaken =
  | { readonly kind: 'taken'; readonly pass: LifecyclePass }
  /** Another node is at it. */
  | { readonly kind: 'busy' }
  /** Nothing is due. */
  | { readonly kind: 'idle' }
  /** The clocks of this node and of the stream differ by so much. */
  | { readonly kind: 'clock'; readonly differenceMs: number };

export class LifecycleDuty {
  readonly #parts: DutyParts;
  #record: LifecycleRecord | undefined;
  #revision: number | undefined;
  #writtenMs = 0;
  /** A record of another holder that is at work, since when it has been the same. */
  #seen: { readonly revision: number; readonly sinceMs: number } | undefined;

  constructor(parts: DutyParts) {
    this.#parts = parts;
  }

  /** As of the last look. */
  get lastEnd(): LifecyclePassEnd | undefined {
    return this.#record?.ended;
  }

  /** Who is at it, or was last, as of the last look; empty: nobody. */
  get holder(): string {
    return this.#record?.holder ?? '';
  }

  /** Takes the duty when there is something to do and nobody is at it. A pass that was left unfinished is gone on with. */
  async take(plan: (ended: LifecyclePassEnd | undefined) => PlannedPass | undefined): Promise<DutyTaken> {
    const { table, clock, holder } = this.#parts;
    const kept = await table.get();
    this.#record = kept?.record;
    this.#revision = kept?.revision;
    if (kept !== undefined && this.#isBusy(kept.record, kept.revision)) return { kind: 'busy' };
    const planned = plan(kept?.record.ended);
    const started = new Date(clock.nowMs()).toISOString();
    const pass = kept?.record.pass ?? (planned && { ...planned, started });
    if (pass === undefined) return { kind: 'idle' };
    if (!(await this.#write({ ...this.#ended(), v: 1, holder, pass }))) return { kind: 'busy' };
    const differenceMs = await this.#clockDifferenceMs();
    if (Math.abs(differenceMs) <= CLOCK_DIFFERENCE_MAX_MS) return { kind: 'taken', pass };
    await this.#write({ ...this.#ended(), v: 1, holder });
    return { kind: 'clock', differenceMs };
  }

  /** Writes the position down when it is time to; false: another node has the duty now. */
  async keep(pass: LifecyclePass, reached: LifecyclePosition): Promise<boolean> {
    const { clock, holder } = this.#parts;
    if (clock.monotonicMs() - this.#writtenMs < RENEW_MS) return true;
    return this.#write({ ...this.#ended(), v: 1, holder, pass: { ...pass, reached } });
  }

  /** The pass is over. */
  async finish({ day, newest }: LifecyclePass): Promise<void> {
    const { clock, holder } = this.#parts;
    const at = new Date(clock.nowMs()).toISOString();
    await this.#write({ v: 1, holder, ended: { day, newest, at } });
  }

  #ended(): Pick<LifecycleRecord, 'ended'> {
    const ended = this.#record?.ended;
    return ended === undefined ? {} : { ended };
  }

  #isBusy({ holder, pass }: LifecycleRecord, revision: number): boolean {
    if (pass === undefined || holder === this.#parts.holder) return false;
    const nowMs = this.#parts.clock.monotonicMs();
    if (this.#seen?.revision !== revision) this.#seen = { revision, sinceMs: nowMs };
    return nowMs - this.#seen.sinceMs < LEASE_MS;
  }

  /** How far our clock is ahead of that of whoever stored what we wrote just now. */
  async #clockDifferenceMs(): Promise<number> {
    const kept = await this.#parts.table.get();
    // Somebody else wrote since: the next write of ours finds out.
    if (kept === undefined || kept.revision !== this.#revision) return 0;
    return this.#parts.clock.nowMs() - kept.storedMs;
  }

  async #write(record: LifecycleRecord): Promise<boolean> {
    const outcome = await this.#parts.table.put(record, this.#revision);
    if (outcome.kind === 'conflict') return false;
    this.#record = record;
    this.#revision = outcome.revision;
    this.#writtenMs = this.#parts.clock.monotonicMs();
    return true;
  }
}
