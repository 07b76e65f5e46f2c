// The commands about a node's data directory, as an operator runs them: on a real node, with objects in it, beside writers.

import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RebuildReport } from '../../../src/segments/rebuild-index.ts';
import type { StoreScan } from '../../../src/segments/segment-scan.ts';
import { ENTRY, TestCluster } from '../../support/cluster.ts';

const Bucket = 'tools';
const run = promisify(execFile);
const bodies = new Map<string, Buffer>();
let cluster: TestCluster;

beforeAll(async () => {
  cluster = await TestCluster.start({
    nodes: 1,
    dataShards: 1,
    parityShards: 0,
    config: '[reclaim]\ngrace_seconds = 3600',
  });
  await cluster.s3().send(new CreateBucketCommand({ Bucket }));
}, 120_000);

afterAll(() => cluster.close());

function s3d(...args: string[]): Promise<string> {
  return s3dWith('encryption.key', ...args);
}

async function s3dWith(keyFile: string, ...args: string[]): Promise<string> {
  const common = [
    ...['--config', join(cluster.directory, 'cluster.toml'), '--node', '1'],
    ...['--base-path', cluster.directory, '--encryption-key-file', join(cluster.directory, keyFile)],
  ];
  const { stdout } = await run(process.execPath, [ENTRY, ...args, ...common]);
  return stdout;
}

async function put(from: number, to: number): Promise<void> {
  for (let number = from; number < to; number += 1) {
    const Body = randomBytes(1 + number * 7001);
    bodies.set(`object ${number}`, Body);
    await cluster.s3().send(new PutObjectCommand({ Bucket, Key: `object ${number}`, Body }));
  }
}

async function expectObjects(): Promise<void> {
  for (const [Key, body] of bodies) {
    const { Body } = await cluster.s3().send(new GetObjectCommand({ Bucket, Key }));
    const got = await Body!.transformToByteArray();
    expect(digest(got)).toBe(digest(body));
  }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

test('s3d segscan --json tells the bytes of a node that runs', async () => {
  await put(0, 12);
  const { totals, segments } = JSON.parse(await s3d('segscan', '--json')) as StoreScan;
  expect(totals).toMatchObject({ liveShards: 12, deadShards: 0, orphanBytes: 0 });
  expect(segments.reduce((sum, { liveBytes }) => sum + liveBytes, 0)).toBe(totals.liveBytes);
  await cluster.s3().send(new DeleteObjectCommand({ Bucket, Key: 'object 0' }));
  bodies.delete('object 0');
  expect(await s3d('segscan')).toMatch(/^all +12 /m);
}, 60_000);

test('s3d rotate-key changes the master key under a node that runs and takes writes', async () => {
  const keyFile = join(cluster.directory, 'encryption.key');
  await rename(keyFile, `${keyFile}.old`);
  await writeFile(keyFile, randomBytes(32), { mode: 0o600 });
  // Until then the store is wrapped with the old key, and the other commands take both.
  await expect(s3d('segscan')).rejects.toThrow('--previous-encryption-key-file');
  expect(await s3d('segscan', '--previous-encryption-key-file', `${keyFile}.old`)).toMatch(/^all +12 /m);
  const [said] = await Promise.all([s3d('rotate-key'), put(12, 20)]);
  expect(said).toContain('the running node uses the new key');
  expect(await s3d('rotate-key')).toContain('in use already');
  await expectObjects();
}, 120_000);

test('s3d rebuild-index makes the index of a stopped node anew, row by row the one it had', async () => {
  await expect(s3d('rebuild-index')).rejects.toThrow(/in use|running/);
  await cluster.stop(1);
  // A node with a key that does not open its store says so, instead of waiting for the NATS servers of a cluster that it is not of.
  await expect(s3dWith('encryption.key.old')).rejects.toThrow('a different master key');
  const report = JSON.parse(await s3d('rebuild-index', '--compare', '--json')) as RebuildReport;
  expect(report).toMatchObject({ shards: 20, damagedBytes: 0 });
  expect(report.comparison).toEqual({ same: 20, moved: 0, added: 0, missing: 0 });
  await cluster.restart(1);
  await expectObjects();
  await put(20, 22);
}, 120_000);

test('a node whose index was deleted makes it anew at its start, and has every shard it had', async () => {
  await cluster.stop(1);
  const segments = join(cluster.directory, 'node-1', 'segments');
  await rm(join(segments, 'index'), { recursive: true });
  await cluster.restart(1);
  await expectObjects();
  await put(22, 24);
  await expectObjects();
}, 120_000);
