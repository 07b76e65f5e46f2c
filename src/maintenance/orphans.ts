// Finds shards of this node that no record names, and gives their space back.
//
// They come from crashes between the first shard and the commit, from lost replies, from aborted uploads, and from shards that
// moved to another node. What a record stops naming goes through the reclaim queue (reclaimer.ts) and never gets here.
//
// Invariants:
//   1. A shard is collected only when two looks, at least a grace apart, found that no record names it as this node's, each
//      in a view that had caught up; and a third one just before it goes, after its write was condemned: no first record of it can
//      be committed any more.
//   2. Nothing is collected while the view cannot prove absence (fenced, unreadable records, another stream than the one the
//      shards were written under), or when more shards look orphaned than an accident explains. Then it says so.
//   3. What waits to be reclaimed is left alone.

import type { ShardKey } from '../core/shard-key.ts';
import { shardKeyText } from '../core/shard-key.ts';
import { writeTimeMs } from '../core/ids.ts';
import type { CounterMetric, GaugeMetric } from '../platform/metrics.ts';
import type { MaintenanceContext } from './maintenance-context.ts';

const PAGE_KEYS = 1000;
const BREATH_MS = 5;
/** Shards remembered between two looks; more are found by the next passes. */
const SUSPECTS_MAX = 100_000;
const DELETE_KEYS = 500;
/** Crashes leave a few orphans. More than this, and more than this part of all shards, is a mistake about the metadata. */
const HOLD_SHARDS = 1000;
const HOLD_FRACTION = 0.25;

export interface OrphanReport {
  readonly running: boolean;
  /** Shards seen in the pass under way, or the last one. */
  readonly shards: number;
  /** Shards that nobody named when last looked at, waiting for their grace. */
  readonly suspects: number;
  readonly collected: number;
  /** Why nothing is collected; empty while it is. */
  readonly held: string;
  readonly completedMs: number;
}

/** `moved`: a record names the blob, and has this shard on another node. */
type Verdict = 'ours' | 'unnamed' | 'moved';

interface Suspect {
  readonly key: ShardKey;
  readonly sinceMs: number;
}

export class Orphans {
  readonly #context: MaintenanceContext;
  readonly #graceMs: number;
  readonly #stopping: AbortSignal;
  readonly #collected: CounterMetric;
  readonly #suspectGauge: GaugeMetric;
  readonly #heldGauge: GaugeMetric;
  #suspects: ReadonlyMap<string, Suspect> = new Map();
  /** The operator has looked at what is held and says that it may go. */
  #accepted = false;
  #report: OrphanReport = { running: false, shards: 0, suspects: 0, collected: 0, held: '', completedMs: 0 };

