// Whole processes: what a kill, an orphaned NATS server and a restart leave of acknowledged objects.

import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { readdirSync, readFileSync } from 'node:fs';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AdminStatusReply } from '../../../src/contracts/generated/messages.ts';
import { DRAIN_LIMIT_MS } from '../../../src/host/node.ts';
import { until } from '../../support/until.ts';
import { TestCluster } from '../../support/cluster.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await TestCluster.start({ nodes: 3, dataShards: 2, parityShards: 1 });
  await cluster.s3(1).send(new CreateBucketCommand({ Bucket: 'objects' }));
}, 120_000);
afterAll(async () => {
  await cluster.close();
}, 60_000);

const body = randomBytes(1_500_000);
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function put(client: S3Client, key: string): Promise<void> {
  await client.send(new PutObjectCommand({ Bucket: 'objects', Key: key, Body: body }));
}

async function read(client: S3Client, key: string): Promise<string> {
  const reply = await client.send(new GetObjectCommand({ Bucket: 'objects', Key: key }));
  return digest(await reply.Body!.transformToByteArray());
}

test('an object written through one node is read through every other', async () => {
  await put(cluster.s3(1), 'anywhere');
  for (const node of [1, 2, 3]) expect(await read(cluster.s3(node), 'anywhere')).toBe(digest(body));
});

test('with one machine gone, what was acknowledged is read and new objects are written', async () => {
  await put(cluster.s3(1), 'before');
  await cluster.powerOff(3);
  const patient = cluster.s3(1, 5);
  expect(await read(patient, 'before')).toBe(digest(body));
  await put(patient, 'during');
  await cluster.restart(3);
  expect(await read(cluster.s3(3, 5), 'during')).toBe(digest(body));
}, 120_000);

test('a node that was killed ends its orphaned NATS server at the next start, and knows every object', async () => {
  await cluster.killProcess(2);
  await cluster.restart(2);
  expect(await cluster.log(2)).toContain('ended the nats-server of an earlier run');
  const list = await cluster.s3(2, 5).send(new ListObjectsV2Command({ Bucket: 'objects' }));
  expect(list.Contents?.map(({ Key }) => Key)).toEqual(['anywhere', 'before', 'during']);
}, 120_000);

/** A body whose second half comes when the test says so. */
function heldBack(): { readonly stream: Readable; readonly finish: () => void } {
  let finish = (): void => undefined;
  const asked = new Promise<void>((resolve) => (finish = resolve));
  async function* halves(): AsyncGenerator<Buffer> {
    yield body.subarray(0, body.length / 2);
    await asked;
    yield body.subarray(body.length / 2);
  }
  return { stream: Readable.from(halves()), finish };
}

async function putSlowly(client: S3Client, key: string, stream: Readable): Promise<unknown> {
  const request = { Bucket: 'objects', Key: key, Body: stream, ContentLength: body.length };
  return client.send(new PutObjectCommand(request)).then(
    () => 'stored',
    (error: unknown) => error,
  );
}

test('SIGTERM lets requests under way finish, cuts at a bound those that do not, and ends with code 0', async () => {
  await cluster.stop(3);
  const node = cluster.spawn(3);
  let output = '';
  node.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => node.once('exit', resolve));
  await until(async () => (await cluster.probe(3, '/-/readyz')) !== '');
  const [slow, stuck] = [heldBack(), heldBack()];
  const [finishing, hanging] = [cluster.s3(3), cluster.s3(3)];
  const finished = putSlowly(finishing, 'finished', slow.stream);
  const cut = putSlowly(hanging, 'cut', stuck.stream);
  await until(async () => (await cluster.probe(3, '/-/metrics')).includes('predastore_s3_in_flight 2'));

  const askedMs = Date.now();
  node.kill('SIGTERM');
  await until(() => Promise.resolve(output.includes('"draining"')));
  // Nobody new is let in, and those who are in go on.
  await expect(read(cluster.s3(3), 'anywhere')).rejects.toThrow();
  slow.finish();
  expect(await finished).toBe('stored');
  expect(await cut).toBeInstanceOf(Error);
  expect(await ended).toBe(0);
  expect(Date.now() - askedMs).toBeLessThan(DRAIN_LIMIT_MS + 5_000);
  expect(output).toMatch(/"msg":"stopped"\}\s*$/);
  expect(output).not.toMatch(/stopping .* failed|did not stop in time/);
  stuck.finish();
  expect(await read(cluster.s3(1, 5), 'finished')).toBe(digest(body));
  await expect(read(cluster.s3(1, 5), 'cut')).rejects.toThrow('key does not exist');
  await cluster.restart(3);
}, 120_000);

test('short of descriptors a node answers SlowDown, and still its operator; with more of them it serves again', async () => {
  const pid = String(await cluster.pidOf(1));
  const client = cluster.s3(1);
  expect(await read(client, 'anywhere')).toBe(digest(body));
  const open = readdirSync(`/proc/${pid}/fd`).length;
  const setLimit = (soft: number): Buffer => execFileSync('prlimit', ['--pid', pid, `--nofile=${soft}:`]);
  const before = Number(/^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1]);
  setLimit(Math.ceil(open / 0.93));
  try {
    let refusal: unknown;
    await until(async () => {
      refusal = await read(client, 'anywhere').catch((error: unknown) => error);
      return typeof refusal !== 'string';
    });
    expect(refusal).toMatchObject({ name: 'SlowDown', $metadata: { httpStatusCode: 503 } });
    expect(refusal).toHaveProperty('$response.headers.retry-after', '1');
    const status = await cluster.ask<AdminStatusReply>(1, 'AdminStatus');
    expect(status.node_id).toBe('1');
  } finally {
    setLimit(before);
  }
  await until(async () => (await read(client, 'anywhere')) === digest(body));
  expect(await cluster.log(1)).toContain('under pressure');
}, 60_000);

test('a second process on the same data directory is refused', async () => {
  const child = cluster.spawn(1);
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  expect(code).toBe(2);
  expect(complaint).toMatch(/is in use by process \d+/);
});
