// Events come from the metadata stream: whoever publishes may die between a commit and its event.

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { connectBus, type Bus } from '../../../src/bus/connection.ts';
import { KeptValues } from '../../../src/bus/kept-values.ts';
import { StreamAdmin } from '../../../src/bus/stream-admin.ts';
import { validateMessage } from '../../../src/contracts/validators.ts';
import type { BucketRecord } from '../../../src/contracts/records.ts';
import { NULL_VERSION } from '../../../src/core/ids.ts';
import { EVENT_STREAM, EventLog, type OutgoingEvent } from '../../../src/events/event-log.ts';
import { EventPublisher } from '../../../src/events/event-publisher.ts';
import { PublisherSeat, SEAT_PREFIX, seatSettings } from '../../../src/events/publisher-seat.ts';
import type { MetadataPlane } from '../../../src/metadata/metadata-store.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { noMetrics } from '../../../src/platform/metrics.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { busOptions } from '../../support/bus-fixture.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { MetadataPlanes, someObject } from '../../support/metadata-planes.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';

interface Told {
  readonly subject: string;
  readonly name: string;
  readonly key: string;
  readonly object: Readonly<Record<string, unknown>>;
}

const planes = new MetadataPlanes();
const clock = systemClock;
let nats: TestNats;
let bus: Bus;
let plane: MetadataPlane;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus(busOptions(nats.urls, 'events test'));
  ({ plane } = await planes.open(nats.urls, 1));
});
afterAll(async () => {
  await planes.closeAll();
  await bus.close();
  await nats.stop();
});

function publisher(holder: string, events = new EventLog(bus.control, 1)): EventPublisher {
  const connection = bus.control;
  const parts = { connection, clock, random: systemRandom };
  const values = new KeptValues({ ...parts, settings: seatSettings(1), prefix: SEAT_PREFIX });
  return new EventPublisher({
    ...parts,
    admin: () => StreamAdmin.open(connection),
    buckets: plane.buckets,
    // The lease of a dead holder ends in a second instead of sixteen.
    seat: new PublisherSeat({ values, clock: fastClock(16), holder }),
    events,
    log: silentLogger,
    metrics: noMetrics,
  });
}

/** Sends nothing from its `dies`-th event on: what a process that was killed there has not sent. */
class DyingLog extends EventLog {
  readonly died: Promise<void>;
  #left: number;
  #die: () => void = () => undefined;

