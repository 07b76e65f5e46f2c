// The tasks of a node that nobody asks for: repair, scrubbing, collecting orphans. Started together, stopped together.

import { supervise } from '../platform/supervise.ts';
import { DebtDrain } from './debt-drain.ts';
import { DebtSweep, type SweepReport } from './debt-sweep.ts';
import type { MaintenanceContext } from './maintenance-context.ts';
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
}

export interface MaintenanceReport {
  readonly repair: MenderTotals &
    SweepReport & { readonly journalPaid: number; readonly journalPostponed: number };
  readonly scrub: ScrubReport;
  readonly orphans: OrphanReport;
}

export type MaintenanceTask = 'repair' | 'scrub' | 'orphans';

/** The node has just started: let it answer before it looks after itself. */
const SWEEP_AFTER_MS = 10_000;
const SCRUB_AFTER_MS = 60_000;

export class Maintenance {
  readonly #stopping = new AbortController();
  readonly #mender: ShardMender;
  readonly #drain: DebtDrain;
  readonly #sweep: DebtSweep;
  readonly #scrub: Scrub;
  readonly #orphans: Orphans;
  readonly #tasks: Readonly<Record<MaintenanceTask, Periodic>>;
  readonly #running: Promise<unknown>;

  constructor(context: MaintenanceContext, plan: MaintenancePlan) {
    const stopping = this.#stopping.signal;
    const { workers } = plan.repair;
    this.#mender = new ShardMender(context, stopping);
    this.#drain = new DebtDrain(context, this.#mender, stopping);
    this.#sweep = new DebtSweep(context, this.#mender, { stopping, workers });
    this.#scrub = new Scrub(context, this.#mender, { limits: plan.scrub, stopping });
    this.#orphans = new Orphans(context, { graceMs: plan.orphans.graceMs, stopping });
    this.#tasks = this.#periodic(context, plan);
    const enabled = (['repair', 'scrub', 'orphans'] as const).filter((task) => plan[task].enabled);
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
    };
  }

  /** Has a task run now. `accept`: what the search for orphans holds back may go, an operator has looked at it. */
  ask(task: MaintenanceTask, accept = false): void {
    if (task === 'scrub') this.#scrub.hurry();
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
    };
  }
}
