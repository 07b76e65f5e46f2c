// Carries out the lifecycle rules of all buckets: looks now and then whether a pass is due, and does it when nobody else is at it.
//
// Owns: when a pass is due, and the counts. Refuses: the walk over a bucket (lifecycle-bucket.ts), who has the duty (lifecycle-duty.ts).
//   1. Rules become due at midnight UTC, so a pass over everything is due once in a UTC day; between two of them only buckets that were
//      configured anew are walked. Where days last seconds (a debug setting) passes follow each other ten times a day.
//   2. A pass that was interrupted goes on where it was, on this node or on another one.

import type { BucketRecord, LifecyclePass, LifecyclePassEnd } from '../contracts/records.ts';
import type { Versioned } from '../metadata/commits.ts';
import type { MetadataPlane } from '../metadata/metadata-store.ts';
import { isEnabled, utcDay, type Calendar } from '../objects/expiry.ts';
import type { MultipartStore } from '../objects/multipart-store.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { CounterMetric, GaugeMetric, Metrics } from '../platform/metrics.ts';
import type { Random } from '../platform/random.ts';
import { BucketWalk, type EndedKind, type WalkParts } from './lifecycle-bucket.ts';
import { LifecycleDuty, type PlannedPass } from './lifecycle-duty.ts';
import { Pace } from './pace.ts';

const MS_PER_SECOND = 1000;
/** Passes in a day that is not a real one. */
const DEBUG_PASSES_A_DAY = 10;
const HOLDER_CHANCE_BYTES = 6;

export interface LifecycleSources {
  readonly self: number;
  readonly metadata: Pick<MetadataPlane, 'lifecycle' | 'viewedBucket'> & {
    readonly buckets: Pick<MetadataPlane['buckets'], 'list'>;
  };
  readonly objects: Pick<ObjectStore, 'listVersions' | 'remove'>;
  readonly multipart: Pick<MultipartStore, 'listUploads' | 'abort'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface LifecycleLimits {
  readonly calendar: Calendar;
  readonly deletionsPerSecondMax: number;
  readonly stopping: AbortSignal;
}

export interface LifecycleReport extends Readonly<Record<EndedKind, number>> {
  readonly running: boolean;
  readonly examined: number;
  /** Node that is at it, or was last, as of the last look; empty: none. */
  readonly holder: string;
  /** Why nothing is ended; empty while it is. */
  readonly held: string;
  /** When the last pass ended, on any node: ISO 8601; empty: never. */
  readonly completed: string;
}

const NOTHING: Readonly<Record<EndedKind, number>> = {
  expired: 0,
  marked: 0,
  noncurrent: 0,
  markers: 0,
  uploads: 0,
  passedOver: 0,
};

export class Lifecycle {
  readonly #sources: LifecycleSources;
  readonly #limits: LifecycleLimits;
  readonly #duty: LifecycleDuty;
  readonly #walkParts: WalkParts;
  readonly #ended: CounterMetric;
  readonly #examinedTotal: CounterMetric;
  readonly #heldGauge: GaugeMetric;
  readonly #completedGauge: GaugeMetric;
  #counts = { ...NOTHING };
  #examined = 0;
  #running = false;
  #held = '';
  #isAsked = false;

