// What the metadata plane does on this machine: one JSON line per case.
//
//   npm run build && node dist/scripts/bench/metadata.js [1|3 servers] [keys to list]
//
// One process with one plane against 1 (default) or 3 nats-servers of its own, all syncing every write, all on this machine:
// the cores are shared, so compare runs of one machine only. CPU is that of this process.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { connectBus } from '../../src/bus/connection.ts';
import { nodeId } from '../../src/core/ids.ts';
import type { Expectation, ListQuery, MetadataPlane } from '../../src/metadata/metadata-store.ts';
import { openMetadata } from '../../src/metadata/open-metadata.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from '../../src/platform/log.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { measure, record, report, startServers } from './metadata-bench.ts';

const LISTED_KEYS = Number(process.argv[3] ?? '200000');
const FILL_CONCURRENCY = 256;
const BUCKET = 'bench';

async function puts(plane: MetadataPlane): Promise<void> {
  for (const expected of ['any', 'absent'] as const satisfies Expectation[]) {
    for (const concurrency of [1, 16, 128]) {
      const put = (at: number): Promise<unknown> =>
        plane.objects.put(
          { bucketId: `${expected}${concurrency}`, key: `dir/key-${at}` },
          record(),
          expected,
        );
      await measure(`put ${expected}`, concurrency, put);
    }
  }
}

async function listings(plane: MetadataPlane): Promise<void> {
  const keys = Array.from(
    { length: LISTED_KEYS },
    (_, at) => `dir-${String(Math.floor(at / 100)).padStart(5, '0')}/object-${at}`,
  );
  const began = performance.now();
  let next = 0;
  const filler = async (): Promise<void> => {
    for (let key = keys[next++]; key !== undefined; key = keys[next++]) {
      await plane.objects.put({ bucketId: BUCKET, key }, record(), 'any');
    }
  };
  await Promise.all(Array.from({ length: FILL_CONCURRENCY }, filler));
  report({
    case: 'fill',
    keys: LISTED_KEYS,
    perSecond: Math.round((LISTED_KEYS * 1000) / (performance.now() - began)),
  });
  const page = (query: Partial<ListQuery>): ListQuery => ({
    bucketId: BUCKET,
    prefix: '',
    delimiter: '',
    after: '',
    limit: 1000,
    ...query,
  });
  const middle = keys[LISTED_KEYS / 2] ?? '';
  for (const concurrency of [1, 16]) {
    await measure('list 1000 keys', concurrency, () => plane.objects.list(page({ after: middle })));
    await measure('list 100 keys', concurrency, () =>
      plane.objects.list(page({ after: middle, limit: 100 })),
    );
    await measure('list 1000 groups', concurrency, () => plane.objects.list(page({ delimiter: '/' })));
    await measure('list one group of all keys', concurrency, () =>
      plane.objects.list(page({ delimiter: '-', prefix: '' })),
    );
    const address = (at: number): string => keys[(at * 7919) % LISTED_KEYS] ?? '';
    await measure('get', concurrency, (at) => plane.objects.get({ bucketId: BUCKET, key: address(at) }));
  }
}

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? '1');
  const directory = await mkdtemp(join(tmpdir(), 'predastore-bench-metadata-'));
  const servers = await startServers(count, directory);
  try {
    const common = { clock: systemClock, random: systemRandom };
    const bus = await connectBus({ ...common, servers: servers.urls, name: 'bench', log: silentLogger });
    const options = {
      ...common,
      connection: bus.control,
      self: nodeId(1),
      servers: count,
      durability: 'asserted',
      logger: silentLogger,
      metrics: noMetrics,
    } as const;
    const plane = await openMetadata({ ...options, directory: join(directory, 'view') });
    await puts(plane);
    await listings(plane);
    await rebuild(options, join(directory, 'second'));
    await plane.close();
    await bus.close();
  } finally {
    await servers.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** How long an empty view takes to hold the whole stream. */
async function rebuild(
  options: Omit<Parameters<typeof openMetadata>[0], 'directory'>,
  directory: string,
): Promise<void> {
  const began = performance.now();
  const plane = await openMetadata({ ...options, self: nodeId(2), directory });
  const { lastRevision } = await plane.status();
  while (!(await plane.reached(lastRevision, 1_000))) await sleep(10);
  const seconds = (performance.now() - began) / 1000;
  report({ case: 'rebuild', messages: lastRevision, perSecond: Math.round(lastRevision / seconds) });
  await plane.close();
}

await main();
