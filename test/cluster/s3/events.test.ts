// Bucket events of a whole cluster: asked for over S3, told over NATS, and not lost with the node that was to publish them; and what
// lifecycle rules end.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Bus } from '../../../src/bus/connection.ts';
import { StreamAdmin } from '../../../src/bus/stream-admin.ts';
import { EVENT_STREAM } from '../../../src/events/event-log.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { TestCluster } from '../../support/cluster.ts';

interface Told {
  readonly subject: string;
  readonly name: string;
  readonly key: string;
  readonly sequencer: string;
}

let cluster: TestCluster;
let bus: Bus;
/** A node that no test switches off for good. */
let alive = 1;

beforeAll(async () => {
  const config = '[lifecycle]\ndebug_day_seconds = 1\n';
  cluster = await TestCluster.start({ nodes: 3, dataShards: 2, parityShards: 1, config });
  bus = await cluster.nodeBus();
}, 120_000);
afterAll(async () => {
  await bus.close();
  await cluster.close();
}, 60_000);

/** Reads the stream until `isAll`. */
async function told(isAll: (events: readonly Told[]) => boolean): Promise<readonly Told[]> {
  const { manager } = await StreamAdmin.open(bus.control);
  const found: Told[] = [];
  while (!isAll(found)) {
    let message = null;
    try {
      message = await manager.streams.getMessage(EVENT_STREAM, { seq: found.length + 1 });
    } catch {
      // The stream is made with the first event, and its leader may just be gone.
    }
    if (message === null) {
      await systemClock.sleep(100);
      continue;
    }
    const [record] = message.json<{
      Records: readonly { eventName: string; s3: { object: { key: string; sequencer: string } } }[];
    }>().Records;
    if (record === undefined) throw new Error('an event has a record');
    const { key, sequencer } = record.s3.object;
    found.push({ subject: message.subject, name: record.eventName, key, sequencer });
  }
  return found;
}

async function holder(): Promise<number> {
  const { manager } = await StreamAdmin.open(bus.control);
  const message = await manager.streams.getMessage('KV_s3_events', {
    last_by_subj: '$KV.s3_events.publisher',
  });
  return Number.parseInt(message?.json<{ holder: string }>().holder ?? '', 10);
}

async function put(s3: S3Client, key: string): Promise<boolean> {
  try {
    await s3.send(new PutObjectCommand({ Bucket: 'told', Key: key, Body: key }));
    return true;
  } catch {
    return false; // not acknowledged: it may be there or not
  }
}

test('no acknowledged write goes untold when the publishing machine loses power under load', async () => {
  const first = cluster.s3(1, 5);
  await first.send(new CreateBucketCommand({ Bucket: 'told' }));
  await first.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: 'told',
      NotificationConfiguration: {
        TopicConfigurations: [
          {
            TopicArn: 'arn:predastore:nats:::events',
            Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'],
            Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: 'in/' }] } },
          },
        ],
      },
    }),
  );
  await put(first, 'out/side');
  await put(first, 'in/first');
  await told((events) => events.length === 1);

  const dying = await holder();
  const survivor = (dying % 3) + 1;
  alive = survivor;
  const s3 = cluster.s3(survivor, 5);
  const acknowledged: string[] = [];
  let isOff = false;
  const writer = async (name: number): Promise<void> => {
    for (let at = 0; !isOff || at < 10; at += 1) {
      const key = `in/${name}-${at}`;
      if (await put(s3, key)) acknowledged.push(key);
    }
  };
  const writers = [1, 2, 3, 4].map(writer);
  while (acknowledged.length < 8) await systemClock.sleep(10);
  await cluster.powerOff(dying);
  isOff = true;
  await Promise.all(writers);
  expect(await put(s3, 'in/last')).toBe(true);
  await s3.send(new DeleteObjectCommand({ Bucket: 'told', Key: 'in/last' }));

  const events = await told((seen) => seen.some(({ name }) => name === 'ObjectRemoved:Delete'));
  const keys = new Set(events.map(({ key }) => key));
  expect(acknowledged.filter((key) => !keys.has(key))).toEqual([]);
  expect(keys.has('out/side')).toBe(false);
  const last = events.filter(({ key }) => key === 'in/last');
  expect(last.map(({ subject }) => subject)).toEqual(['s3.events.told.created', 's3.events.told.removed']);
  expect(last[0]?.sequencer.localeCompare(last[1]?.sequencer ?? '')).toBe(-1);
  expect(await holder()).not.toBe(dying);
}, 120_000);

test('what a lifecycle rule ends on a cluster with a node away is gone, and told as that', async () => {
  const Bucket = 'brief';
  const s3 = cluster.s3(alive, 5);
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: {
        TopicConfigurations: [
          { TopicArn: 'arn:predastore:nats:::events', Events: ['s3:LifecycleExpiration:*'] },
        ],
      },
    }),
  );
  const rule = {
    ID: 'logs',
    Status: 'Enabled',
    Filter: { Prefix: 'logs/' },
    Expiration: { Days: 1 },
  } as const;
  await s3.send(
    new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [rule] } }),
  );
  const logged = await s3.send(new PutObjectCommand({ Bucket, Key: 'logs/a', Body: 'a' }));
  expect(logged.Expiration).toMatch(/^expiry-date=".*", rule-id="logs"$/);
  await s3.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'a' }));
  const events = await told((seen) => seen.some(({ name }) => name.startsWith('LifecycleExpiration')));
  const expired = events.filter(({ name }) => name === 'LifecycleExpiration:Delete');
  expect(expired.map(({ key, subject }) => [key, subject])).toEqual([['logs/a', 's3.events.brief.removed']]);
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents?.map(({ Key }) => Key)).toEqual(['kept']);
}, 120_000);
