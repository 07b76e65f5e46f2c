// A store at rest that rots: bits flip, files are cut, fragments change places, index rows and the state decay. Whatever happened, a
// read gives the right bytes or a typed error, and what was not touched is served.

import { isPredastoreError } from '../../../src/core/errors.ts';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import { keyOf, load, recordOf, store } from '../../support/segment-stores.ts';
import { Chance } from '../chance.ts';
import type { Content } from '../content.ts';
import type { SimulatedDisk } from '../disk.ts';
import { keepEverything } from '../loss.ts';
import type { TableName } from '../tables-state.ts';
import { DIRECTORY, benchAtOnce, emptyDisk, openOn, type Engine } from './engine.ts';
import { BrokenPromise, demand, expectedBytes } from './inspect.ts';
import { NonceLedger } from './nonce-ledger.ts';

const SEGMENTS = `${DIRECTORY}/segments`;
const STATE = `${DIRECTORY}/state`;
const TABLES = `${DIRECTORY}/index/data.mdb`;
/** Where the lower half of the fragments' high-water mark lies in the state. */
const MARK_AT = 44;
const HEADER_BYTES = 4096;
const FRAGMENT_BYTES = 8240;

/** Shards of all shapes, over three segments; some are deleted again. */
const LENGTHS = [0, 1, 700, 8192, 8193, 16_384, 24_000, 30_000, 100, 9000];
const DELETED = new Set([2, 6]);

interface Damage {
  readonly what: string;
  readonly apply: (disk: SimulatedDisk) => void;
  /** How many shards may be lost by it; `all` also lets the store refuse to open. */
  readonly shardsMax: number | 'all';
}

export interface RotCounts {
  damages: number;
  refusedToOpen: number;
  lostShards: number;
}

export interface RestingStore {
  readonly disk: SimulatedDisk;
  /** The numbers it has sealed with: a damaged state must not bring them back. */
  readonly ledger: NonceLedger;
}

export async function restingStore(engine: Engine): Promise<RestingStore> {
  const disk = emptyDisk();
  const ledger = new NonceLedger();
  const bench = benchAtOnce(disk, 1);
  bench.port.onWrite = ledger.note;
  const shards = await openOn(engine, bench);
  for (const [number, length] of LENGTHS.entries()) await store(shards, keyOf(number), length);
  await shards.delete([...DELETED].map((number) => keyOf(number)));
  await shards.close();
  return { disk, ledger };
}

/** Damages a copy of `resting` in one way that chance decides, and uses it. */
export async function runRot(
  engine: Engine,
  resting: RestingStore,
  seed: number,
  counts: RotCounts,
): Promise<void> {
  const disk = resting.disk.crash(keepEverything);
  const damage = damageByChance(disk, new Chance(seed));
  damage.apply(disk);
  counts.damages += 1;
  try {
    await useDamaged(engine, { disk, ledger: new NonceLedger(resting.ledger) }, damage, counts);
  } catch (error) {
    throw new BrokenPromise(`${damage.what}: ${String(error)}`, { cause: error });
  }
}

async function useDamaged(
  engine: Engine,
  { disk, ledger }: RestingStore,
  damage: Damage,
  counts: RotCounts,
): Promise<void> {
  const bench = benchAtOnce(disk, 2);
  bench.port.onWrite = ledger.note;
  const shards = await openOn(engine, bench).catch((error: unknown) => {
    demand(isPredastoreError(error), `a store that does not open says why: ${String(error)}`);
    demand(damage.shardsMax === 'all', `the store opens, but: ${error.message}`);
    return undefined;
  });
  if (shards === undefined) {
    counts.refusedToOpen += 1;
    return;
  }
  const lost = await lostShards(shards);
  counts.lostShards += lost;
  if (damage.shardsMax !== 'all') demand(lost <= damage.shardsMax, `${lost} shards are lost`);
  await typed(() => shards.compact());
  demand((await lostShards(shards)) <= lost, 'compaction loses nothing');
  await store(shards, keyOf(99), 9000);
  demand((await load(shards, keyOf(99)))?.equals(expectedBytes(99, 9000)) === true, 'the store goes on');
  await shards.delete(LENGTHS.map((_, number) => keyOf(number)));
  // Its commit comes after the counting anew that a damaged row asks for.
  await store(shards, keyOf(98), 100);
  demand((await shards.status()).shards === 2, 'nothing is counted that is not there');
  await shards.close();
}

