// What this thread and a seal worker say to each other: a run of fragments of one shard in a shared window, and how it went.

import type { DataKey } from './data-key.ts';
import { FRAGMENT_BYTES, FRAGMENT_HEADER_BYTES, type Extent, type ShardIdentity } from './extent.ts';
import { PredastoreError, isPredastoreError } from '../core/errors.ts';
import { FRAGMENT_BODY_BYTES } from '../core/limits.ts';
import { FragmentCodec } from './fragment.ts';

/** Fragments `first` … `first + count - 1` of a shard, at the beginning of a window. */
export interface FragmentRun {
  readonly identity: ShardIdentity;
  readonly extent: Extent;
  readonly first: number;
  readonly count: number;
}

/**
 * `seal`: the bodies lie where fragments have them, and are sealed in place. `open`: sealed fragments become their data, one behind
 * the other from the beginning of the window. `prove`: sealed fragments are authenticated and stay as they are.
 */
export type SealTask = 'seal' | 'open' | 'prove';

export interface SealJob extends FragmentRun {
  readonly id: number;
  readonly task: SealTask;
  readonly slot: number;
}

export interface SealAnswer {
  readonly id: number;
  /** The first fragment that is not what it should be; absent when all are. */
  readonly corrupt?: string;
}

/** All that a worker is given; keys travel as handles, their bytes stay in OpenSSL's memory. */
export interface SealWorkerData {
  readonly memory: SharedArrayBuffer;
  readonly keys: readonly DataKey[];
}

type FragmentTask = (codec: FragmentCodec, ordinal: number, window: Buffer, at: number) => void;

/** What is done to fragment `ordinal`, the `at`-th of a window. */
const TASKS: Readonly<Record<SealTask, FragmentTask>> = {
  seal: (codec, ordinal, window, at) => {
    const bodyAt = at * FRAGMENT_BYTES + FRAGMENT_HEADER_BYTES;
    const body = window.subarray(bodyAt, bodyAt + FRAGMENT_BODY_BYTES);
    codec.seal(ordinal, body, window, at * FRAGMENT_BYTES);
  },
  // Never reaches into the next sealed fragment: 8192 bytes a fragment against 8240.
  open: (codec, ordinal, window, at) => {
    codec.open(ordinal, window, at * FRAGMENT_BYTES).copy(window, at * FRAGMENT_BODY_BYTES);
  },
  prove: (codec, ordinal, window, at) => {
    codec.open(ordinal, window, at * FRAGMENT_BYTES);
  },
};

/** Does a task, on any thread; says what is corrupt. */
export function doTask(task: SealTask, run: FragmentRun, key: DataKey, window: Buffer): string | undefined {
  const codec = new FragmentCodec(key, run.identity, run.extent);
  try {
    for (let at = 0; at < run.count; at += 1) TASKS[task](codec, run.first + at, window, at);
    return undefined;
  } catch (error) {
    if (isPredastoreError(error) && error.code === 'shard-corrupt') return error.message;
    throw error;
  }
}

export function corruptRun(reason: string): PredastoreError {
  return new PredastoreError('shard-corrupt', reason);
}
