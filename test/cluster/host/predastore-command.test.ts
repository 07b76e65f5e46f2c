// How the `predastore` process ends when the world around it is not as it should be.

import { spawn, type ChildProcess } from 'node:child_process';

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect, type NatsConnection } from '@nats-io/transport-node';

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
  child.stderr!.on('data', (text: Buffer) => (said += text.toString()));
  child.stdout!.resume();
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
