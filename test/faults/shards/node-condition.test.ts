import { afterEach, expect, test } from '@jest/globals';
import {
  PEER_OPEN_TIMEOUT_MS,
  PEER_PROBE_MAX_MS,
  PEER_PROBE_MS,
  SHARD_IDLE_TIMEOUT_MS,
  SHARD_OPERATIONS_PER_NODE_MAX,
} from '../../../src/core/limits.ts';
import { getReply, hang, honestPings, HOSTILE, HostileNode } from '../../support/hostile-node.ts';
import { keyOf } from '../../support/segment-stores.ts';

let node: HostileNode | undefined;
afterEach(async () => {
  await node?.close();
  node = undefined;
});

const RANGE = { start: 0, end: 10 };

async function startHonest(): Promise<HostileNode> {
  node = await HostileNode.start(honestPings((stream) => stream.end(getReply(10))));
  return node;
}

async function read(target: HostileNode): Promise<void> {
  const outcome = await target.client.get(HOSTILE, keyOf(1), RANGE);
  if (outcome.kind === 'absent') throw new Error('absent');
  for await (const _chunk of outcome.download.bytes);
}

/** The code with which `work` fails while the clock moves by `byMs`. */
async function failure(target: HostileNode, work: Promise<unknown>, byMs: number): Promise<unknown> {
  const ended = work.then(
    () => 'ok',
    (error: unknown) => (error as { code?: unknown }).code,
  );
  await target.clock.advance(byMs);
  return Promise.race([ended, new Promise((resolve) => setImmediate(() => resolve('pending')))]);
}

test('many first operations share one dial', async () => {
  const target = await startHonest();
  await Promise.all(Array.from({ length: 50 }, () => read(target)));
  expect(target.dials).toBe(1);
});

test('a node that cannot be dialled is down; calls fail at once, and probes find it when it is back', async () => {
  const target = await startHonest();
  await target.die();
  await expect(read(target)).rejects.toMatchObject({ code: 'peer-unreachable' });
  expect(target.client.condition(HOSTILE)).toBe('down');
  const dials = target.dials;
  await expect(read(target)).rejects.toMatchObject({ code: 'peer-unreachable' });
  expect(target.dials).toBe(dials);
  await target.listen();
  await target.clock.advance(PEER_PROBE_MS);
  expect(target.client.condition(HOSTILE)).toBe('suspect');
  await target.clock.advance(PEER_PROBE_MS);
  expect(target.client.condition(HOSTILE)).toBe('up');
  await read(target);
});

test('probes of a dead node grow rarer, but never rarer than their bound', async () => {
  const target = await startHonest();
  await target.die();
  await expect(read(target)).rejects.toMatchObject({ code: 'peer-unreachable' });
  const before = target.dials;
  await target.clock.advance(60_000);
  const probes = target.dials - before;
  expect(probes).toBeGreaterThanOrEqual(Math.floor(60_000 / PEER_PROBE_MAX_MS));
  expect(probes).toBeLessThanOrEqual(20);
});

test('a node without an address is down', async () => {
  node = new HostileNode(() => hang());
  await expect(read(node)).rejects.toMatchObject({ code: 'peer-unreachable' });
  expect(node.client.condition(HOSTILE)).toBe('down');
});

test('a dial that never ends costs no more than its bound', async () => {
  const target = await startHonest();
  target.faults.connect = () => hang();
  expect(await failure(target, read(target), PEER_OPEN_TIMEOUT_MS)).toBe('peer-unreachable');
});

test('a stream that never opens costs no more than its bound, and the connection is replaced', async () => {
  const target = await startHonest();
  await read(target);
  target.faults.openStream = () => hang();
  expect(await failure(target, read(target), PEER_OPEN_TIMEOUT_MS)).toBe('peer-stalled');
  expect(target.client.condition(HOSTILE)).toBe('down');
  delete target.faults.openStream;
  await target.clock.advance(2 * PEER_PROBE_MS);
  await read(target);
  expect(target.dials).toBe(2);
});

test('one stall is followed by a ping and forgiven when it is answered', async () => {
  const target = await startHonest();
  target.play = honestPings(() => hang());
  expect(await failure(target, read(target), SHARD_IDLE_TIMEOUT_MS)).toBe('peer-stalled');
  expect(target.arrived).toEqual(['get', 'ping']);
  expect([target.client.condition(HOSTILE), target.dials]).toEqual(['up', 1]);
});

test('a node that answers nothing any more is down after one stall and an unanswered ping', async () => {
  const target = await startHonest();
  target.play = () => hang();
  const bound = SHARD_IDLE_TIMEOUT_MS + PEER_OPEN_TIMEOUT_MS;
  expect(await failure(target, read(target), bound)).toBe('peer-stalled');
  expect(target.client.condition(HOSTILE)).toBe('down');
});

test('two stalls at once cost the connection; the node is dialled again', async () => {
  const target = await startHonest();
  target.play = honestPings(() => hang());
  const both = Promise.allSettled([read(target), read(target)]);
  await target.clock.advance(SHARD_IDLE_TIMEOUT_MS);
  await both;
  expect(target.client.condition(HOSTILE)).toBe('down');
  await target.clock.advance(PEER_PROBE_MS);
  expect([target.client.condition(HOSTILE), target.dials]).toEqual(['suspect', 2]);
});

test('a suspect gets one operation at a time', async () => {
  const target = await startHonest();
  await target.die();
  await expect(read(target)).rejects.toMatchObject({ code: 'peer-unreachable' });
  await target.listen();
  await target.clock.advance(PEER_PROBE_MS);
  expect(target.client.condition(HOSTILE)).toBe('suspect');
  const [first, second] = await Promise.allSettled([read(target), read(target)]);
  expect([first.status, second.status]).toEqual(['fulfilled', 'rejected']);
  expect(target.client.condition(HOSTILE)).toBe('up');
});

test('a lost connection is noticed and dialled again before the next operation needs it', async () => {
  const target = await startHonest();
  await read(target);
  await target.connection!.close();
  await target.clock.advance(1);
  expect([target.client.condition(HOSTILE), target.dials]).toEqual(['up', 2]);
  await read(target);
});

test('operations beyond the bound are refused, not queued', async () => {
  const target = await startHonest();
  const uploads = Array.from({ length: SHARD_OPERATIONS_PER_NODE_MAX }, (_upload, i) =>
    target.client.put(HOSTILE, { key: keyOf(i), objectHash: Buffer.alloc(32), lengthBytes: 10 }),
  );
  const open = await Promise.all(uploads);
  await expect(read(target)).rejects.toMatchObject({ code: 'overloaded' });
  expect(target.client.condition(HOSTILE)).toBe('up');
  open[0]!.abort(new Error('room'));
  await read(target);
});

test('a closed client refuses, and leaves no timer behind', async () => {
  const target = await startHonest();
  await target.die();
  await expect(read(target)).rejects.toMatchObject({ code: 'peer-unreachable' });
  await target.client.close();
  await expect(read(target)).rejects.toMatchObject({ code: 'cancelled' });
  expect(target.clock.pending).toBe(0);
});
