// What callers do to a store: steps that overlap in time, against an expectation of what must be there.

import type { ShardReader, ShardStore, ShardWriter } from '../../../src/segments/shard-store.ts';
import { collect } from '../../../src/core/body.ts';
import { bytesOf, hashOf, keyOf, recordOf } from '../../support/segment-stores.ts';
import type { Expectation, ShardState } from './expectation.ts';
import { BrokenPromise, demand, expectedBytes } from './inspect.ts';

/** `barrier`: waits for everything before it to end; otherwise a step overlaps with those before it. */
export type Step = Readonly<{ barrier: boolean; deed: Deed }>;

export type Deed =
  | { readonly do: 'store'; readonly key: number; readonly length: number; readonly portion: number }
  | { readonly do: 'race'; readonly key: number; readonly length: number }
  | { readonly do: 'abort'; readonly key: number; readonly length: number; readonly part: number }
  | { readonly do: 'leave'; readonly key: number; readonly length: number; readonly part: number }
  | { readonly do: 'delete'; readonly keys: readonly number[] }
  | { readonly do: 'replace'; readonly key: number; readonly by: number; readonly length: number }
  | { readonly do: 'read'; readonly key: number; readonly start: number; readonly bytes: number }
  | { readonly do: 'hold'; readonly key: number }
  | { readonly do: 'verify'; readonly key: number }
  | { readonly do: 'repair'; readonly key: number }
  | { readonly do: 'compact' }
  | { readonly do: 'reopen' };

/** One for new shards, one for moved ones. */
const ACTIVE_SEGMENTS_MAX = 2;

interface HeldReader {
  readonly key: number;
  readonly reader: ShardReader;
}

export interface HistoryParts {
  readonly open: () => Promise<ShardStore>;
  readonly expected: Expectation;
  /** Whether an error was to be expected, because a fault was injected. */
  readonly isProvoked: (error: unknown) => boolean;
  /** Whether the injected fault leaves open how a transaction ended. Everything else that fails has not happened. */
  readonly isAmbiguous: () => boolean;
}

export class History {
  readonly #parts: HistoryParts;
  #shards: ShardStore;
  readonly #running = new Set<Promise<void>>();
  /** Callers of one key take turns. */
  readonly #turns = new Map<number, Promise<void>>();
  readonly #left: ShardWriter[] = [];
  readonly #held: HeldReader[] = [];
  #failure: unknown;

  private constructor(parts: HistoryParts, shards: ShardStore) {
    this.#parts = parts;
    this.#shards = shards;
  }

  static async open(parts: HistoryParts): Promise<History> {
    return new History(parts, await parts.open());
  }

