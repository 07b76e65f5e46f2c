// The tasks of a node that nobody asks for: repair, scrubbing, collecting orphans, lifecycle rules, copies of metadata. Started together, stopped together.

import { AWS_CALENDAR } from '../objects/expiry.ts';
import { supervise } from '../platform/supervise.ts';
import { DebtDrain } from './debt-drain.ts';
import { DebtSweep, type SweepReport } from './debt-sweep.ts';
import { Lifecycle, type LifecycleReport, type LifecycleSources } from './lifecycle.ts';
import type { MaintenanceContext } from './maintenance-context.ts';
import type { CopyReport, MetadataCopies } from './metadata-copies.ts';
import { Orphans, type OrphanReport } from './orphans.ts';
import { Periodic } from './periodic.ts';
import { Scrub, type ScrubReport } from './scrub.ts';
import { ShardMender, type MenderTotals } from './shard-mender.ts';

export interface MaintenancePlan {
  readonly repair: { readonly enabled: boolean; readonly workers: number; readonly intervalMs: number };
  readonly scrub: {
    readonly enabled: boolean;
    readonly periodMs: number;
    readonly bytesPerSecondMax: number;
  };
  readonly orphans: { readonly enabled: boolean; readonly graceMs: number; readonly intervalMs: number };
  readonly lifecycle: {
    readonly enabled: boolean;
    readonly intervalMs: number;
    readonly deletionsPerSecondMax: number;
    /** A debug setting: how long a day of a rule is; absent: a day, and rules become due at midnight UTC. */
    readonly debugDayMs?: number;
  };
  readonly copies: { readonly enabled: boolean };
}

export interface MaintenanceReport {
  readonly repair: MenderTotals &
    SweepReport & { readonly journalPaid: number; readonly journalPostponed: number };
  readonly scrub: ScrubReport;
  readonly orphans: OrphanReport;
  readonly lifecycle: LifecycleReport;
  readonly copies: CopyReport | undefined;
}

export type MaintenanceTask = 'repair' | 'scrub' | 'orphans' | 'lifecycle' | 'copies';

/** What lifecycle rules act upon, and the copies of the metadata, beside what all tasks have. */
export type MaintenanceStores = Pick<LifecycleSources, 'objects' | 'multipart' | 'random'> & {
  /** Absent: this process keeps none. */
  readonly copies?: MetadataCopies;
};

/** Looks in a day that is not a real one, so that things end soon after they are due; and never in a tight loop. */
const DEBUG_LOOKS_A_DAY = 10;
const DEBUG_LOOK_MS = 100;

/** The node has just started: let it answer before it looks after itself. */
const SWEEP_AFTER_MS = 10_000;
const SCRUB_AFTER_MS = 60_000;

const TASKS: readonly MaintenanceTask[] = ['repair', 'scrub', 'orphans', 'lifecycle', 'copies'];

export class Maintenance {
  readonly #stopping = new AbortController();
  readonly #mender: ShardMender;
  readonly #drain: DebtDrain;
  readonly #sweep: DebtSweep;
  readonly #scrub: Scrub;
  readonly #orphans: Orphans;
  readonly #lifecycle: Lifecycle;
  readonly #copies: MetadataCopies | undefined;
  readonly #tasks: Readonly<Record<MaintenanceTask, Periodic>>;
  readonly #running: Promise<unknown>;

