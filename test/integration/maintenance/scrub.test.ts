// Scrubbing goes on where it was interrupted, and looks at every shard once per pass.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { MaintenanceContext } from '../../../src/maintenance/maintenance-context.ts';
import { Notebook } from '../../../src/maintenance/notebook.ts';
import { Scrub } from '../../../src/maintenance/scrub.ts';
import { ShardMender } from '../../../src/maintenance/shard-mender.ts';
import type { MetadataPlane } from '../../../src/metadata/metadata-store.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import type { ShardStore } from '../../../src/segments/shard-store.ts';
import { maintenanceContext, oldWrite, storeShard } from '../../support/maintenance-bench.ts';
import { openStore, temporaryDirectory } from '../../support/segment-stores.ts';

const LIMITS = { periodMs: 30 * 24 * 3_600_000, bytesPerSecondMax: 1e12 };
const SHARDS = 150;
let store: ShardStore;
let directory: string;
let context: MaintenanceContext;
const looked: string[] = [];

beforeEach(async () => {
  directory = await temporaryDirectory();
  const engine = await openStore(directory);
  for (let n = 0; n < SHARDS; n += 1) await storeShard(engine, oldWrite());
  store = new Proxy(engine, {
    get: (target, name: keyof ShardStore) => {
      if (name !== 'verify') return target[name].bind(target);
      return async (key: Parameters<ShardStore['verify']>[0]) => {
        looked.push(key.writeId);
        return target.verify(key);
      };
    },
  });
  looked.length = 0;
  context = await maintenanceContext({ directory, plane: {} as MetadataPlane, store });
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

function scrubUntil(stopping: AbortSignal, notebook = context.notebook): Scrub {
  const own = { ...context, notebook };
  const scrub = new Scrub(own, new ShardMender(own, stopping), { limits: LIMITS, stopping });
  scrub.hurry();
  return scrub;
}

test('a pass that is interrupted goes on after a restart where it was', async () => {
  const stop = new AbortController();
  const first = scrubUntil(stop.signal);
  const pass = first.pass();
  while (looked.length < 70) await new Promise((resolve) => setTimeout(resolve, 1));
  stop.abort();
  await pass;
  const seen = looked.length;
  expect(seen).toBeLessThan(SHARDS);
  const notebook = await Notebook.open(join(directory, 'maintenance.json'), silentLogger);
  const second = scrubUntil(new AbortController().signal, notebook);
  expect(second.report.shards).toBe(seen);
  await second.pass();
  expect(looked).toHaveLength(SHARDS);
  expect(new Set(looked).size).toBe(SHARDS);
  expect(second.report).toMatchObject({ shards: SHARDS, damaged: 0, after: '', running: false });
});

test('a pass that is not due does nothing, unless somebody asks', async () => {
  const scrub = scrubUntil(new AbortController().signal);
  await scrub.pass();
  await scrub.pass();
  expect(looked).toHaveLength(SHARDS);
  scrub.hurry();
  await scrub.pass();
  expect(looked).toHaveLength(2 * SHARDS);
});
