// One history in which a single call to the disk fails; then everything is looked at, closed, lost its power, and looked at again.

import { isPredastoreError } from '../../../src/core/errors.ts';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import type { SegmentStoreOptions } from '../../../src/segments/store-options.ts';
import type { Loss } from '../disk.ts';
import { DiskPort, type DiskCall, type DiskFault } from '../files.ts';
import { loseEverything, lossByChance } from '../loss.ts';
import { World } from '../world.ts';
import { Chance } from '../chance.ts';
import { SEGMENT_BYTES_MAX, benchAtOnce, emptyDisk, openOn, type Engine } from './engine.ts';
import { Expectation } from './expectation.ts';
import { History, type Step } from './history.ts';
import { BrokenPromise, expectItGoesOn, expectSpaceAccounted, observe } from './inspect.ts';
import { NonceLedger } from './nonce-ledger.ts';

/** `undefined`: this kind of fault cannot happen to this call. */
export type FaultKind = (call: DiskCall) => DiskFault | undefined;

const WRITING = new Set([
  'pwrite',
  'open',
  'rename',
  'unlink',
  'mkdir',
  'syncDirectory',
  'datasync',
  'transact',
]);

export const FAULT_KINDS: Readonly<Record<string, FaultKind>> = {
  EIO: () => ({ code: 'EIO' }),
  ENOSPC: ({ operation }) => (WRITING.has(operation) ? { code: 'ENOSPC' } : undefined),
  'short write': ({ operation }) =>
    operation === 'pwrite' ? { code: 'ENOSPC', doneBytes: 5000 } : undefined,
  'short read': ({ operation }) => (operation === 'pread' ? { doneBytes: 700 } : undefined),
  'done, but EIO': ({ operation }) => (WRITING.has(operation) ? { code: 'EIO', applied: true } : undefined),
};

/** What the engine may say of an injected fault. */
const TYPED = new Set(['store-failed', 'store-full', 'shard-corrupt', 'store-damaged']);

export interface FaultScript {
  readonly seed: number;
  readonly steps: readonly Step[];
  readonly kind: string;
  /** Absent: so small that they roll all the time. */
  readonly segmentBytesMax?: number;
  /** The call that fails, from 1. */
  readonly nth: number;
}

/** Which calls of a history a kind of fault can happen to. */
export async function callsToFail(
  engine: Engine,
  { seed, steps, kind, segmentBytesMax }: Omit<FaultScript, 'nth'>,
): Promise<readonly number[]> {
  const run = new FaultRun(engine, seed, segmentBytesMax);
  const numbers: number[] = [];
  run.fault = (call) => {
    if (FAULT_KINDS[kind]?.(call) !== undefined) numbers.push(call.number);
    return undefined;
  };
  await run.play(steps);
  return numbers;
}

export async function runFaultScript(engine: Engine, script: FaultScript): Promise<void> {
  const { seed, steps, kind, nth } = script;
  const run = new FaultRun(engine, seed, script.segmentBytesMax);
  run.fault = (call) => {
    if (call.number !== nth) return undefined;
    run.failed = call;
    return FAULT_KINDS[kind]?.(call);
  };
  await run.play(steps);
  if (run.failed === undefined) throw new Error('the call that was to fail was never made');
  await run.inspectAfter(nth % 2 === 0 ? loseEverything : lossByChance(new Chance(seed + nth)));
}

class FaultRun {
  fault: (call: DiskCall) => DiskFault | undefined = () => undefined;
  failed: DiskCall | undefined;
  readonly #engine: Engine;
  readonly #seed: number;
  readonly #options: Partial<SegmentStoreOptions>;
  readonly #disk = emptyDisk();
  readonly #world: World;
  readonly #port: DiskPort;
  /** While the test itself looks. */
  #isQuiet = false;
  readonly #ledger = new NonceLedger();
  readonly #expected = new Expectation();

  constructor(engine: Engine, seed: number, segmentBytesMax = SEGMENT_BYTES_MAX) {
    this.#engine = engine;
    this.#seed = seed;
    this.#options = { blockingReadBytesMax: 0, segmentBytesMax };
    this.#world = new World(seed);
    this.#port = new DiskPort(this.#disk, this.#world);
    this.#port.onWrite = this.#ledger.note;
    this.#port.fault = (call) => (this.#isQuiet ? undefined : this.fault(call));
  }

  play(steps: readonly Step[]): Promise<void> {
    return this.#world.run(async () => {
      const history = await History.open({
        open: () => this.#open(),
        expected: this.#expected,
        isProvoked: (error) => this.#isProvoked(error),
        isAmbiguous: () => this.failed?.operation === 'transact',
      });
      await history.run(steps);
      // The fault is over: what was acknowledged is there, in the same process.
      this.#isQuiet = true;
      await observe(history.shards, this.#expected);
      this.#isQuiet = false;
      await history.end();
    });
  }

  async inspectAfter(loss: Loss): Promise<void> {
    const image = this.#disk.crash(loss);
    const bench = benchAtOnce(image, this.#seed);
    bench.port.onWrite = new NonceLedger(this.#ledger).note;
    const shards = await openOn(this.#engine, bench, this.#options).catch((error: unknown) => {
      throw new BrokenPromise(`a store opens after a fault: ${String(error)}`, { cause: error });
    });
    const found = await observe(shards, this.#expected);
    await expectSpaceAccounted(shards, image, found);
    await expectItGoesOn(shards);
    await shards.close();
  }

  #isProvoked(error: unknown): boolean {
    if (this.failed === undefined) return false;
    return error === undefined || (isPredastoreError(error) && TYPED.has(error.code));
  }

  /** A store that could not be opened because of the fault opens the next time, without a new process. */
  async #open(): Promise<ShardStore> {
    const bench = { world: this.#world, port: this.#port };
    try {
      return await openOn(this.#engine, bench, this.#options);
    } catch (error) {
      if (!this.#isProvoked(error)) throw error;
      return openOn(this.#engine, bench, this.#options);
    }
  }
}