  constructor(sources: LifecycleSources, limits: LifecycleLimits) {
    const { self, metadata, clock, random, metrics } = sources;
    this.#sources = sources;
    this.#limits = limits;
    const holder = `${self}.${random.bytes(HOLDER_CHANCE_BYTES).toString('hex')}`;
    this.#duty = new LifecycleDuty({ table: metadata.lifecycle, clock, holder });
    this.#ended = metrics.counter(
      'predastore_lifecycle_ended_total',
      'What lifecycle rules ended, by kind (expired, marked, noncurrent, markers, uploads, passedOver)',
      ['kind'],
    );
    this.#examinedTotal = metrics.counter(
      'predastore_lifecycle_examined_total',
      'Versions and uploads that lifecycle rules were held against',
    );
    this.#heldGauge = metrics.gauge(
      'predastore_lifecycle_held',
      '1 while this node ends nothing because its clock is not that of the metadata stream',
    );
    this.#completedGauge = metrics.gauge(
      'predastore_lifecycle_completed_seconds',
      'When the last pass of lifecycle rules ended, in seconds since 1970; 0 before the first',
    );
    this.#walkParts = this.#partsOfWalk();
  }

  get report(): LifecycleReport {
    return {
      ...this.#counts,
      running: this.#running,
      examined: this.#examined,
      holder: this.#duty.holder.split('.')[0] ?? '',
      held: this.#held,
      completed: this.#duty.lastEnd?.at ?? '',
    };
  }

  get #completedMs(): number {
    const { lastEnd } = this.#duty;
    return lastEnd === undefined ? 0 : Date.parse(lastEnd.at);
  }

  /** Has the next look begin a pass over every bucket, due or not. */
  hurry(): void {
    this.#isAsked = true;
  }

  /** One look: a pass when one is due, nobody is at it, and some bucket has rules. */
  async pass(): Promise<void> {
    const all = await this.#sources.metadata.buckets.list();
    const ruled = all.filter(hasRules);
    const isAsked = this.#isAsked;
    this.#isAsked = false;
    if (ruled.length === 0) return;
    const newest = Math.max(...all.map(({ revision }) => revision));
    const plan = (ended: LifecyclePassEnd | undefined): PlannedPass | undefined =>
      this.#plan({ ended, ruled, newest, isAsked });
    const taken = await this.#duty.take(plan);
    this.#hold(taken.kind === 'clock' ? taken.differenceMs : 0);
    this.#completedGauge.set(this.#completedMs / MS_PER_SECOND);
    if (taken.kind !== 'taken') return;
    this.#running = true;
    try {
      await this.#walk(ruled, taken.pass);
    } finally {
      this.#running = false;
      this.#completedGauge.set(this.#completedMs / MS_PER_SECOND);
    }
  }

  #plan(look: {
    readonly ended: LifecyclePassEnd | undefined;
    readonly ruled: readonly Versioned<BucketRecord>[];
    readonly newest: number;
    readonly isAsked: boolean;
  }): PlannedPass | undefined {
    const { ended, ruled, newest, isAsked } = look;
    const nowMs = this.#sources.clock.nowMs();
    const day = utcDay(nowMs);
    const whole = { day, newest, since: 0 };
    if (ended === undefined || isAsked) return whole;
    const { dayMs, roundsToMidnight } = this.#limits.calendar;
    if (!roundsToMidnight) {
      return nowMs - Date.parse(ended.at) >= dayMs / DEBUG_PASSES_A_DAY ? whole : undefined;
    }
    if (ended.day !== day) return whole;
    const since = ended.newest;
    return ruled.some(({ revision }) => revision > since) ? { day, newest, since } : undefined;
  }

  async #walk(ruled: readonly Versioned<BucketRecord>[], pass: LifecyclePass): Promise<void> {
    const { since, reached } = pass;
    const before = { ...this.#counts };
    for (const { record, revision } of ruled) {
      if (revision <= since || record.name < (reached?.bucket ?? '')) continue;
      const walk = new BucketWalk(this.#walkParts, record);
      if (!(await walk.run(reached, (position) => this.#duty.keep(pass, position)))) return;
      const { name: bucket, id: bucketId } = record;
      // Whatever there is of the bucket comes before the end of the uploads.
      if (!(await this.#duty.keep(pass, { bucket, bucketId, table: 'uploads', after: '' }))) return;
    }
    await this.#duty.finish(pass);
    const fields = Object.fromEntries(
      Object.entries(this.#counts).map(([kind, count]) => [kind, count - before[kind as EndedKind]]),
    );
    const isNews = Object.values(fields).some((count) => count > 0);
    this.#sources.logger[isNews ? 'info' : 'debug']('a pass of lifecycle rules ended', fields);
  }

  #partsOfWalk(): WalkParts {
    const { objects, multipart, metadata, clock, random, logger } = this.#sources;
    const { calendar, deletionsPerSecondMax, stopping } = this.#limits;
    return {
      objects,
      multipart,
      current: (name) => metadata.viewedBucket(name),
      calendar,
      pace: new Pace(clock, deletionsPerSecondMax),
      clock,
      stopping,
      requestId: () => `lifecycle-${random.bytes(8).toString('hex')}`,
      examined: (rows) => {
        this.#examined += rows;
        this.#examinedTotal.add(rows);
      },
      ended: (kind, key, ruleId) => {
        this.#counts[kind] += 1;
        this.#ended.add(1, { kind });
        logger.debug('a lifecycle rule came due', { kind, key, rule: ruleId });
      },
    };
  }

  #hold(differenceMs: number): void {
    this.#heldGauge.set(differenceMs === 0 ? 0 : 1);
    const seconds = Math.round(differenceMs / MS_PER_SECOND);
    const reason =
      differenceMs === 0
        ? ''
        : `the clock of this node differs by ${seconds} s from that of the metadata stream's leader`;
    if (reason !== '' && this.#held === '') {
      this.#sources.logger.error('lifecycle rules are not carried out', { reason });
    }
    this.#held = reason;
  }
}

function hasRules({ record }: Versioned<BucketRecord>): boolean {
  return record.state === 'active' && (record.settings?.lifecycle?.Rules.some(isEnabled) ?? false);
}