  get shards(): ShardStore {
    return this.#shards;
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      const { barrier, deed } = step;
      if (barrier || deed.do === 'reopen') await this.barrier();
      if (deed.do === 'reopen') await this.#reopen();
      else this.#start(deed);
    }
    await this.barrier();
  }

  /** Waits for everything that runs; throws what went wrong first. */
  async barrier(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    if (this.#failure !== undefined) throw this.#failure as Error;
  }

  /** Ends what was left open; readers that were held still get their bytes. */
  async end(): Promise<void> {
    for (const { key, reader } of this.#held.splice(0)) await this.#guarded(() => drain(key, reader));
    for (const writer of this.#left.splice(0)) await writer.abort();
    await this.barrier();
    await this.#guarded(() => this.#shards.close());
    if (this.#failure !== undefined) throw this.#failure as Error;
  }

  async #reopen(): Promise<void> {
    await this.end();
    this.#shards = await this.#parts.open();
  }

  #start(deed: Exclude<Deed, { do: 'reopen' }>): void {
    const done = this.#guarded(() => this.#act(deed)).finally(() => this.#running.delete(done));
    this.#running.add(done);
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof BrokenPromise || !this.#parts.isProvoked(error)) this.#failure ??= error;
    }
  }

  async #act(step: Exclude<Deed, { do: 'reopen' }>): Promise<void> {
    switch (step.do) {
      case 'store':
        return this.#inTurn([step.key], () => this.#store(step.key, step.length, step.portion));
      case 'race':
        return this.#inTurn([step.key], () => this.#race(step.key, step.length));
      case 'abort':
        return this.#abort(step.key, step.length, step.part);
      case 'leave':
        this.#left.push(await this.#begin(step.key, step.length, step.part));
        return;
      case 'delete':
        return this.#inTurn(step.keys, () => this.#delete(step.keys));
      case 'replace':
        return this.#inTurn([step.key, step.by], () => this.#replace(step.key, step.by, step.length));
      case 'read':
        return this.#read(step.key, step.start, step.bytes);
      case 'hold':
        return this.#hold(step.key);
      case 'verify':
        return this.#inTurn([step.key], () => this.#verify(step.key));
      case 'repair':
        return this.#inTurn([step.key], () => this.#repair(step.key));
      case 'compact':
        return this.#compact();
    }
  }

  async #inTurn(keys: readonly number[], work: () => Promise<void>): Promise<void> {
    const before = keys.map(async (key) => this.#turns.get(key));
    let finish: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => (finish = resolve));
    for (const key of keys) this.#turns.set(key, turn);
    await Promise.all(before);
    try {
      await work();
    } finally {
      finish();
    }
  }

  async #begin(number: number, lengthBytes: number, part: number): Promise<ShardWriter> {
    const key = keyOf(number);
    const writer = await this.#shards.append({ key, objectHash: hashOf(key), lengthBytes });
    try {
      await writer.write(bytesOf(key, lengthBytes).subarray(0, Math.floor(lengthBytes * part)));
      return writer;
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  async #abort(number: number, lengthBytes: number, part: number): Promise<void> {
    const writer = await this.#begin(number, lengthBytes, part);
    await writer.abort();
  }

  async #store(number: number, lengthBytes: number, portion: number): Promise<void> {
    const key = keyOf(number);
    const writer = await this.#shards.append({ key, objectHash: hashOf(key), lengthBytes });
    try {
      const bytes = expectedBytes(number, lengthBytes);
      const chunk = Buffer.alloc(portion);
      for (let at = 0; at < lengthBytes; at += portion) {
        // The caller's buffer is the caller's again as soon as `write` has resolved.
        const count = bytes.copy(chunk, 0, at, at + portion);
        await writer.write(chunk.subarray(0, count));
        chunk.fill(0xee);
      }
      await this.#commit(writer, number, lengthBytes);
    } finally {
      await writer.abort();
    }
  }

  async #commit(writer: ShardWriter, number: number, lengthBytes: number): Promise<void> {
    const { expected } = this.#parts;
    const before = expected.of(number);
    if (!before.includes('absent')) {
      await demandCode(writer.commit(recordOf(keyOf(number))), 'shard-exists');
      return;
    }
    expected.begin(number, lengthBytes);
    try {
      await writer.commit(recordOf(keyOf(number)));
    } catch (error) {
      // After an error nobody provoked the history ends anyway. Refused as a duplicate: only when it may have been there.
      if (codeOf(error) === 'shard-exists' && before.length > 1) {
        const present = before.filter((state) => state !== 'absent');
        demand(present.length === 1, 'a key has one other state');
        expected.settle(number, present[0]!);
        return;
      }
      if (!this.#parts.isAmbiguous()) expected.restore(number, before);
      throw error;
    }
    expected.settle(number, lengthBytes);
  }

  /** Two writers of one key commit at the same time: one wins. */
  async #race(number: number, lengthBytes: number): Promise<void> {
    const { expected } = this.#parts;
    if (expected.of(number).length > 1) return;
    const wasPresent = expected.isPresent(number);
    const writers = await Promise.all([
      this.#begin(number, lengthBytes, 1),
      this.#begin(number, lengthBytes, 1),
    ]);
    if (!wasPresent) expected.begin(number, lengthBytes);
    const endings = await Promise.allSettled(writers.map((writer) => writer.commit(recordOf(keyOf(number)))));
    const won = endings.filter(({ status }) => status === 'fulfilled').length;
    const failures = endings.flatMap((ending) =>
      ending.status === 'rejected' ? [ending.reason as unknown] : [],
    );
    const other = failures.find((error) => codeOf(error) !== 'shard-exists');
    if (other !== undefined && won === 0 && !wasPresent && !this.#parts.isAmbiguous())
      expected.settle(number, 'absent');
    demand(won <= (wasPresent ? 0 : 1), `at most one of two writers of shard ${number} wins`);
    if (won === 1) expected.settle(number, lengthBytes);
    else if (other !== undefined) throw other as Error;
    else demand(wasPresent, `one of two writers of shard ${number} wins`);
  }

  async #delete(keys: readonly number[]): Promise<void> {
    const { expected } = this.#parts;
    const known = [...new Set(keys)];
    const certain = known.every((key) => expected.of(key).length === 1);
    const present = known.filter((key) => expected.isPresent(key));
    for (const key of known)
      if (expected.of(key).some((state) => state !== 'absent')) expected.begin(key, 'absent');
    const removed = await this.#shards.delete(keys.map((key) => keyOf(key)));
    if (certain) demand(removed === present.length, `${present.length} shards are deleted, told: ${removed}`);
    for (const key of known) expected.settle(key, 'absent');
  }

  /** An overwrite, as the rooms above do it: a new write id, then the old one is deleted. */
  async #replace(old: number, by: number, lengthBytes: number): Promise<void> {
    if (old === by) return;
    await this.#store(by, lengthBytes, 8192);
    await this.#delete([old]);
  }

  async #read(number: number, start: number, bytes: number): Promise<void> {
    const { expected } = this.#parts;
    const allowed = expected.of(number);
    const reader = await this.#shards.read(keyOf(number), { start, end: start + bytes });
    if (reader === undefined) {
      demand(allowed.includes('absent'), `shard ${number} is readable`);
      return;
    }
    const { lengthBytes } = reader.stat;
    demand(allowed.includes(lengthBytes), `shard ${number} is one of [${allowed.join()}]: ${lengthBytes}`);
    const got = await collect(reader.bytes(), 1 << 30);
    const wanted = expectedBytes(number, lengthBytes).subarray(start, start + bytes);
    demand(got.equals(wanted), `range ${start} + ${bytes} of shard ${number} has its bytes`);
  }

  /** A reader that begins now and reads at the end, whatever is deleted meanwhile. */
  async #hold(number: number): Promise<void> {
    const reader = await this.#shards.read(keyOf(number));
    if (reader !== undefined) this.#held.push({ key: number, reader });
  }

  /** Puts a shard where the same shard lies, as repair does. */
  async #repair(number: number): Promise<void> {
    const states = this.#parts.expected.of(number);
    const [lengthBytes] = states;
    if (states.length > 1 || lengthBytes === undefined || lengthBytes === 'absent') return;
    const key = keyOf(number);
    const request = { key, objectHash: hashOf(key), lengthBytes, replaces: true } as const;
    const writer = await this.#shards.append(request);
    try {
      await writer.write(expectedBytes(number, lengthBytes));
      await writer.commit(recordOf(key));
    } finally {
      await writer.abort();
    }
  }

  async #compact(): Promise<void> {
    const { stuckShards, failedSegments } = await this.#shards.compact();
    demand(
      (stuckShards === 0 && failedSegments === 0) || this.#parts.isProvoked(undefined),
      'compaction moves every sound shard',
    );
  }

  /** Everything is deleted and nobody holds anything: only segments that take extents are left, and little in them. */
  async expectBaseline(): Promise<void> {
    const { expected } = this.#parts;
    for (const { key, reader } of this.#held.splice(0)) await drain(key, reader);
    for (const writer of this.#left.splice(0)) await writer.abort();
    await this.#delete(expected.keys());
    await this.#compact();
    const { segments, liveBytes, shards } = await this.#shards.status();
    demand(shards === 0 && liveBytes === 0, 'nothing is alive after everything was deleted');
    demand(
      segments <= ACTIVE_SEGMENTS_MAX,
      `disk use returns to its baseline, ${segments} segments are left`,
    );
  }

  async #verify(number: number): Promise<void> {
    const allowed = this.#parts.expected.of(number);
    const verdict = await this.#shards.verify(keyOf(number));
    if (verdict.kind === 'damaged' && this.#parts.isProvoked(undefined)) return;
    demand(verdict.kind !== 'damaged', `shard ${number} is whole`);
    const state: ShardState = verdict.kind === 'absent' ? 'absent' : verdict.stat.lengthBytes;
    demand(allowed.includes(state), `shard ${number} is one of [${allowed.join()}], verified: ${state}`);
  }
}

async function drain(key: number, reader: ShardReader): Promise<void> {
  const got = await collect(reader.bytes(), 1 << 30);
  demand(
    got.equals(expectedBytes(key, reader.stat.lengthBytes)),
    `a held reader of shard ${key} gets its bytes`,
  );
}

async function demandCode(work: Promise<unknown>, code: string): Promise<void> {
  const ending = await work.then(
    () => 'success',
    (error: unknown) => codeOf(error),
  );
  if (ending !== code) throw new BrokenPromise(`the answer is ${code}, not ${ending}`);
}

export function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? String(error);
}
