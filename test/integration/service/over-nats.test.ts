// The whole NATS face of a node on a real nats-server: what other programs, and people with the `nats` tool, see.

import { headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Client } from '../../../src/client/client.ts';
import { operationNames } from '../../../src/contracts/operations.ts';
import type { ListObjectsV2Reply } from '../../../src/contracts/generated/messages.ts';
import { validateMessage } from '../../../src/contracts/validators.ts';
import { bodyOf, collect } from '../../../src/core/body.ts';
import { BusFixture, CONTEXT, serve } from '../../support/bus-fixture.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { ACCOUNT, benchWithBucket, type ServiceBench } from '../../support/service-bench.ts';

let nats: TestNats;
let fixture: BusFixture;
let bench: ServiceBench;
let plain: NatsConnection;

beforeAll(async () => {
  nats = await startNats();
});
afterAll(async () => nats.stop());
beforeEach(async () => {
  fixture = new BusFixture(nats.urls);
  bench = await benchWithBucket({ unlimitedListAccounts: new Set([ACCOUNT]) });
  await node(1);
  plain = await fixture.plain();
});
afterEach(async () => fixture.close());

async function node(id: number): Promise<void> {
  const operations = operationNames.map((name) => serve(name, bench.table[name]));
  await fixture.node(id, { operations });
}

async function request(subject: string, document: unknown, account?: string): Promise<Msg> {
  const own = headers();
  if (account !== undefined) own.set('X-Account-ID', account);
  return plain.request(subject, JSON.stringify(document), { headers: own, timeout: 5000 });
}

describe('a plain NATS client', () => {
  test('writes and reads an object by hand', async () => {
    const written = { Bucket: 'photos', Key: 'cat', Body: Buffer.from('meow').toString('base64') };
    const put = await request('s3.putobject', written, ACCOUNT);
    expect(put.json()).toEqual({ ETag: '"4a4be40c96ac6314e91d93f38043a634"' });
    const got = await request('s3.getobject', { Bucket: 'photos', Key: 'cat', Range: 'bytes=0-1' }, ACCOUNT);
    expect(got.json()).toMatchObject({
      ContentRange: 'bytes 0-1/4',
      Body: Buffer.from('me').toString('base64'),
    });
  });

  test('may send every field of a Go struct, null where it is not set', async () => {
    const struct = {
      Bucket: 'photos',
      Prefix: null,
      Delimiter: null,
      MaxKeys: 2,
      OptionalObjectAttributes: null,
      RequestPayer: null,
    };
    const reply = await request('s3.listobjectsv2', struct, ACCOUNT);
    expect(reply.json()).toMatchObject({ Name: 'photos', KeyCount: 0 });
  });

  test('reads an error with exactly Code and Message, the rest in headers', async () => {
    const reply = await request('s3.getobject', { Bucket: 'photos', Key: 'dog' }, ACCOUNT);
    expect(reply.json()).toEqual({ Code: 'NoSuchKey', Message: 'The specified key does not exist.' });
    expect(validateMessage('error.v1', reply.json())).toBeUndefined();
    expect(reply.headers?.get('S3-Status-Code')).toBe('404');
    expect(reply.headers?.get('Nats-Service-Error-Code')).toBe('404');
  });

  test('is told which field is wrong', async () => {
    const reply = await request('s3.getobject', { bucket: 'photos', Key: 'dog' }, ACCOUNT);
    expect(reply.json()).toEqual({
      Code: 'ValidationError',
      Message: 'missing required field Bucket (names are case-exact, got bucket)',
    });
  });

  test('without an account is nobody', async () => {
    const reply = await request('s3.headbucket', { Bucket: 'photos' });
    expect(reply.json()).toMatchObject({ Code: 'AccessDenied' });
  });
});

describe('status', () => {
  test('comes from every node on the general subject, from one on its own', async () => {
    await node(2);
    const replies = await plain.requestMany('s3.admin.status', '{}', { maxWait: 2000, maxMessages: 2 });
    let count = 0;
    for await (const reply of replies) {
      expect(reply.json()).toMatchObject({ is_leader: true });
      count += 1;
    }
    expect(count).toBe(2);
    expect((await request('s3.admin.2.status', {})).json()).toMatchObject({ state: 'Leader' });
  });
});

describe('the client library', () => {
  let client: Client;
  beforeEach(async () => {
    client = await fixture.client();
  });

  test('carries claims of a body to the store, and checksums back', async () => {
    const parameters = { Bucket: 'photos', Key: 'cat', ChecksumCRC32: 'ihBq/g==' };
    const put = await client.call('PutObject', parameters, {
      context: CONTEXT,
      body: bodyOf(Buffer.from('meow')),
    });
    expect(put.result).toMatchObject({ ChecksumCRC32: 'ihBq/g==' });
    const got = await client.call('GetObject', { Bucket: 'photos', Key: 'cat' }, { context: CONTEXT });
    expect((await collect(got.body!.bytes, 100)).toString()).toBe('meow');
  });

  test('sees an S3 error with its headers and fields', async () => {
    await client.call(
      'PutObject',
      { Bucket: 'photos', Key: 'a' },
      { context: CONTEXT, body: bodyOf(Buffer.from('x')) },
    );
    const past = client.call(
      'GetObject',
      { Bucket: 'photos', Key: 'a', Range: 'bytes=9-' },
      { context: CONTEXT },
    );
    await expect(past).rejects.toMatchObject({
      code: 'InvalidRange',
      status: 416,
      headers: { 'Content-Range': 'bytes */1' },
      fields: { ActualObjectSize: '1' },
    });
  });

  test('gets a page that is larger than any message in one piece', async () => {
    const tail = 'x'.repeat(500);
    for (let index = 0; index < 2500; index += 1) {
      await bench.ask('PutObject', { Bucket: 'photos', Key: `${index}-${tail}` }, { body: '' });
    }
    const page = await client.call<ListObjectsV2Reply>(
      'ListObjectsV2',
      { Bucket: 'photos' },
      { context: CONTEXT },
    );
    expect(page.result).toMatchObject({ KeyCount: 2500, IsTruncated: false });
    expect(page.result.Contents).toHaveLength(2500);
    expect(JSON.stringify(page.result).length).toBeGreaterThan(1024 * 1024);
  });

  test('deletes a thousand of the longest keys at once', async () => {
    const objects = Array.from({ length: 1000 }, (_, index) => ({ Key: String(index).padEnd(1024, 'x') }));
    const reply = await client.call(
      'DeleteObjects',
      { Bucket: 'photos', Delete: { Objects: objects } },
      { context: CONTEXT },
    );
    expect(reply.result['Deleted']).toHaveLength(1000);
  });
});
