// Spinifex's question about the shape of the store is answered by us only where Spinifex itself does not.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NatsConnection } from '@nats-io/transport-node';
import { FallbackAnswer } from '../../../src/bus/fallback-answer.ts';
import { validateMessage } from '../../../src/contracts/validators.ts';
import { storageConfigOf } from '../../../src/host/start-storage-config.ts';
import { parseConfig } from '../../../src/config/load-config.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { BusFixture } from '../../support/bus-fixture.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';

const SUBJECT = 'spinifex.storage.config';
const TOML = `
version = 1
region = "ap-southeast-2"
[rs]
data = 2
parity = 1
[[bucket]]
name = "predastore"
region = "ap-southeast-2"
account_id = "123456789012"
${[1, 2, 3].map((id) => `[[db]]\nid = ${id}\nhost = "10.0.0.${id}"\nport = 4222\n[[storage]]\nid = ${id}\nhost = "10.0.0.${id}"\nport = 9991`).join('\n')}
`;

const config = parseConfig(TOML, {
  file: 'test.toml',
  directory: '/',
  overrides: {},
  readSecret: () => {
    throw new Error('no secrets here');
  },
});

let nats: TestNats;
let fixture: BusFixture;
let plain: NatsConnection;
const answers: FallbackAnswer[] = [];

beforeAll(async () => {
  nats = await startNats();
  fixture = new BusFixture(nats.urls);
  plain = await fixture.plain();
});
afterAll(async () => {
  await Promise.all(answers.map((answer) => answer.stop()));
  await fixture.close();
  await nats.stop();
});

async function node(id: number): Promise<void> {
  const { control: connection } = await fixture.bus(`node ${id}`);
  const document = (): object => storageConfigOf(config);
  const parts = { connection, subject: SUBJECT, queueGroup: 'predastore', document };
  const answer = new FallbackAnswer({ ...parts, clock: systemClock, log: silentLogger });
  answer.start();
  answers.push(answer);
}

/** Every answer that comes within a second: how Spinifex gathers them. */
async function gather(): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  const iterator = await plain.requestMany(SUBJECT, '', { strategy: 'timer', maxWait: 1_000 });
  for await (const message of iterator) found.push(message.json());
  return found;
}

test('one node of three answers, as long as nobody else does', async () => {
  for (const id of [1, 2, 3]) await node(id);
  const found = await gather();
  expect(found).toHaveLength(1);
  expect(validateMessage('storage-config.reply.v1', found[0])).toBeUndefined();
  expect(found[0]).toEqual({
    encoding: { data_shards: 2, parity_shards: 1 },
    meta_nodes: [1, 2, 3].map((id) => ({ id, host: `10.0.0.${id}`, port: 4222 })),
    blob_nodes: [1, 2, 3].map((id) => ({ id, host: `10.0.0.${id}`, port: 9991 })),
    buckets: [{ name: 'predastore', region: 'ap-southeast-2' }],
  });
  await Promise.all(answers.splice(0).map((answer) => answer.stop()));
});

test('where a daemon of Spinifex answers, we keep silent', async () => {
  plain.subscribe(SUBJECT, { callback: (_error, message) => void message.respond('{"daemon":true}') });
  await node(4);
  expect(await gather()).toEqual([{ daemon: true }]);
});
