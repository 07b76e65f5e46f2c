// The repair journal of the simulated world: a work queue per node that outlives every process.
//
// An entry that was handed out and is neither done nor postponed comes again after a while, as from JetStream.

import { owingNodes } from '../../../src/metadata/record-codec.ts';
import type { RepairDebt, RepairEntry } from '../../../src/metadata/metadata-store.ts';
import type { Incarnation, SimTime } from './sim-time.ts';

interface Held {
  readonly entry: RepairEntry;
  redeliveries: number;
  visibleAtMs: number;
}

const ACKNOWLEDGE_MS = 30_000;

export class SimJournal {
  readonly #time: SimTime;
  readonly #queues = new Map<number, Set<Held>>();
  #wake: () => void = () => undefined;
  #posted: Promise<void>;

  constructor(time: SimTime) {
    this.#time = time;
    this.#posted = new Promise((resolve) => (this.#wake = resolve));
  }

  /** Entries that were not paid yet. */
  get size(): number {
    return [...this.#queues.values()].reduce((sum, { size }) => sum + size, 0);
  }

  owe(entry: RepairEntry): void {
    for (const node of owingNodes(entry.blob, entry.damaged ?? entry.blob.missing))
      this.#queue(node).add({ entry, redeliveries: 0, visibleAtMs: this.#time.nowMs });
    this.#wake();
    this.#posted = new Promise((resolve) => (this.#wake = resolve));
  }

  async next(life: Incarnation, limitMs: number): Promise<RepairDebt | undefined> {
    const queue = this.#queue(life.node);
    const deadlineMs = this.#time.nowMs + limitMs;
    for (;;) {
      const { nowMs } = this.#time;
      const held = [...queue].find(({ visibleAtMs }) => visibleAtMs <= nowMs);
      if (held !== undefined) return this.#handOut(queue, held);
      if (nowMs >= deadlineMs) return undefined;
      const untilMs = Math.min(deadlineMs, ...[...queue].map(({ visibleAtMs }) => visibleAtMs));
      await Promise.race([life.clock.sleep(untilMs - nowMs), life.whileAlive(this.#posted)]);
    }
  }

  #handOut(queue: Set<Held>, held: Held): RepairDebt {
    const { redeliveries } = held;
    const hideFor = (delayMs: number): void => void (held.visibleAtMs = this.#time.nowMs + delayMs);
    hideFor(ACKNOWLEDGE_MS);
    held.redeliveries += 1;
    return {
      entry: held.entry,
      redeliveries,
      done: () => void queue.delete(held),
      later: hideFor,
      alive: () => hideFor(ACKNOWLEDGE_MS),
    };
  }

  #queue(node: number): Set<Held> {
    const known = this.#queues.get(node) ?? new Set();
    this.#queues.set(node, known);
    return known;
  }
}
