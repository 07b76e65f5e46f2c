// Stores that earlier versions wrote, and answers that another implementation computed. Neither is ever changed; new ones are added.

import { createHash, createSecretKey } from 'node:crypto';
import { chmod, cp, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { WriteId } from '../../../src/core/ids.ts';
import { systemFiles } from '../../../src/platform/files.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { createKeySlot } from '../../../src/segments/data-key.ts';
import { encodeFileHeader } from '../../../src/segments/file-header.ts';
import { FragmentCodec } from '../../../src/segments/fragment.ts';
import { openLmdbTables } from '../../../src/segments/lmdb-tables.ts';
import { rebuildIndex } from '../../../src/segments/rebuild-index.ts';
import { encodeRow } from '../../../src/segments/sidecar.ts';
import { encodeState } from '../../../src/segments/state-file.ts';
import { hashOf, inTemporaryDirectory, load, openStore } from '../../support/segment-stores.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/segments');

interface Manifest {
  readonly masterKey: string;
  readonly shards: readonly {
    readonly writeId: WriteId;
    readonly index: number;
    readonly lengthBytes: number;
    readonly sha256: string;
    readonly record: string;
  }[];
}

/** Works on a copy: opening a store changes it. */
async function withGolden(
  name: string,
  work: (directory: string, manifest: Manifest, masterKey: Buffer) => Promise<void>,
): Promise<void> {
  const manifest = JSON.parse(await readFile(join(GOLDEN, name, 'manifest.json'), 'utf8')) as Manifest;
  await inTemporaryDirectory(async (parent) => {
    const directory = join(parent, 'store');
    await cp(join(GOLDEN, name), directory, { recursive: true });
    await chmod(join(directory, 'state'), 0o600);
    await work(directory, manifest, Buffer.from(manifest.masterKey, 'hex'));
  });
}

async function expectShards(directory: string, { shards }: Manifest, masterKey: Buffer): Promise<void> {
  const opened = await openStore(directory, { masterKey });
  const listed = await opened.list(undefined, 1000);
  expect(listed.map(({ key }) => key)).toEqual(shards.map(({ writeId, index }) => ({ writeId, index })));
  for (const { writeId, index, lengthBytes, sha256, record } of shards) {
    const key = { writeId, index };
    expect(await opened.stat(key)).toEqual({ key, lengthBytes, objectHash: hashOf(key) });
    const bytes = (await load(opened, key)) ?? Buffer.alloc(0);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    expect(Buffer.from((await opened.record(key)) ?? []).toString()).toBe(record);
  }
  expect((await opened.status()).shards).toBe(shards.length);
  await opened.close();
}

const names = (await readdir(GOLDEN, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

test('there is a golden store', () => {
  expect(names).toContain('v1-2026-11');
});

describe.each(names)('the golden store %s', (name) => {
  test('is read: every shard, to the byte, with its record', async () => {
    await withGolden(name, expectShards);
  });

  test('has an index that equals what its segments and sidecars say', async () => {
    await withGolden(name, async (directory, manifest, masterKey) => {
      const report = await rebuildIndex({
        directory,
        masterKey,
        files: systemFiles,
        logger: silentLogger,
        openIndexTables: openLmdbTables,
        compare: true,
      });
      expect(report.comparison).toEqual({ same: manifest.shards.length, moved: 0, added: 0, missing: 0 });
    });
  });

  test('takes new shards and is compacted like any other', async () => {
    await withGolden(name, async (directory, manifest, masterKey) => {
      const opened = await openStore(directory, { masterKey });
      const [gone, ...rest] = manifest.shards;
      expect(await opened.delete([{ writeId: gone!.writeId, index: gone!.index }])).toBe(1);
      expect((await opened.compact()).failedSegments).toBe(0);
      await opened.close();
      await expectShards(directory, { ...manifest, shards: rest }, masterKey);
    });
  });
});

// test/golden/segments/sealed_format.py computed them, from docs/formats.md and with another cryptographic library.
test('every sealed thing has the bytes that another implementation computed', async () => {
  const answers = JSON.parse(await readFile(join(GOLDEN, 'known-answers.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const storeId = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
  const rawKey = Buffer.alloc(32, 0x42);
  const key = { epoch: 1, key: createSecretKey(rawKey), storeId };
  const random = {
    bytes: (count: number) => Buffer.alloc(count, count === 32 ? 0x42 : 0x24),
    fraction: () => 0,
  };
  const keySlot = createKeySlot(Buffer.alloc(32, 7), storeId, 1, random);
  const header = { storeId, segment: 9, createdMs: 1_795_000_000_000, keySlot };
  const objectHash = createHash('sha256').update('bucket/key').digest();
  const writeId = '101112131415161718191a1b1c1d1e1f' as WriteId;
  const identity = { key: { writeId, index: 2 }, objectHash };
  const extent = {
    segment: 9,
    offset: 4096,
    firstFragment: 2 ** 32 + 2,
    shardNumber: 77,
    lengthBytes: 8200,
    keyEpoch: 1,
  };
  const fragments = sealedFragments(new FragmentCodec(key, identity, extent));
  const record = Buffer.from('{"an":"object record"}');
  const state = {
    storeId,
    sequence: 5,
    fragmentHighWater: 2 ** 33 + 7,
    shardHighWater: 2 ** 20 + 1,
    nextSegment: 10,
    keySlots: [keySlot],
  };
  const last = fragments.at(-1)!;
  expect({
    keySlot: `00000001${keySlot.wrapped.toString('hex')}`,
    segmentHeader: withoutPadding(encodeFileHeader({ kind: 'segment', ...header })),
    sidecarHeader: withoutPadding(encodeFileHeader({ kind: 'sidecar', ...header })),
    state: encodeState(state).toString('hex'),
    fragmentsSha256: fragments.map((one) => createHash('sha256').update(one).digest('hex')),
    lastFragmentHeadAndTag: Buffer.concat([last.subarray(0, 64), last.subarray(-16)]).toString('hex'),
    row: encodeRow({ identity, extent, record }, { key, number: extent.firstFragment + 2 }).toString('hex'),
  }).toEqual(answers);
});

function sealedFragments(codec: FragmentCodec): Buffer[] {
  const data = Buffer.alloc(2 * 8192);
  for (let at = 0; at < 8200; at += 1) data[at] = (at * 7 + 3) % 256;
  return [0, 1].map((ordinal) => {
    const sealed = Buffer.alloc(8240);
    codec.seal(ordinal, data.subarray(ordinal * 8192, (ordinal + 1) * 8192), sealed, 0);
    return sealed;
  });
}

function withoutPadding(page: Buffer): string {
  return page.toString('hex').replace(/(00)+$/, '');
}