  constructor(
    context: MaintenanceContext,
    options: { readonly graceMs: number; readonly stopping: AbortSignal },
  ) {
    const { metrics } = context;
    this.#context = context;
    this.#graceMs = options.graceMs;
    this.#stopping = options.stopping;
    this.#collected = metrics.counter(
      'predastore_orphans_collected_total',
      'Shards deleted that no record named',
    );
    this.#suspectGauge = metrics.gauge(
      'predastore_orphans_suspects',
      'Shards that no record names, in their grace',
    );
    this.#heldGauge = metrics.gauge(
      'predastore_orphans_held',
      '1 while orphans are not collected because the metadata does not prove that they are any',
    );
  }

  get report(): OrphanReport {
    return this.#report;
  }

  /** Has the next pass collect what was held for its number or for the identity of the stream. */
  accept(): void {
    this.#accepted = true;
  }

  async pass(): Promise<void> {
    const { clock, metadata } = this.#context;
    this.#report = { ...this.#report, running: true, shards: 0 };
    try {
      const held = await this.#reasonToHold();
      this.#hold(held);
      if (held !== '') return;
      await metadata.blobs.catchUp();
      const { suspects, unnamed, shards } = await this.#look();
      const isStrange = unnamed > HOLD_SHARDS && unnamed > shards * HOLD_FRACTION && !this.#accepted;
      this.#hold(
        isStrange ? `${unnamed} of ${shards} shards are named by no record: is this the right metadata?` : '',
      );
      this.#suspects = suspects;
      if (!isStrange) await this.#collectRipe();
      this.#accepted = false;
      this.#suspectGauge.set(this.#suspects.size);
      this.#report = { ...this.#report, suspects: this.#suspects.size, completedMs: clock.nowMs() };
    } finally {
      this.#report = { ...this.#report, running: false };
    }
  }

  /** Binds the shards to the stream at first sight; another stream later is not believed without the operator's word. */
  async #reasonToHold(): Promise<string> {
    const { metadata, notebook } = this.#context;
    const { stream, complete } = metadata.blobs;
    if (!complete) return 'the metadata is fenced or has a record that cannot be read';
    if (stream === '') return 'the metadata stream has not been seen yet';
    const known = notebook.notes.stream;
    if (known === stream) return '';
    if (known !== '' && !this.#accepted) {
      return `the metadata stream was made at ${stream}, the shards were written under the one of ${known}`;
    }
    await notebook.update({ stream });
    return '';
  }

  #hold(reason: string): void {
    if (reason !== '' && reason !== this.#report.held) {
      this.#context.logger.error('no orphaned shards are collected', { reason });
    }
    this.#heldGauge.set(reason === '' ? 0 : 1);
    this.#report = { ...this.#report, held: reason };
  }

  async #look(): Promise<{ suspects: ReadonlyMap<string, Suspect>; unnamed: number; shards: number }> {
    const { clock, store } = this.#context;
    const suspects = new Map<string, Suspect>();
    let unnamed = 0;
    let shards = 0;
    let after: ShardKey | undefined;
    for (;;) {
      const keys = await store.keys(after, PAGE_KEYS);
      after = keys.at(-1);
      if (after === undefined || this.#stopping.aborted) break;
      for (const key of keys) {
        const verdict = this.#isYoung(key) ? 'ours' : this.#judge(key);
        if (verdict === 'unnamed') unnamed += 1;
        if (verdict === 'ours' || suspects.size >= SUSPECTS_MAX) continue;
        const name = shardKeyText(key);
        suspects.set(name, this.#suspects.get(name) ?? { key, sinceMs: clock.monotonicMs() });
      }
      shards += keys.length;
      this.#report = { ...this.#report, shards };
      await clock.sleep(BREATH_MS, this.#stopping);
    }
    return { suspects, unnamed, shards };
  }

  /** Spares looking at what is being written; safety does not depend on clocks, it is the two looks. */
  #isYoung({ writeId }: ShardKey): boolean {
    return writeTimeMs(writeId) > this.#context.clock.nowMs() - this.#graceMs;
  }

  #judge({ writeId, index }: ShardKey): Verdict {
    const { metadata, self } = this.#context;
    const fate = metadata.blobs.fateOf(writeId);
    if (fate === 'queued') return 'ours';
    if (fate === 'unknown') return 'unnamed';
    const named = metadata.blobs.naming(writeId);
    if (named.length === 0) return 'ours';
    return named.some(({ nodes }) => nodes[index] === self) ? 'ours' : 'moved';
  }

  async #collectRipe(): Promise<void> {
    const { clock, metadata } = this.#context;
    const ripe = [...this.#suspects.values()].filter(
      ({ sinceMs }) => clock.monotonicMs() - sinceMs >= this.#graceMs,
    );
    for (let at = 0; at < ripe.length && !this.#stopping.aborted; at += DELETE_KEYS) {
      await metadata.blobs.catchUp();
      if (!metadata.blobs.complete) return;
      const batch = ripe.slice(at, at + DELETE_KEYS).map(({ key }) => key);
      const doomed = batch.filter((key) => this.#judge(key) !== 'ours');
      if (!(await this.#condemn(doomed.filter((key) => this.#judge(key) === 'unnamed')))) return;
      await this.#collect(doomed.filter((key) => this.#judge(key) !== 'ours'));
    }
  }

  /** A writer that was frozen just before its commit comes before the mark, and is seen, or never. False: absence proves nothing. */
  async #condemn(keys: readonly ShardKey[]): Promise<boolean> {
    if (keys.length === 0) return true;
    const { blobs } = this.#context.metadata;
    await blobs.condemn([...new Set(keys.map(({ writeId }) => writeId))]);
    await blobs.catchUp();
    return blobs.complete;
  }

  async #collect(keys: readonly ShardKey[]): Promise<void> {
    if (keys.length === 0) return;
    const removed = await this.#context.store.delete(keys);
    const gone = new Set(keys.map(shardKeyText));
    this.#suspects = new Map([...this.#suspects].filter(([name]) => !gone.has(name)));
    this.#collected.add(removed);
    this.#report = { ...this.#report, collected: this.#report.collected + removed };
    this.#context.logger.info('orphaned shards were collected', { shards: removed });
  }
}