/** Reads everything: right, or a typed error. Deleted shards stay deleted. */
async function lostShards(shards: ShardStore): Promise<number> {
  let lost = 0;
  for (const [number, length] of LENGTHS.entries()) {
    const key = keyOf(number);
    const bytes = await typed(() => load(shards, key));
    if (DELETED.has(number)) {
      demand(bytes === undefined, `shard ${number} stays deleted`);
      continue;
    }
    const whole = expectedBytes(number, length);
    demandRightOrRefused(bytes, whole, `shard ${number}`);
    const range = { start: Math.max(0, length - 300), end: Math.max(0, length - 100) };
    const part = await typed(() => load(shards, key, range));
    demandRightOrRefused(part, whole.subarray(range.start, range.end), `a range of shard ${number}`);
    const record = await typed(() => shards.record(key));
    demandRightOrRefused(record, recordOf(key), `the object record of shard ${number}`);
    const isWhole = isThere(bytes) && isThere(record);
    const verdict = await shards.verify(key);
    demand(
      (verdict.kind === 'whole') === isWhole,
      `verifying shard ${number} says the same: ${verdict.kind}`,
    );
    if (!isWhole) lost += 1;
  }
  await typed(() => shards.list(undefined, 100));
  return lost;
}

type Answer = Uint8Array | 'error' | undefined;

function isThere(answer: Answer): answer is Uint8Array {
  return answer !== undefined && answer !== 'error';
}

function demandRightOrRefused(answer: Answer, wanted: Buffer, what: string): void {
  demand(!isThere(answer) || wanted.equals(answer), `${what} has its bytes or an error`);
}

async function typed<T>(work: () => Promise<T>): Promise<T | 'error'> {
  try {
    return await work();
  } catch (error) {
    demand(isPredastoreError(error), `an error is typed: ${String(error)}`);
    return 'error';
  }
}

function damageByChance(disk: SimulatedDisk, chance: Chance): Damage {
  const names = disk.list(SEGMENTS).sort();
  const segment = `${SEGMENTS}/${chance.pick(names.filter((name) => name.endsWith('.seg')))}`;
  const sidecar = `${SEGMENTS}/${chance.pick(names.filter((name) => name.endsWith('.idx')))}`;
  return chance.pick<() => Damage>([
    () => flip(segment, disk, chance, 1),
    () => flip(segment, disk, chance, 1),
    () => flip(sidecar, disk, chance, 1),
    () => flip(STATE, disk, chance, 'all'),
    // A high-water mark that went down would bring numbers back.
    () => flipBit(STATE, MARK_AT + chance.below(4), chance.below(8), 'all'),
    () => cut(segment, disk, chance, LENGTHS.length),
    () => cut(sidecar, disk, chance, LENGTHS.length),
    () => cut(STATE, disk, chance, 'all'),
    () => zeroPage(segment, disk, chance, 3),
    () => zeroPage(sidecar, disk, chance, LENGTHS.length),
    () => swapFragments(segment, disk, chance),
    () => ({ what: `${segment} is gone`, apply: (at) => at.unlink(segment), shardsMax: LENGTHS.length }),
    () => ({ what: `${sidecar} is gone`, apply: (at) => at.unlink(sidecar), shardsMax: LENGTHS.length }),
    () => rotRow(disk, chance, 'shards', 1),
    () => rotRow(disk, chance, 'shards', 1),
    () => rotRow(disk, chance, 'segments', 0),
    () => rotRow(disk, chance, 'about', 'all'),
    () => both(rotRow(disk, chance, 'shards', 1), rotRow(disk, chance, 'segments', 0)),
  ])();
}

