// What a client on NATS sees of a whole cluster whose NATS servers are in trouble: the leader of the metadata dies, the quorum is lost.
// docs/nats-api.md states these effects ("When NATS is in trouble").

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Bus } from '../../../src/bus/connection.ts';
import { StreamAdmin } from '../../../src/bus/stream-admin.ts';
import { createClient, storeOver, type Store } from '../../../src/client/index.ts';
import { METADATA_STREAM } from '../../../src/metadata/subjects.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { TEST_CREDENTIALS, TestCluster } from '../../support/cluster.ts';

/** Patience with metadata (10 s), and what a loaded machine adds; for coming back also an election of the metadata group. */
const ANSWER_LIMIT_MS = 20_000;
const BACK_LIMIT_MS = 60_000;
const RETRY_PAUSE_MS = 5;

let cluster: TestCluster;
let bus: Bus;
let store: Store;

beforeAll(async () => {
  cluster = await TestCluster.start({ nodes: 3, dataShards: 2, parityShards: 1 });
  bus = await cluster.nodeBus();
  const accountId = TEST_CREDENTIALS.accountId;
  store = storeOver(createClient({ bus }), { accountId, attempts: 1 });
  await store.createBucket({ Bucket: 'trouble' });
  await store.putObject({ Bucket: 'trouble', Key: 'known', Body: 'known' });
}, 120_000);
afterAll(async () => {
  await store.close();
  await bus.close();
  await cluster.close();
}, 60_000);

interface Outcome {
  readonly code: string;
  readonly ms: number;
}

async function outcomeOf(work: () => Promise<unknown>): Promise<Outcome> {
  const startedMs = performance.now();
  const code = await work().then(
    () => 'done',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
  const outcome = { code, ms: performance.now() - startedMs };
  // Without a connection a call fails at once: whoever calls again must let the connection come back.
  if (code !== 'done') await systemClock.sleep(RETRY_PAUSE_MS);
  return outcome;
}

/** The first answer that is not "later"; there is one within BACK_LIMIT_MS. */
async function settledOutcome(work: () => Promise<unknown>): Promise<string> {
  const startedMs = performance.now();
  for (;;) {
    const { code } = await outcomeOf(work);
    if (!['ServiceUnavailable', 'SlowDown'].includes(code)) return code;
    expect(performance.now() - startedMs).toBeLessThan(BACK_LIMIT_MS);
  }
}

const get = (Key: string) => (): Promise<string> =>
  store.getObject({ Bucket: 'trouble', Key }).then(({ Body }) => Body.text());
const put = (Key: string) => (): Promise<unknown> => store.putObject({ Bucket: 'trouble', Key, Body: Key });

async function leader(): Promise<number> {
  const state = await (await StreamAdmin.open(bus.control)).state(METADATA_STREAM);
  return Number(/-(\d+)$/.exec(state?.leader ?? '')?.[1]);
}

test('the server that leads the metadata is killed: requests wait or are 503, none is answered wrongly', async () => {
  const acknowledged: string[] = [];
  const outcomes: Outcome[] = [];
  let isOver = false;
  const working = [1, 2, 3, 4].map(async (worker) => {
    for (let at = 0; !isOver; at += 1) {
      const key = `leader-${worker}-${at}`;
      const written = await outcomeOf(put(key));
      if (written.code === 'done') acknowledged.push(key);
      outcomes.push(written, await outcomeOf(get('known')));
    }
  });
  while (acknowledged.length < 8) await systemClock.sleep(10);
  const led = await leader();
  await cluster.killNats(led);
  const before = acknowledged.length;
  // Its s3d starts it again; meanwhile the others lead.
  while (acknowledged.length < before + 20) await systemClock.sleep(10);
  isOver = true;
  await Promise.all(working);
  expect(new Set(outcomes.map(({ code }) => code)).size).toBeLessThanOrEqual(2);
  expect(outcomes.filter(({ code }) => code !== 'done' && code !== 'ServiceUnavailable')).toEqual([]);
  expect(Math.max(...outcomes.map(({ ms }) => ms))).toBeLessThan(ANSWER_LIMIT_MS);
  for (const key of acknowledged) {
    let read = await outcomeOf(get(key));
    while (read.code === 'ServiceUnavailable') read = await outcomeOf(get(key));
    expect({ key, code: read.code }).toEqual({ key, code: 'done' });
  }
}, 120_000);

test('two of three servers are frozen: every request is 503 in bounded time, none is "not found"; then all is back', async () => {
  for (const node of [2, 3]) await cluster.pause(node);
  const asked = [get('known'), get('absent'), put('late'), () => store.listObjectsV2({ Bucket: 'trouble' })];
  const outcomes = await Promise.all(asked.map(outcomeOf));
  for (const node of [2, 3]) await cluster.resume(node);
  const [known, ...others] = outcomes;
  // The lease of the leader (a few seconds) may outlive the freeze: what is read under it is true.
  expect(known?.code).toMatch(/^(done|ServiceUnavailable|SlowDown)$/);
  expect(others.map(({ code }) => code).join()).toMatch(/^((ServiceUnavailable|SlowDown),?){3}$/);
  expect(Math.max(...outcomes.map(({ ms }) => ms))).toBeLessThan(ANSWER_LIMIT_MS);
  // Each may ask another node, and one that was frozen refuses work until its event loop has caught up.
  expect(await settledOutcome(put('back'))).toBe('done');
  expect(await settledOutcome(async () => expect(await get('known')()).toBe('known'))).toBe('done');
  expect(await settledOutcome(get('absent'))).toBe('NoSuchKey');
}, 120_000);
