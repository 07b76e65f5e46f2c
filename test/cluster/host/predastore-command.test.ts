// How the `predastore` process ends when the world around it is not as it should be.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { dataDirectoryOf } from '../../../src/host/data-directory.ts';
import { writeRecord } from '../../../src/host/process-record.ts';
import { nodeId } from '../../../src/core/ids.ts';
import { PREDASTORE } from '../../support/cluster.ts';
import { freePort, startNats, type TestNats } from '../../support/nats-server.ts';

let nats: TestNats;
let node: NatsConnection;

beforeAll(async () => {
  nats = await startNats();
  node = await connect({ servers: [...nats.urls] });
  const Buckets = Array.from({ length: 1000 }, (_, n) => ({ Name: `bucket-${n}`, CreationDate: 'long ago' }));
  node.subscribe('s3.listbuckets', { callback: (_, msg) => void msg.respond(JSON.stringify({ Buckets })) });
});
afterAll(async () => {
  await node.close();
  await nats.stop();
});

function predastore(args: readonly string[], url: string): ChildProcess {
  const env = { ...process.env, NATS_URL: url, PREDASTORE_ACCOUNT: '123456789012' };
  return spawn(process.execPath, [PREDASTORE, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function endOf(child: ChildProcess): Promise<{ code: number; said: string }> {
  let said = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (text: Buffer) => (said += text.toString()));
  const code = await new Promise<number>((resolve) => child.once('close', resolve));
  return { code, said };
}

test('a reader that goes away (`predastore ls | head`) ends it without a word', async () => {
  const child = predastore(['ls'], nats.urls[0]!);
  child.stdout!.destroy();
  expect(await endOf(child)).toEqual({ code: 141, said: '' });
});

test('without a NATS server it ends as unavailable', async () => {
  const url = `nats://127.0.0.1:${await freePort()}`;
  expect(await endOf(predastore(['ls'], url))).toEqual({ code: 5, said: expect.stringContaining(url) });
});

test('a file that is not there is named, in words', async () => {
  const { code, said } = await endOf(predastore(['put', '/no/such/file', 'photos'], nats.urls[0]!));
  expect({ code, said }).toEqual({
    code: 2,
    said: 'predastore: /no/such/file: there is no such file or folder\n',
  });
});

test('a cluster that cannot be stopped by its records is named, with what ends it, and left alone', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'predastore-down-'));
  const other = createServer().listen(0, '127.0.0.1');
  try {
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const config = join(directory, 'cluster.toml');
    await writeFile(config, oneNode(port));
    const down = (): Promise<{ code: number; said: string }> => endOf(inDirectory(directory, 'down', config));
    expect(await down()).toMatchObject({ code: 1, said: expect.stringContaining(`sport = :${port}`) });
    await writeRecord(join(dataDirectoryOf(directory, nodeId(1)).path, 's3d.process.json'), process.pid);
    expect(await down()).toMatchObject({ code: 1, said: expect.stringContaining(`kill ${process.pid}`) });
    await new Promise((resolve) => other.close(resolve));
    await rm(join(directory, 'node-1'), { recursive: true });
    expect(await down()).toEqual({ code: 0, said: 'nothing was running\n' });
  } finally {
    other.close();
    await rm(directory, { recursive: true });
  }
}, 120_000);

test('a flag that a command does not have is refused before anything is done', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'predastore-flag-'));
  try {
    const config = join(directory, 'cluster.toml');
    await writeFile(config, oneNode(8443));
    const { code, said } = await endOf(inDirectory(directory, 'clean', '--dry-run', config));
    expect({ code, said }).toEqual({ code: 2, said: expect.stringContaining('no flag --dry-run') });
  } finally {
    await rm(directory, { recursive: true });
  }
}, 60_000);

function oneNode(port: number): string {
  return `version = 1
region = "eu-central-1"
[rs]
data = 1
parity = 0
[[auth]]
access_key_id = "AKIATESTTESTTEST"
secret_access_key = "secret/of+the=tests"
account_id = "123456789012"
[s3]
port = ${port}
[[db]]
id = 1
host = "127.0.0.1"
port = 4222
[[storage]]
id = 1
host = "127.0.0.1"
port = 9991
`;
}

function inDirectory(directory: string, ...args: string[]): ChildProcess {
  const env = { ...process.env, PREDA_DIR: directory };
  return spawn(process.execPath, [PREDASTORE, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}
