// How long a page of a large bucket takes: one JSON line per case.
//
//   npm run build && node dist/scripts/bench/listing.js [keys, default 1000000]
//
// One plane against one nats-server. Half of the keys are objects of one directory, half of them directories of one object each in
// another one. The stream is filled without waiting for the disk; what is measured is listing, barrier and all.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connectBus } from '../../src/bus/connection.ts';
import { nodeId } from '../../src/core/ids.ts';
import { encodeObject } from '../../src/metadata/record-codec.ts';
import type { ListQuery, MetadataPlane } from '../../src/metadata/metadata-store.ts';
import { openMetadata } from '../../src/metadata/open-metadata.ts';
import { objectSubject } from '../../src/metadata/subjects.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from '../../src/platform/log.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { measure, record, report, startServers } from './metadata-bench.ts';

const KEYS = Number(process.argv[2] ?? '1000000');
const BUCKET = 'bench';
/** Messages in flight: the server drops what it cannot take in. */
const BURST = 2_000;
const PATIENCE_MS = 600_000;

const flat = (at: number): string => `flat/${String(at).padStart(9, '0')}`;
const tree = (at: number): string => `tree/${String(at).padStart(9, '0')}/leaf`;

interface Publisher {
  request(subject: string, payload: Uint8Array, options: { timeout: number }): Promise<unknown>;
  publish(subject: string, payload: Uint8Array): void;
}

async function fill(nats: Publisher, plane: MetadataPlane): Promise<void> {
  const began = performance.now();
  for (let at = 0; at < KEYS; at += 1) {
    const key = at % 2 === 0 ? flat(at) : tree(at);
    const subject = objectSubject(BUCKET, key);
    const payload = encodeObject(record());
    // Every burst ends with one that is waited for.
    if (at % BURST === BURST - 1) await nats.request(subject, payload, { timeout: PATIENCE_MS });
    else nats.publish(subject, payload);
  }
  const { lastRevision } = await plane.status();
  if (!(await plane.reached(lastRevision, PATIENCE_MS))) throw new Error('the view does not follow');
  const seconds = (performance.now() - began) / 1000;
  report({ case: 'fill', keys: lastRevision, perSecond: Math.round(lastRevision / seconds) });
}

async function listings(plane: MetadataPlane): Promise<void> {
  const page = (overrides: Partial<ListQuery>): ListQuery => ({
    bucketId: BUCKET,
    prefix: '',
    delimiter: '',
    after: '',
    limit: 1000,
    ...overrides,
  });
  const somewhere = (at: number): number => (at * 7919 * 2) % KEYS;
  const versions = { ...page({}), keyMarker: '', versionMarker: '' };
  const cases: readonly (readonly [string, (at: number) => Promise<unknown>])[] = [
    ['first key only', () => plane.objects.list(page({ limit: 1 }))],
    ['1000 keys somewhere', (at) => plane.objects.list(page({ after: flat(somewhere(at)) }))],
    [
      '1000 keys of a directory, delimited',
      (at) => plane.objects.list(page({ prefix: 'flat/', delimiter: '/', after: flat(somewhere(at)) })),
    ],
    ['two directories with all keys, delimited', () => plane.objects.list(page({ delimiter: '/' }))],
    [
      '1000 directories of one key, delimited',
      (at) =>
        plane.objects.list(
          page({ prefix: 'tree/', delimiter: '/', after: `tree/${String(somewhere(at)).padStart(9, '0')}/` }),
        ),
    ],
    ['1000 versions somewhere', (at) => plane.versions.list({ ...versions, keyMarker: flat(somewhere(at)) })],
    ['two directories as versions, delimited', () => plane.versions.list({ ...versions, delimiter: '/' })],
  ];
  for (const concurrency of [1, 8]) {
    for (const [name, list] of cases) await measure(name, concurrency, list);
  }
}

async function main(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'predastore-bench-listing-'));
  const servers = await startServers(1, directory, '2m');
  try {
    const common = { clock: systemClock, random: systemRandom };
    const bus = await connectBus({ ...common, servers: servers.urls, name: 'bench', log: silentLogger });
    const plane = await openMetadata({
      ...common,
      connection: bus.control,
      self: nodeId(1),
      servers: 1,
      durability: 'asserted',
      logger: silentLogger,
      metrics: noMetrics,
      directory: join(directory, 'view'),
    });
    await fill(bus.control.nats, plane);
    await listings(plane);
    await plane.close();
    await bus.close();
  } finally {
    await servers.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

await main();
