// Metadata planes for tests: each with its own connection and view directory, closed and removed together.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connectBus, type Bus } from '../../src/bus/connection.ts';
import type {
  BlobRecord,
  BucketRecord,
  ObjectRecord,
  PartRecord,
  UploadRecord,
} from '../../src/contracts/records.ts';
import { composeWriteId, nodeId } from '../../src/core/ids.ts';
import type { MetadataPlane } from '../../src/metadata/metadata-store.ts';
import { openMetadata, type MetadataOptions } from '../../src/metadata/open-metadata.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from '../../src/platform/log.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import { systemRandom } from '../../src/platform/random.ts';

export interface TestPlane {
  readonly plane: MetadataPlane;
  readonly bus: Bus;
  readonly directory: string;
}

type Overrides = Partial<
  Pick<MetadataOptions, 'logger' | 'metrics' | 'startPatienceMs' | 'clock' | 'servers' | 'restores'>
>;

export class MetadataPlanes {
  readonly #open: TestPlane[] = [];
  readonly #directories: string[] = [];

  /** Opens a plane for node `id`; `directory` continues an earlier view. */
  async open(
    urls: readonly string[],
    id: number,
    directory?: string,
    overrides: Overrides = {},
  ): Promise<TestPlane> {
    const bus = await connectBus({
      servers: urls,
      name: `metadata test ${id}`,
      clock: systemClock,
      random: systemRandom,
      log: silentLogger,
    });
    const view = directory ?? (await this.directory());
    const plane = await openMetadata({
      connection: bus.control,
      self: nodeId(id),
      servers: urls.length,
      directory: view,
      durability: 'asserted',
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      metrics: noMetrics,
      ...overrides,
    }).catch(async (error: unknown) => {
      await bus.close();
      throw error;
    });
    const opened = { plane, bus, directory: view };
    this.#open.push(opened);
    return opened;
  }

  async directory(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'predastore-test-view-'));
    this.#directories.push(directory);
    return directory;
  }

  async close(opened: TestPlane): Promise<void> {
    const at = this.#open.indexOf(opened);
    if (at < 0) return;
    this.#open.splice(at, 1);
    await opened.plane.close();
    await opened.bus.close();
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#open].map((opened) => this.close(opened)));
    await Promise.all(this.#directories.splice(0).map((path) => rm(path, { recursive: true, force: true })));
  }
}

export function someBlob(overrides: Partial<BlobRecord> = {}): BlobRecord {
  return {
    write: composeWriteId(1_700_000_000_000, nodeId(1), systemRandom.bytes(8)),
    size: 5,
    k: 2,
    m: 1,
    cell: 65_536,
    epoch: 1,
    nodes: [nodeId(1), nodeId(2), nodeId(3)],
    ...overrides,
  };
}

export function someObject(overrides: Partial<ObjectRecord> = {}): ObjectRecord {
  return {
    v: 1,
    size: 5,
    etag: '5d41402abc4b2a76b9719d911017c592',
    modified: '2026-01-02T03:04:05.678Z',
    headers: { 'content-type': 'text/plain' },
    meta: { colour: 'blue' },
    blobs: [someBlob()],
    request: systemRandom.bytes(8).toString('hex'),
    ...overrides,
  };
}

export function someUpload(overrides: Partial<UploadRecord> = {}): UploadRecord {
  return {
    v: 1,
    id: systemRandom.bytes(16).toString('hex'),
    key: 'key',
    initiated: '2026-01-02T03:04:05.678Z',
    headers: { 'content-type': 'text/plain' },
    meta: { colour: 'blue' },
    account: '111122223333',
    request: systemRandom.bytes(8).toString('hex'),
    ...overrides,
  };
}

export function somePart(overrides: Partial<PartRecord> = {}): PartRecord {
  return {
    v: 1,
    number: 1,
    size: 5,
    etag: '5d41402abc4b2a76b9719d911017c592',
    modified: '2026-01-02T03:04:05.678Z',
    blobs: [someBlob()],
    request: systemRandom.bytes(8).toString('hex'),
    ...overrides,
  };
}

export function someBucket(name: string, overrides: Partial<BucketRecord> = {}): BucketRecord {
  return {
    v: 1,
    id: `id-${name}`,
    name,
    account: '111122223333',
    region: 'us-east-1',
    created: '2026-01-02T03:04:05.678Z',
    state: 'active',
    public: false,
    declared: false,
    ...overrides,
  };
}

/** The names on a page, prefixes as they are. */
export async function keysOf(
  plane: MetadataPlane,
  bucketId: string,
  query: { prefix?: string; delimiter?: string; after?: string; limit?: number } = {},
): Promise<string[]> {
  const page = await plane.objects.list({
    bucketId,
    prefix: '',
    delimiter: '',
    after: '',
    limit: 1000,
    ...query,
  });
  return page.entries.map((entry) => (entry.kind === 'object' ? entry.object.key : entry.prefix));
}
