// Whether worker threads should seal and write: one JSON line per number of workers, 0 being this thread and libuv's own.
//
//   npm run build && node dist/scripts/bench/seal-workers.js [directory]
//
// Sixteen writers of 1 MiB shards. A worker gets a slot of a shared buffer with the plain text in place, seals the fragments where they
// lie, and writes them; the main thread copies the text in, shares fdatasyncs, and does nothing else. In turns; medians of the turns.
// `mainBusy` is the part of the time in which the main thread could not have done anything else. The file is written over and over,
// so it stays at FILE_BYTES, and goes at the end, also on SIGINT and SIGTERM.

import { createCipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { closeSync, fdatasync, openSync, rmSync, write, writeSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

const BODY = 8192;
const FRAGMENT = 32 + BODY + 16;
const WINDOW_FRAGMENTS = 32;
const WINDOW_BYTES = WINDOW_FRAGMENTS * FRAGMENT;
const SHARD_WINDOWS = 4;
const WRITERS = 16;
const FILE_BYTES = 256 * 1024 * 1024;
const TURN_MS = 1500;
const TURNS = 5;

const writeAt = promisify(write);
const sync = promisify(fdatasync);

interface Shared {
  readonly memory: SharedArrayBuffer;
  readonly key: KeyObject;
  readonly descriptor: number;
}

interface Job {
  readonly slot: number;
  readonly first: number;
  readonly position: number;
}

const context = Buffer.alloc(84);
const nonce = Buffer.alloc(12);

/** As FragmentCodec.seal: a fresh cipher, its output copied over the text. */
function sealWindow(window: Buffer, first: number, key: KeyObject): void {
  for (let at = 0; at < WINDOW_FRAGMENTS; at += 1) {
    const body = window.subarray(at * FRAGMENT + 32, at * FRAGMENT + 32 + BODY);
    nonce.writeUInt32BE(first + at, 4);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(context);
    cipher.update(body).copy(body);
    cipher.final();
    cipher.getAuthTag().copy(window, at * FRAGMENT + 32 + BODY);
  }
}

function slotOf(memory: SharedArrayBuffer, slot: number): Buffer {
  return Buffer.from(memory, slot * WINDOW_BYTES, WINDOW_BYTES);
}

function work({ memory, key, descriptor }: Shared): void {
  parentPort?.on('message', ({ slot, first, position }: Job) => {
    const window = slotOf(memory, slot);
    sealWindow(window, first, key);
    writeSync(descriptor, window, 0, WINDOW_BYTES, position);
    parentPort?.postMessage(slot);
  });
}

interface Turn {
  readonly mibPerS: number;
  readonly cpuMsPerMib: number;
  readonly mainBusy: number;
}

/** Shared fdatasync, as the committer has it. */
class Syncer {
  #waiting: (() => void)[] = [];
  #isBusy = false;

  durable(descriptor: number): Promise<void> {
    const done = new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (!this.#isBusy) void this.#run(descriptor);
    return done;
  }

  async #run(descriptor: number): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      await sync(descriptor);
      for (const resolve of batch) resolve();
    }
    this.#isBusy = false;
  }
}

class Bench {
  readonly #shared: Shared;
  readonly #text = randomBytes(WINDOW_FRAGMENTS * BODY);
  readonly #syncer = new Syncer();
  #number = 1;
  #end = 0;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  async turn(workers: number): Promise<Turn> {
    const threads = Array.from(
      { length: workers },
      () => new Worker(new URL(import.meta.url), { workerData: this.#shared }),
    );
    const answers = new Map<number, () => void>();
    for (const thread of threads) thread.on('message', (slot: number) => answers.get(slot)?.());
    await Promise.all(threads.map((thread) => new Promise((resolve) => thread.once('online', resolve))));
    const cpuBefore = process.cpuUsage();
    const loopBefore = performance.eventLoopUtilization();
    const begun = performance.now();
    let windows = 0;
    const writer = async (slot: number): Promise<void> => {
      while (performance.now() - begun < TURN_MS) {
        for (let at = 0; at < SHARD_WINDOWS; at += 1) {
          const job = this.#next(slot);
          this.#fill(slot);
          const thread = threads[windows % Math.max(1, workers)];
          if (thread === undefined) await this.#inline(job);
          else {
            const answer = new Promise<void>((resolve) => answers.set(slot, resolve));
            thread.postMessage(job);
            await answer;
          }
          windows += 1;
        }
        await this.#syncer.durable(this.#shared.descriptor);
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, (_, slot) => writer(slot)));
    const cpu = process.cpuUsage(cpuBefore);
    const mib = (windows * WINDOW_FRAGMENTS * BODY) / 2 ** 20;
    const seconds = (performance.now() - begun) / 1000;
    const mainBusy = performance.eventLoopUtilization(loopBefore).utilization;
    await Promise.all(threads.map((thread) => thread.terminate()));
    return { mibPerS: mib / seconds, cpuMsPerMib: (cpu.user + cpu.system) / 1000 / mib, mainBusy };
  }

  #next(slot: number): Job {
    const job = { slot, first: this.#number, position: this.#end };
    this.#number += WINDOW_FRAGMENTS;
    this.#end = this.#end + 2 * WINDOW_BYTES > FILE_BYTES ? 0 : this.#end + WINDOW_BYTES;
    return job;
  }

  #fill(slot: number): void {
    const window = slotOf(this.#shared.memory, slot);
    for (let at = 0; at < WINDOW_FRAGMENTS; at += 1) {
      this.#text.copy(window, at * FRAGMENT + 32, at * BODY, (at + 1) * BODY);
    }
  }

  async #inline({ slot, first, position }: Job): Promise<void> {
    const window = slotOf(this.#shared.memory, slot);
    sealWindow(window, first, this.#shared.key);
    await writeAt(this.#shared.descriptor, window, 0, WINDOW_BYTES, position);
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function main(): Promise<void> {
  const directory = await mkdtemp(join(process.argv[2] ?? tmpdir(), 'predastore-bench-'));
  const clean = (): void => rmSync(directory, { recursive: true, force: true });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      clean();
      process.exit(1);
    });
  }
  const descriptor = openSync(join(directory, 'segment'), 'wx+');
  try {
    const memory = new SharedArrayBuffer(WRITERS * WINDOW_BYTES);
    const bench = new Bench({ memory, key: createSecretKey(randomBytes(32)), descriptor });
    const turns = new Map<number, Turn[]>([0, 1, 2, 4].map((workers) => [workers, []]));
    for (const workers of turns.keys()) await bench.turn(workers);
    for (let at = 0; at < TURNS; at += 1) {
      for (const [workers, own] of turns) own.push(await bench.turn(workers));
    }
    for (const [workers, own] of turns) {
      const of = (name: keyof Turn): number =>
        Math.round(median(own.map((turn) => turn[name])) * 1000) / 1000;
      const line = {
        workers,
        mibPerS: of('mibPerS'),
        cpuMsPerMib: of('cpuMsPerMib'),
        mainBusy: of('mainBusy'),
      };
      console.log(JSON.stringify(line));
    }
  } finally {
    closeSync(descriptor);
    clean();
  }
}

if (isMainThread) await main();
else work(workerData as Shared);