  constructor(context: MaintenanceContext, stores: MaintenanceStores, plan: MaintenancePlan) {
    const stopping = this.#stopping.signal;
    const { workers } = plan.repair;
    this.#mender = new ShardMender(context, stopping);
    this.#drain = new DebtDrain(context, this.#mender, stopping);
    this.#sweep = new DebtSweep(context, this.#mender, { stopping, workers });
    this.#scrub = new Scrub(context, this.#mender, { limits: plan.scrub, stopping });
    this.#orphans = new Orphans(context, { graceMs: plan.orphans.graceMs, stopping });
    const { deletionsPerSecondMax, debugDayMs } = plan.lifecycle;
    const calendar = debugDayMs === undefined ? AWS_CALENDAR : { dayMs: debugDayMs, roundsToMidnight: false };
    const lifecycleLimits = { calendar, deletionsPerSecondMax, stopping };
    this.#lifecycle = new Lifecycle({ ...context, ...stores }, lifecycleLimits);
    this.#copies = stores.copies;
    this.#tasks = this.#periodic(context, plan);
    const enabled = TASKS.filter((task) => plan[task].enabled);
    this.#running = Promise.all([
      ...enabled.map((task) => this.#tasks[task].run()),
      ...(plan.repair.enabled ? [this.#drain.run(workers)] : []),
    ]);
    supervise(this.#running, context.logger, 'maintenance');
  }

  get report(): MaintenanceReport {
    const { paid, postponed } = this.#drain.totals;
    const { report } = this.#sweep;
    return {
      repair: { ...this.#mender.totals, ...report, journalPaid: paid, journalPostponed: postponed },
      scrub: this.#scrub.report,
      orphans: this.#orphans.report,
      lifecycle: this.#lifecycle.report,
      copies: this.#copies?.report,
    };
  }

  /** Has a task run now. `accept`: what the search for orphans holds back may go, an operator has looked at it. */
  ask(task: MaintenanceTask, accept = false): void {
    if (task === 'scrub') this.#scrub.hurry();
    if (task === 'lifecycle') this.#lifecycle.hurry();
    if (task === 'orphans' && accept) this.#orphans.accept();
    this.#tasks[task].ask();
  }

  /** Ends every task after the step under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  #periodic(context: MaintenanceContext, plan: MaintenancePlan): Readonly<Record<MaintenanceTask, Periodic>> {
    const { clock, logger } = context;
    const common = { clock, logger, stopping: this.#stopping.signal };
    const lifecycleIntervalMs = lookEveryMs(plan.lifecycle);
    return {
      repair: new Periodic({
        ...common,
        name: 'the sweep for lost shards',
        firstAfterMs: SWEEP_AFTER_MS,
        intervalMs: () => plan.repair.intervalMs,
        pass: () => this.#sweep.pass(),
      }),
      scrub: new Periodic({
        ...common,
        name: 'scrubbing',
        firstAfterMs: Math.max(SCRUB_AFTER_MS, this.#scrub.restMs()),
        intervalMs: () => Math.max(SCRUB_AFTER_MS, this.#scrub.restMs()),
        pass: () => this.#scrub.pass(),
      }),
      orphans: new Periodic({
        ...common,
        name: 'the search for orphans',
        firstAfterMs: Math.min(plan.orphans.graceMs, plan.orphans.intervalMs),
        intervalMs: () => plan.orphans.intervalMs,
        pass: () => this.#orphans.pass(),
      }),
      lifecycle: new Periodic({
        ...common,
        name: 'carrying out lifecycle rules',
        firstAfterMs: Math.min(SWEEP_AFTER_MS, lifecycleIntervalMs),
        intervalMs: () => lifecycleIntervalMs,
        pass: () => this.#lifecycle.pass(),
      }),
      copies: new Periodic({
        ...common,
        name: 'copying the metadata',
        firstAfterMs: this.#copies?.firstAfterMs ?? Infinity,
        intervalMs: () => this.#copies?.restMs() ?? Infinity,
        pass: async () => this.#copies?.pass(this.#stopping.signal),
      }),
    };
  }
}

function lookEveryMs({ intervalMs, debugDayMs }: MaintenancePlan['lifecycle']): number {
  if (debugDayMs === undefined) return intervalMs;
  return Math.min(intervalMs, Math.max(DEBUG_LOOK_MS, debugDayMs / DEBUG_LOOKS_A_DAY));
}