  constructor(left: number) {
    super(bus.control, 1);
    this.#left = left;
    this.died = new Promise((resolve) => (this.#die = resolve));
  }

  override async publish(event: OutgoingEvent): Promise<void> {
    this.#left -= 1;
    if (this.#left >= 0) return super.publish(event);
    this.#die();
    throw new Error('dead');
  }
}

function notified(name: string, events: readonly string[], rules: readonly object[] = []): BucketRecord {
  const target = {
    Id: 'all',
    Events: events,
    TopicArn: 'arn:predastore:nats:::events',
    Filter: { Key: { FilterRules: rules as { Name: string; Value: string }[] } },
  };
  return {
    v: 1,
    id: `id-${name.replaceAll('.', '-')}`,
    name,
    account: '111111111111',
    region: 'r',
    created: '2026-01-01T00:00:00.000Z',
    state: 'active',
    public: false,
    declared: false,
    settings: { notification: { TopicConfigurations: [target] } },
  };
}

/** Every event of the stream from a sequence on, once there are `count` of them. */
async function told(subject: string, count: number): Promise<readonly Told[]> {
  const client = await StreamAdmin.open(bus.control);
  const found: Told[] = [];
  for (let sequence = 1; found.length < count;) {
    const state = await client.state(EVENT_STREAM);
    if (state === undefined || state.lastSequence < sequence) {
      await clock.sleep(50);
      continue;
    }
    const message = await client.manager.streams.getMessage(EVENT_STREAM, { seq: sequence });
    sequence += 1;
    if (!message?.subject.startsWith(subject)) continue;
    expect(validateMessage('object-event.v1', message.json())).toBeUndefined();
    const { Records } = message.json<{
      Records: readonly { eventName: string; s3: { object: { key: string } } }[];
    }>();
    const [record] = Records;
    if (record === undefined) throw new Error('an event has a record');
    const { object } = record.s3;
    found.push({ subject: message.subject, name: record.eventName, key: object.key, object: { ...object } });
  }
  return found;
}

async function write(bucketId: string, key: string): Promise<void> {
  const outcome = await plane.objects.put({ bucketId, key }, someObject(), 'any');
  expect(outcome.kind).toBe('committed');
}

test('what was committed when the publisher died is published by the next one, once and in order', async () => {
  const bucket = notified('photos', ['s3:ObjectCreated:*', 's3:ObjectRemoved:*']);
  await plane.buckets.put(bucket, 'absent');
  const log = new DyingLog(3);
  const first = publisher('first', log);
  first.start();
  for (let at = 0; at < 6; at += 1) await write(bucket.id, at % 2 === 0 ? 'one' : 'dir/two words');
  await plane.objects.remove({ bucketId: bucket.id, key: 'one' }, 'r', 'any');
  await log.died;
  await first.stop();
  const second = publisher('second');
  second.start();
  try {
    const events = await told('s3.events.photos.', 7);
    const names = (key: string): string[] => events.filter((e) => e.key === key).map(({ name }) => name);
    expect(names('one')).toEqual([...Array<string>(3).fill('ObjectCreated:Put'), 'ObjectRemoved:Delete']);
    expect(names('dir/two+words')).toEqual(Array<string>(3).fill('ObjectCreated:Put'));
    for (const key of ['one', 'dir/two+words']) {
      const order = events.filter((e) => e.key === key).map(({ object }) => String(object['sequencer']));
      expect(order).toEqual([...order].sort());
    }
    // Everything before the marker is there, and there once.
    await write(bucket.id, 'marker');
    expect((await told('s3.events.photos.', 8))[7]).toMatchObject({
      subject: 's3.events.photos.created',
      key: 'marker',
      object: { size: 5, eTag: '5d41402abc4b2a76b9719d911017c592' },
    });
  } finally {
    await second.stop();
  }
});

test('filters, versions, copies; what is only written again is no event', async () => {
  const wanted = notified(
    'my.logs',
    ['s3:ObjectCreated:Copy', 's3:ObjectCreated:Put', 's3:ObjectRemoved:*', 's3:LifecycleExpiration:*'],
    [
      { Name: 'Prefix', Value: 'in/' },
      { Name: 'suffix', Value: '.txt' },
    ],
  );
  await plane.buckets.put(wanted, 'absent');
  const address = { bucketId: wanted.id, key: 'in/a.txt' };
  const [older, newer] = ['0'.repeat(31) + '1', '0'.repeat(31) + '2'].map((versionId) =>
    someObject({ versionId }),
  );
  if (older === undefined || newer === undefined) throw new Error('two records');
  const third = publisher('third');
  third.start();
  try {
    await write(wanted.id, 'out/a.txt');
    await write(wanted.id, 'in/a.png');
    const one = await plane.objects.put(address, older, 'absent');
    const two = await plane.objects.change(address, {
      head: newer,
      expected: { revision: revisionOf(one) },
      archived: older,
    });
    // Tags.
    const three = await plane.objects.put(address, newer, { revision: revisionOf(two) }, { kind: 'revised' });
    const archived = await plane.versions.newest(wanted.id, address.key);
    const four = await plane.objects.change(address, {
      head: older,
      expected: { revision: revisionOf(three) },
      dropped: { version: older.versionId ?? '', revision: archived?.revision ?? 0 },
      note: { kind: 'removed', version: newer.versionId ?? '' },
    });
    const marker = someObject({ versionId: '0'.repeat(31) + '3', deleteMarker: true, blobs: [], size: 0 });
    const five = await plane.objects.change(address, {
      head: marker,
      expected: { revision: revisionOf(four) },
      archived: older,
    });
    const last = await plane.versions.newest(wanted.id, address.key);
    await plane.versions.remove(
      { ...address, version: older.versionId ?? '' },
      { revision: last?.revision ?? 0 },
    );
    await plane.objects.put(
      address,
      someObject({ versionId: '0'.repeat(31) + '4', nullVersion: true }),
      { revision: revisionOf(five) },
      { kind: 'copied' },
    );
    // What lifecycle rules end has names of its own.
    const expired = { ...address, key: 'in/b.txt' };
    await plane.objects.put(expired, older, 'absent');
    await plane.objects.put(expired, marker, 'any', { kind: 'expired' });
    await plane.objects.remove(expired, '', 'any', { kind: 'expired', version: marker.versionId ?? '' });
    const all = await told('s3.events.my_logs.', 9);
    const endings = all.filter(({ key }) => key === expired.key);
    expect(endings.map(({ name, object }) => [name, object['versionId']])).toEqual([
      ['ObjectCreated:Put', older.versionId],
      ['LifecycleExpiration:DeleteMarkerCreated', marker.versionId],
      ['LifecycleExpiration:Delete', marker.versionId],
    ]);
    const events = all.filter(({ key }) => key !== expired.key);
    expect(events.map(({ name, object }) => [name, object['versionId']])).toEqual([
      ['ObjectCreated:Put', older.versionId],
      ['ObjectCreated:Put', newer.versionId],
      ['ObjectRemoved:Delete', newer.versionId],
      ['ObjectRemoved:DeleteMarkerCreated', marker.versionId],
      ['ObjectRemoved:Delete', older.versionId],
      ['ObjectCreated:Copy', NULL_VERSION],
    ]);
    expect(new Set(events.map(({ key }) => key))).toEqual(new Set(['in/a.txt']));
  } finally {
    await third.stop();
  }
});

function revisionOf(outcome: { readonly kind: string; readonly revision?: number }): number {
  if (outcome.revision === undefined) throw new Error(outcome.kind);
  return outcome.revision;
}
