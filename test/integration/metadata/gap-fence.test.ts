// A follower that lags behind a key-value stream is handed a history with holes: superseded records are gone. What it calls
// safe must be right all the same.

import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { connectBus, type Bus } from '../../../src/bus/connection.ts';
import { StreamAdmin } from '../../../src/bus/stream-admin.ts';
import { StreamClient } from '../../../src/bus/stream-client.ts';
import { StreamTail, type TailBatch, type TailPosition } from '../../../src/bus/stream-tail.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { busOptions } from '../../support/bus-fixture.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';

let nats: TestNats;
let bus: Bus;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus(busOptions(nats.urls, 'gap test'));
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

interface Snapshot {
  readonly applied: number;
  readonly safe: number;
  readonly revisions: ReadonlyMap<string, number>;
}

test('at every safe revision a lagging follower holds the last write of every key', async () => {
  const admin = await StreamAdmin.open(bus.control);
  await admin.ensure({
    name: 'GAPS',
    subjects: ['gaps.>'],
    replicas: 1,
    purpose: 'key-value',
    // The shortest history makes the most holes.
    history: 1,
    messageBytesMax: 1024,
    duplicateWindowMs: 1_000,
    consumersMax: 10,
    bytesMax: -1,
  });
  const client = new StreamClient(bus.control, 'GAPS');
  const written: { subject: string; sequence: number }[] = [];
  const snapshots: Snapshot[] = [];
  const revisions = new Map<string, number>();
  const follower = {
    accept: (_state: unknown, position: TailPosition) => Promise.resolve(position),
    apply: async (batch: TailBatch) => {
      for (const { subject, sequence } of batch.messages) revisions.set(subject, sequence);
      snapshots.push({ applied: batch.applied, safe: batch.safe, revisions: new Map(revisions) });
      await sleep(10);
    },
  };
  const common = {
    connection: bus.control,
    admin,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
  };
  const start = { applied: 0, safe: 0 };
  const tail = new StreamTail({ ...common, stream: 'GAPS', filter: 'gaps.>', name: 'gap', start, follower });
  const write = async (subject: string): Promise<void> => {
    const outcome = await client.append({ subject, payload: Buffer.from('x') }, 20_000);
    if (outcome.kind !== 'stored') throw new Error(outcome.kind);
    written.push({ subject, sequence: outcome.sequence });
  };
  // Thousands of keys first, the oldest of them overwritten: whoever starts now passes holes on its way to the new values.
  const cold = Array.from({ length: 2_500 }, (_, at) => `gaps.cold${at}`);
  await Promise.all(cold.map(write));
  await Promise.all(cold.slice(0, 500).map(write));
  const running = tail.run();
  for (let round = 0; round < 100; round += 1) {
    await Promise.all(
      ['hot', 'hot', 'warm', `cold${round % 50}`, 'hot'].map((name) => write(`gaps.${name}`)),
    );
  }
  const last = Math.max(...written.map(({ sequence }) => sequence));
  for (let tries = 0; (snapshots.at(-1)?.safe ?? 0) < last; tries += 1) {
    if (tries > 500) throw new Error('never safe');
    await sleep(20);
  }
  await tail.stop();
  await running;

  written.sort((a, b) => a.sequence - b.sequence);
  /** Keys of which the snapshot does not hold the last write up to `revision`. */
  const wrongAt = (snapshot: Snapshot, revision: number): string[] => {
    const truth = new Map<string, number>();
    for (const { subject, sequence } of written) if (sequence <= revision) truth.set(subject, sequence);
    return [...truth].flatMap(([key, at]) => ((snapshot.revisions.get(key) ?? 0) >= at ? [] : [key]));
  };
  for (const snapshot of snapshots) expect(wrongAt(snapshot, snapshot.safe)).toEqual([]);
  expect(snapshots.some(({ safe, applied }) => safe < applied)).toBe(true);
  // And it was needed: taking "applied" for "safe" would have been wrong.
  expect(
    snapshots.filter((snapshot) => wrongAt(snapshot, snapshot.applied).length > 0).length,
  ).toBeGreaterThan(0);
}, 60_000);
