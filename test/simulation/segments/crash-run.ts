// One history, with the power cut at every one of its I/O steps.
//
// At every step a copy of the disk is made as a power cut would leave it: everything unsynced lost, nothing lost, and a few losses by
// chance. On each copy the engine is opened and compared with what its callers know at that moment; a copy that is the same as one
// before, while callers know the same and the same numbers are used up, would give the same answer and is not opened again. The history
// itself goes on; at the end of a part it really loses its power, and the next part starts on what is left, so that crashes follow
// crashes.

import { Chance } from '../chance.ts';
import type { Loss, SimulatedDisk } from '../disk.ts';
import { DiskPort } from '../files.ts';
import { keepEverything, loseEverything, lossByChance } from '../loss.ts';
import { World } from '../world.ts';
import { benchAtOnce, emptyDisk, openOn, type Bench, type Engine } from './engine.ts';
import { Expectation } from './expectation.ts';
import { History, type Step } from './history.ts';
import { BrokenPromise, expectItGoesOn, expectSpaceAccounted, observe } from './inspect.ts';
import { NonceLedger } from './nonce-ledger.ts';

export interface Part {
  readonly steps: readonly Step[];
  readonly compactsByItself: boolean;
  /** Whether everything is deleted at the end: then little may be left on the disk. */
  readonly endsEmpty: boolean;
  /** After so many events the power goes, or when the steps are done. */
  readonly eventsMax: number;
}

export interface CrashScript {
  readonly seed: number;
  readonly parts: readonly Part[];
}

export interface CrashCounts {
  /** Moments at which the power was cut. */
  points: number;
  /** Disks that a cut left behind, and those of them that were not seen before: opened and compared. */
  images: number;
  opened: number;
}

/** Losses by chance at every step, beside the two extremes. */
const LOSSES_BY_CHANCE = 2;

/** Often, in simulated time, and with its rests. */
const COMPACTION = { intervalMs: 5, bytesPerS: 1_000_000_000 };

class PowerCut extends Error {}

export async function runCrashScript(
  engine: Engine,
  { seed, parts }: CrashScript,
  counts: CrashCounts,
): Promise<void> {
  const chance = new Chance(seed);
  const ledger = new NonceLedger();
  const expected = new Expectation();
  let disk = emptyDisk();
  for (const part of parts) {
    const run = new PartRun({ engine, disk, chance, ledger, expected, counts });
    await run.play(part);
    disk = disk.crash(lossByChance(chance));
  }
  await new PartRun({ engine, disk, chance, ledger, expected, counts }).play({
    steps: [],
    compactsByItself: false,
    endsEmpty: true,
    eventsMax: Infinity,
  });
}

interface PartRunParts {
  readonly engine: Engine;
  readonly disk: SimulatedDisk;
  readonly chance: Chance;
  readonly ledger: NonceLedger;
  readonly expected: Expectation;
  readonly counts: CrashCounts;
}

class PartRun {
  readonly #parts: PartRunParts;
  readonly #bench: Bench;
  readonly #opened = new Set<string>();
  #probed = '';
  #probedDurable = '';

  constructor(parts: PartRunParts) {
    this.#parts = parts;
    const world = new World(parts.chance.below(2 ** 31));
    const port = new DiskPort(parts.disk, world);
    port.onWrite = parts.ledger.note;
    this.#bench = { world, port };
  }

  async play({ steps, compactsByItself, endsEmpty, eventsMax }: Part): Promise<void> {
    const { engine, expected } = this.#parts;
    const { world } = this.#bench;
    world.onRest = async () => {
      await this.#cutHere();
      if (world.steps >= eventsMax) throw new PowerCut();
    };
    const work = async (): Promise<void> => {
      const history = await History.open({
        open: () =>
          openOn(engine, this.#bench, {
            blockingReadBytesMax: 0,
            ...(compactsByItself ? { compaction: COMPACTION } : {}),
          }),
        expected,
        isProvoked: () => false,
        isAmbiguous: () => false,
      });
      // What the cut before left open is decided now, and stays so.
      for (const [key, lengthBytes] of await observe(history.shards, expected))
        expected.settle(key, lengthBytes);
      for (const key of expected.keys()) if (!expected.isPresent(key)) expected.settle(key, 'absent');
      await history.run(steps);
      if (endsEmpty) await history.expectBaseline();
      await history.end();
    };
    try {
      await world.run(work);
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    }
  }

  /** All the ways in which the power could go now. */
  async #cutHere(): Promise<void> {
    const { disk, chance, expected, ledger, counts } = this.#parts;
    const moment = `${disk.version}/${expected.version}`;
    if (moment === this.#probed) return;
    this.#probed = moment;
    counts.points += 1;
    const losses: Loss[] = [];
    const durable = `${disk.durableVersion}/${expected.version}`;
    if (durable !== this.#probedDurable) losses.push(loseEverything);
    this.#probedDurable = durable;
    if (!disk.isClean) {
      losses.push(keepEverything);
      for (let count = 0; count < LOSSES_BY_CHANCE; count += 1) losses.push(lossByChance(chance));
    }
    for (const loss of losses) {
      counts.images += 1;
      const image = disk.crash(loss);
      const name = `${image.fingerprint()} ${expected.version} ${ledger.count}`;
      if (this.#opened.has(name)) continue;
      this.#opened.add(name);
      counts.opened += 1;
      await this.#probe(image);
    }
  }

  async #probe(image: SimulatedDisk): Promise<void> {
    const { engine, expected, ledger, chance } = this.#parts;
    const bench = benchAtOnce(image, chance.below(2 ** 31));
    bench.port.onWrite = new NonceLedger(ledger).note;
    const shards = await openOn(engine, bench).catch((error: unknown) => {
      throw new BrokenPromise(`a store opens after a power cut: ${String(error)}`, { cause: error });
    });
    const found = await observe(shards, expected);
    await expectSpaceAccounted(shards, image, found);
    if (chance.flip(0.2)) await expectItGoesOn(shards);
    await shards.close();
  }
}