/** Two damages that lose nothing together that they would not lose alone. */
function both(one: Damage, two: Damage): Damage {
  return {
    what: `${one.what}, and ${two.what}`,
    apply: (disk) => {
      one.apply(disk);
      two.apply(disk);
    },
    shardsMax: one.shardsMax === 'all' || two.shardsMax === 'all' ? 'all' : one.shardsMax + two.shardsMax,
  };
}

function flip(path: string, disk: SimulatedDisk, chance: Chance, shardsMax: Damage['shardsMax']): Damage {
  return flipBit(path, chance.below(disk.file(path).live.sizeBytes), chance.below(8), shardsMax);
}

function flipBit(path: string, at: number, bit: number, shardsMax: Damage['shardsMax']): Damage {
  return {
    what: `bit ${bit} of byte ${at} of ${path}`,
    apply: (target) =>
      target.tamper(path, (content) => change(content, at, 1, (bytes) => (bytes[0]! ^= 1 << bit))),
    shardsMax,
  };
}

function cut(path: string, disk: SimulatedDisk, chance: Chance, shardsMax: Damage['shardsMax']): Damage {
  const sizeBytes = chance.below(disk.file(path).live.sizeBytes);
  return {
    what: `${path} cut at ${sizeBytes}`,
    apply: (target) => target.tamper(path, (content) => content.resize(sizeBytes)),
    shardsMax,
  };
}

function zeroPage(path: string, disk: SimulatedDisk, chance: Chance, shardsMax: Damage['shardsMax']): Damage {
  const { sizeBytes } = disk.file(path).live;
  const at = chance.below(Math.ceil(sizeBytes / 4096)) * 4096;
  const count = Math.min(4096, sizeBytes - at);
  return {
    what: `zeros at ${at} of ${path}`,
    apply: (target) => target.tamper(path, (content) => change(content, at, count, (bytes) => bytes.fill(0))),
    shardsMax,
  };
}

function swapFragments(path: string, disk: SimulatedDisk, chance: Chance): Damage {
  const fragments = Math.floor((disk.file(path).live.sizeBytes - HEADER_BYTES) / FRAGMENT_BYTES);
  const place = (): number => HEADER_BYTES + chance.below(fragments) * FRAGMENT_BYTES;
  const one = place();
  const two = place();
  return {
    what: `the fragments at ${one} and ${two} of ${path} swapped`,
    apply: (target) =>
      target.tamper(path, (content) => {
        const all = content.bytes();
        content.write(all.subarray(one, one + FRAGMENT_BYTES), two);
        content.write(all.subarray(two, two + FRAGMENT_BYTES), one);
      }),
    shardsMax: 2,
  };
}

function rotRow(
  disk: SimulatedDisk,
  chance: Chance,
  name: TableName,
  shardsMax: Damage['shardsMax'],
): Damage {
  const node = disk.find(TABLES);
  if (node?.kind !== 'tables') throw new Error('the tables are where they were');
  const rows = new Map(node.state[name]);
  const key = chance.pick([...rows.keys()]);
  const value = Buffer.from(rows.get(key)!);
  const isCut = chance.flip(0.2);
  const at = chance.below(value.length);
  if (!isCut) value[at]! ^= 1 << chance.below(8);
  rows.set(key, isCut ? value.subarray(0, at) : value);
  return {
    what: `byte ${at} of row ${Buffer.from(key, 'latin1').toString('hex')} in ${name}${isCut ? ', cut there' : ''}`,
    apply: (target) => {
      const found = target.find(TABLES);
      if (found?.kind === 'tables') found.state = { ...found.state, [name]: rows };
    },
    shardsMax,
  };
}

function change(content: Content, at: number, count: number, work: (bytes: Buffer) => void): void {
  const bytes = Buffer.alloc(count);
  content.read(bytes, at);
  work(bytes);
  content.write(bytes, at);
}
