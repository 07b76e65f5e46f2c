// What a node does for its shards beside serving them: `[repair]`, `[scrub]`, `[orphans]`, `[metadata_copies]`; and for its users: `[lifecycle]`.

import { ORPHAN_GRACE_MIN_MS } from '../core/limits.ts';
import type { MaintenanceConfig } from './config.ts';
import type { Section } from './section.ts';

const MIB = 1024 * 1024;
const SECOND_MS = 1000;
const DAY_S = 86_400;
const WORKERS_MAX = 64;
/** Leaves most of a gigabit link, and of a disk, to clients. */
const REPAIR_MIB_DEFAULT = 64;
const SCRUB_MIB_DEFAULT = 32;
const RATE_BOUNDS = { min: 0.01, max: 100_000 };
const REPAIR_INTERVAL_DEFAULT_S = 600;
const ORPHAN_GRACE_DEFAULT_S = 3600;
const ORPHAN_INTERVAL_DEFAULT_S = 3600;
const SCRUB_PERIOD_DEFAULT_DAYS = 30;
/** A look costs a barrier; nothing is due more often than once a day, but rules should work soon after they were made. */
const LIFECYCLE_INTERVAL_DEFAULT_S = 60;
/** A million objects in an hour, and most of what the metadata can commit is left to clients. */
const LIFECYCLE_DELETIONS_DEFAULT = 300;
/** What was written since is in the seals of its shards: four a day are for everything else. */
const COPY_INTERVAL_DEFAULT_S = 6 * 3600;
/** Two days: a mistake of Friday evening should be noticed, or the copies carried off the machine. */
const COPIES_KEPT_DEFAULT = 8;
const COPIES_KEPT_MAX = 1000;
/** Of records as they are: some 20 000 a second, which cost a seventh of the main thread. */
const COPY_MIB_DEFAULT = 8;

export function parseMaintenance(root: Section): MaintenanceConfig {
  const repair = root.section('repair');
  const scrub = root.section('scrub');
  const orphans = root.section('orphans');
  const lifecycle = root.section('lifecycle');
  const copies = root.section('metadata_copies');
  const config: MaintenanceConfig = {
    bytesPerSecondMax: repair.number('max_mib_per_second', RATE_BOUNDS, REPAIR_MIB_DEFAULT) * MIB,
    repair: {
      enabled: repair.boolean('enabled', true),
      workers: repair.integer('workers', { min: 1, max: WORKERS_MAX }, 2),
      intervalMs: seconds(repair, 'interval_seconds', { min: 1, usual: REPAIR_INTERVAL_DEFAULT_S }),
    },
    scrub: {
      enabled: scrub.boolean('enabled', true),
      periodMs:
        scrub.number('period_days', { min: 0.01, max: 3650 }, SCRUB_PERIOD_DEFAULT_DAYS) * DAY_S * SECOND_MS,
      bytesPerSecondMax: scrub.number('max_mib_per_second', RATE_BOUNDS, SCRUB_MIB_DEFAULT) * MIB,
    },
    orphans: {
      enabled: orphans.boolean('enabled', true),
      graceMs: seconds(orphans, 'grace_seconds', {
        min: ORPHAN_GRACE_MIN_MS / SECOND_MS,
        usual: ORPHAN_GRACE_DEFAULT_S,
      }),
      intervalMs: seconds(orphans, 'interval_seconds', { min: 1, usual: ORPHAN_INTERVAL_DEFAULT_S }),
    },
    lifecycle: parseLifecycle(lifecycle),
    copies: {
      enabled: copies.boolean('enabled', true),
      intervalMs: seconds(copies, 'interval_seconds', { min: 1, usual: COPY_INTERVAL_DEFAULT_S }),
      keep: copies.integer('keep', { min: 1, max: COPIES_KEPT_MAX }, COPIES_KEPT_DEFAULT),
      bytesPerSecondMax: copies.number('max_mib_per_second', RATE_BOUNDS, COPY_MIB_DEFAULT) * MIB,
    },
  };
  // Written for the Go version, which reads its placements by the page.
  repair.optionalInteger('page_size', { min: 1, max: Number.MAX_SAFE_INTEGER });
  for (const section of [repair, scrub, orphans, lifecycle, copies]) section.finish();
  return config;
}

function parseLifecycle(section: Section): MaintenanceConfig['lifecycle'] {
  const debugDayS = section.has('debug_day_seconds')
    ? section.number('debug_day_seconds', { min: 0.1, max: DAY_S }, DAY_S)
    : undefined;
  return {
    enabled: section.boolean('enabled', true),
    intervalMs: seconds(section, 'interval_seconds', { min: 1, usual: LIFECYCLE_INTERVAL_DEFAULT_S }),
    deletionsPerSecondMax: section.number(
      'max_deletions_per_second',
      { min: 0.1, max: 100_000 },
      LIFECYCLE_DELETIONS_DEFAULT,
    ),
    ...(debugDayS !== undefined && { debugDayMs: debugDayS * SECOND_MS }),
  };
}

function seconds(section: Section, key: string, { min, usual }: { min: number; usual: number }): number {
  return section.integer(key, { min, max: 365 * DAY_S }, usual) * SECOND_MS;
}

export function noticesOfMaintenance({ lifecycle }: MaintenanceConfig): readonly string[] {
  const { debugDayMs } = lifecycle;
  if (debugDayMs === undefined) return [];
  return [
    `[lifecycle] debug_day_seconds: a day of a lifecycle rule lasts ${debugDayMs / SECOND_MS} s. For tests only: it deletes too early`,
  ];
}
