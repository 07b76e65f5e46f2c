// Writes what commits of one batch still have in memory: the last, small window of each shard.
//
// Extents lie in the order of their reservation, so the tails of a batch of small shards are mostly one run on the disk: one write
// in place of one per shard, which costs a third of the CPU of a small commit.

import type { OpenFile } from '../platform/files.ts';
import { WINDOW_BYTES } from './extent.ts';
import type { WindowPool } from './window-pool.ts';

export interface Tail {
  /** Not changed before the commit has ended. */
  readonly bytes: Buffer;
  readonly position: number;
}

/** Writes all tails; answers for each with the error that kept it from the disk, in the order given. */
export async function writeTails(
  file: OpenFile,
  tails: readonly Tail[],
  windows: WindowPool,
): Promise<ReadonlyMap<Tail, unknown>> {
  const failures = new Map<Tail, unknown>();
  await Promise.all(
    runsOf(tails).map(async (run) => {
      try {
        await writeRun(file, run, windows);
      } catch (error) {
        for (const tail of run) failures.set(tail, error);
      }
    }),
  );
  return failures;
}

/** Tails that follow one another without a gap, up to a window. */
function runsOf(tails: readonly Tail[]): Tail[][] {
  const runs: Tail[][] = [];
  let end = -1;
  let length = 0;
  for (const tail of [...tails].sort((a, b) => a.position - b.position)) {
    const { bytes, position } = tail;
    if (position !== end || length + bytes.length > WINDOW_BYTES) {
      runs.push([]);
      length = 0;
    }
    runs.at(-1)?.push(tail);
    length += bytes.length;
    end = position + bytes.length;
  }
  return runs;
}

async function writeRun(file: OpenFile, run: readonly Tail[], windows: WindowPool): Promise<void> {
  const [first, second] = run;
  if (first === undefined) return;
  if (second === undefined) {
    await file.pwrite(first.bytes, first.position);
    return;
  }
  const window = windows.take(WINDOW_BYTES);
  try {
    let length = 0;
    for (const { bytes } of run) length += bytes.copy(window, length);
    await file.pwrite(window.subarray(0, length), first.position);
  } finally {
    windows.give(window);
  }
}
