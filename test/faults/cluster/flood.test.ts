// Far more clients at once than a node has places for. What has no place is told so, and when to come back; what was acknowledged is
// there; operators and probes are answered meanwhile; memory stays bounded.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Bus } from '../../../src/bus/connection.ts';
import { createClient, storeOver, type Store } from '../../../src/client/index.ts';
import type { AdminStatusReply } from '../../../src/contracts/generated/messages.ts';
import {
  OPERATION_WAIT_MAX_MS,
  OPERATIONS_RUNNING_MAX,
  OPERATIONS_WAITING_MAX,
} from '../../../src/core/limits.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { TEST_CREDENTIALS, TestCluster } from '../../support/cluster.ts';
import type { S3Wire } from '../../support/faults/s3-wire.ts';

/** Each takes a place and keeps it: half of its body comes, then nothing. */
const SLOW_CLIENTS = OPERATIONS_RUNNING_MAX;
/** More than the line holds; over NATS, where a client costs the test little. */
const CALLERS = OPERATIONS_WAITING_MAX + 300;
/** Over HTTP, when the line is full. */
const LATE_CLIENTS = 40;
const BODY_BYTES = 8 * 1024;
const SILENCE_MS = 90_000;
/** Of an operator's request under the flood, on a machine that runs other tests beside; without places of its own it would be for ever. */
const CONTROL_LIMIT_MS = 15_000;
/** Nobody waits in line for longer than OPERATION_WAIT_MAX_MS; the rest is the machine. */
const ANSWERED_LIMIT_MS = OPERATION_WAIT_MAX_MS + 20_000;
const MEMORY_GROWTH_MAX = 600 * 1024 * 1024;

let cluster: TestCluster;
let bus: Bus;
let store: Store;
let clients: S3Wire;
let operator: S3Wire;

beforeAll(async () => {
  cluster = await TestCluster.start({ nodes: 1, dataShards: 1, parityShards: 0 });
  clients = cluster.wire(1, { silenceMs: SILENCE_MS, socketsMax: SLOW_CLIENTS + LATE_CLIENTS });
  operator = cluster.wire(1, { silenceMs: SILENCE_MS });
  bus = await cluster.nodeBus();
  store = storeOver(createClient({ bus }), { accountId: TEST_CREDENTIALS.accountId, attempts: 1 });
  await store.createBucket({ Bucket: 'flood' });
  await store.putObject({ Bucket: 'flood', Key: 'known', Body: 'known' });
  await cluster.ask(1, 'AdminStatus');
}, 120_000);

afterAll(async () => {
  clients.close();
  operator.close();
  await store.close();
  await bus.close();
  await cluster.close();
});

/** The operator's look at the node; how long it took. */
async function look(): Promise<number> {
  const beganMs = performance.now();
  const { state } = await cluster.ask<AdminStatusReply>(1, 'AdminStatus');
  const health = await operator.send({ method: 'GET', path: '/-/healthz' });
  expect({ state, health: health.status }).toEqual({ state: 'Leader', health: 200 });
  return performance.now() - beganMs;
}

/** Resolves when all places are taken by the slow ones: the next request does not get its answer before it has left the line. */
async function untilFull(): Promise<void> {
  while ((await Promise.race([read(), systemClock.sleep(2_000).then(() => 'waits')])) !== 'waits');
}

const read = (): Promise<string> =>
  store.getObject({ Bucket: 'flood', Key: 'known' }).then(
    ({ Body }) => Body.text(),
    (error: unknown) => (error as { code: string }).code,
  );

test('a flood is answered SlowDown with Retry-After in bounded time, and the node stays within reach of its operator', async () => {
  const before = await cluster.residentBytes(1);
  const body = randomBytes(BODY_BYTES);
  let letGo = (): void => undefined;
  const halfway = new Promise<void>((resolve) => (letGo = resolve));
  const slow = Array.from({ length: SLOW_CLIENTS }, (_, n) =>
    clients.send({ method: 'PUT', path: `/flood/${n}`, body, halfway }),
  );
  await untilFull();

  const beganMs = performance.now();
  const flooded = { isOver: false };
  const flood = Promise.all(Array.from({ length: CALLERS }, read)).finally(() => (flooded.isOver = true));
  const late = Array.from({ length: LATE_CLIENTS }, () =>
    clients.send({ method: 'GET', path: '/flood/known' }),
  );
  let [slowestMs, most] = [0, 0];
  while (!flooded.isOver) {
    slowestMs = Math.max(slowestMs, await look());
    most = Math.max(most, await cluster.residentBytes(1));
    await systemClock.sleep(100);
  }
  expect(countOf(await flood)).toEqual({ SlowDown: CALLERS });
  expect(performance.now() - beganMs).toBeLessThan(ANSWERED_LIMIT_MS);
  for (const { status, headers, body: text } of await Promise.all(late)) {
    expect([status, Number(headers['retry-after']) > 0]).toEqual([503, true]);
    expect(text.toString()).toContain('<Code>SlowDown</Code>');
  }
  expect(slowestMs).toBeLessThan(CONTROL_LIMIT_MS);
  expect(most - before).toBeLessThan(MEMORY_GROWTH_MAX);

  letGo();
  const stored = await Promise.all(slow);
  expect(countOf(stored.map(({ status }) => String(status)))).toEqual({ 200: SLOW_CLIENTS });
  expect(await read()).toBe('known');
  const last = await operator.send({ method: 'GET', path: `/flood/${SLOW_CLIENTS - 1}` });
  expect(last.body.equals(body)).toBe(true);
}, 240_000);

function countOf(answers: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
  return counts;
}
