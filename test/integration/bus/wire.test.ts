// The wire contract of docs/nats-api.md, spoken by a plain NATS client.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { NatsConnection } from '@nats-io/transport-node';

import { S3Error } from '../../../src/contracts/s3-errors.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { BusFixture, md5, patternBytes, serve } from '../../support/bus-fixture.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { call, getStream, putInJson, putRaw, putStream, request } from '../../support/plain-s3.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

let nats: TestNats;
let fixture: BusFixture;
let nc: NatsConnection;

beforeAll(async () => {
  nats = await startNats();
});
afterAll(async () => nats.stop());
beforeEach(async () => {
  fixture = new BusFixture(nats.urls);
  nc = await fixture.plain();
});
afterEach(async () => fixture.close());

describe('a body from a plain client', () => {
  beforeEach(async () => {
    await fixture.node(1);
  });

  test.each([0, 1, 1000, 512 * KIB])('in JSON, %d bytes, and back in JSON', async (size) => {
    const bytes = patternBytes(size);
    expect((await putInJson(nc, 'k', bytes)).document).toEqual({ ETag: `"${md5(bytes)}"` });
    const { document } = await call(nc, 's3.getobject', { Bucket: 'b', Key: 'k' });
    expect(document).toEqual({
      ContentLength: size,
      ETag: `"${md5(bytes)}"`,
      Body: bytes.toString('base64'),
    });
  });

  test.each([0, 1, 1000, 512 * KIB])('raw, %d bytes', async (size) => {
    const bytes = patternBytes(size);
    expect((await putRaw(nc, 'k', bytes)).document).toEqual({ ETag: `"${md5(bytes)}"` });
    expect((await getStream(nc, 'k')).equals(bytes)).toBe(true);
  });

  test.each([0, 1, 512 * KIB, 512 * KIB + 1, 5 * MIB + 3, 64 * MIB])(
    'as a stream, %d bytes',
    async (size) => {
      const bytes = patternBytes(size);
      expect((await putStream(nc, 'k', bytes)).document).toEqual({ ETag: `"${md5(bytes)}"` });
      expect((await getStream(nc, 'k')).equals(bytes)).toBe(true);
      expect(fixture.store.openReads).toBe(0);
    },
  );

  test('a slow reader gets everything', async () => {
    const bytes = patternBytes(16 * MIB);
    await putStream(nc, 'k', bytes);
    const got = await getStream(nc, 'k', () => systemClock.sleep(50));
    expect(got.equals(bytes)).toBe(true);
  });

  test('a large body without a stream is refused with advice, and let go', async () => {
    fixture.store.objects.set('big', patternBytes(2 * MIB));
    const { status, document } = await call(nc, 's3.getobject', { Bucket: 'b', Key: 'big' });
    expect(status).toBe('400');
    expect(document['Code']).toBe('InvalidRequest');
    expect(document['Message']).toMatch(/Range.*S3-Accept/);
    expect(fixture.store.openReads).toBe(0);
  });
});

describe('a small max_payload', () => {
  test('chunks and inline bodies shrink with it', async () => {
    const small = await startNats({ config: 'max_payload: 96KB' });
    const there = new BusFixture(small.urls);
    try {
      await there.node(1);
      const plain = await there.plain();
      const bytes = patternBytes(MIB + 5);
      await putStream(plain, 'k', bytes);
      expect((await getStream(plain, 'k')).equals(bytes)).toBe(true);
      const client = await there.client();
      const context = { requestId: 'r' };
      const got = await client.call('GetObject', { Bucket: 'b', Key: 'k' }, { context });
      const parts: Uint8Array[] = [];
      for await (const part of got.body!.bytes) parts.push(part);
      expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(92 * KIB);
      expect(Buffer.concat(parts).equals(bytes)).toBe(true);
    } finally {
      await there.close();
      await small.stop();
    }
  });
});

describe('errors', () => {
  test('are {"Code","Message"} and nothing else, with the rest in headers', async () => {
    await fixture.node(1);
    const { msg } = await call(
      nc,
      's3.getobject',
      { Bucket: 'b', Key: 'none' },
      { 'X-Amz-Request-Id': 'my-id' },
    );
    expect(msg.string()).toBe('{"Code":"NoSuchKey","Message":"The specified key does not exist."}');
    expect(msg.headers?.get('X-Amz-Request-Id')).toBe('my-id');
    expect(msg.headers?.get('Nats-Service-Error-Code')).toBe('404');
    expect(msg.headers?.get('S3-Status-Code')).toBe('404');
    expect(msg.headers?.get('Nats-Service-Error')).toBe('NoSuchKey: The specified key does not exist.');
    expect(JSON.parse(msg.headers!.get('S3-Error-Detail'))).toEqual({ fields: { Key: 'k' }, headers: {} });
  });

  test('a bug in a handler is InternalError without its words', async () => {
    const broken = serve('HeadBucket', async () => {
      throw new TypeError('secret detail');
    });
    await fixture.node(1, { operations: [broken] });
    const { status, msg } = await call(nc, 's3.headbucket', { Bucket: 'b' });
    expect(status).toBe('500');
    expect(msg.json<{ Code: string }>().Code).toBe('InternalError');
    expect(msg.string()).not.toContain('secret');
  });

  test('nobody there is the 503 of NATS', async () => {
    await expect(call(nc, 's3.headbucket', { Bucket: 'b' })).rejects.toThrow(/no responders/);
  });
});

describe('the envelope', () => {
  beforeEach(async () => {
    await fixture.node(1);
  });

  test('null means absent, at any depth; the context arrives', async () => {
    const parameters = {
      Bucket: 'b',
      Key: 'k',
      ContentType: null,
      Body: null,
      Metadata: { a: 'x', b: null },
    };
    const extra = {
      'X-Principal-ARN': 'arn:aws:iam::123456789012:user/a',
      'Spinifex-Idempotency-Key': 'once',
      traceparent: '00-1-2-3',
      tracestate: 'a=b',
    };
    const { status } = await call(nc, 's3.putobject', parameters, extra);
    expect(status).toBe('');
    const seen = fixture.store.calls[0]!;
    expect(seen.parameters).toEqual({ Bucket: 'b', Key: 'k', Metadata: { a: 'x' } });
    expect(seen.context).toMatchObject({
      accountId: '123456789012',
      principalArn: 'arn:aws:iam::123456789012:user/a',
      idempotencyKey: 'once',
      traceparent: '00-1-2-3',
      tracestate: 'a=b',
    });
    expect(seen.context.requestId).toMatch(/^[0-9A-F]{16}$/);
  });

  test('a node answers on its own subject', async () => {
    const { document } = await call(nc, 's3.node.1.headbucket', { Bucket: 'b' });
    expect(document).toEqual({ BucketRegion: 'here' });
    await expect(call(nc, 's3.node.2.headbucket', { Bucket: 'b' })).rejects.toThrow(/no responders/);
  });

  test.each([
    ['not JSON', '{"Bucket":', /not a JSON object/],
    ['an array', '[]', /not a JSON object/],
    ['a text', '"x"', /not a JSON object/],
    ['an unknown member', '{"Bucket":"b","Nope":1}', /unknown field Nope/],
    ['a wrong case', '{"bucket":"b"}', /Bucket/],
    ['nothing', '', /Bucket/],
    ['__proto__', '{"Bucket":"b","__proto__":{"a":1}}', /__proto__/],
    ['100 000 levels', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, /./],
  ])('%s is a ValidationError, and the node lives on', async (_, payload, words) => {
    const { status, document } = await call(nc, 's3.headbucket', payload);
    expect(status).toBe('400');
    expect(document['Code']).toBe('ValidationError');
    expect(document['Message']).toMatch(words);
    expect((await call(nc, 's3.headbucket', { Bucket: 'b' })).status).toBe('');
  });

  test('bytes that are no UTF-8 are a ValidationError', async () => {
    const msg = await request(nc, 's3.headbucket', Buffer.from('{"Bucket":"\xff"}', 'latin1'));
    expect(msg.json()).toMatchObject({ Code: 'ValidationError', Message: 'the request is not UTF-8' });
  });

  test.each([
    ['X-Account-ID', 'me', /12 digits/],
    ['S3-Accept', 'yes', /S3-Accept is not a JSON object/],
    ['S3-Accept', '{"v":2}', /"v": 1/],
    ['S3-Send', '{"v":1,"kind":"pigeon"}', /raw, stream or local/],
    ['S3-Send', '{"v":1,"kind":"raw"}', /S3-Params/],
    ['S3-Send', '{"v":1,"kind":"stream","length":-1,"ack":"_INBOX.a"}', /length/],
    ['S3-Send', '{"v":1,"kind":"stream","length":5}', /ack/],
    ['S3-Send', '{"v":1,"kind":"stream","length":5,"ack":"$JS.API.STREAM.DELETE.KV_s3"}', /ack/],
    ['S3-Send', '{"v":1,"kind":"stream","length":5,"ack":"a.>"}', /ack/],
    ['S3-Send', '{"v":1,"kind":"raw","announced":["rot13"]}', /announced/],
    ['S3-Params', '{', /not a JSON object/],
  ])('header %s: %s is a ValidationError', async (name, value, words) => {
    const { document } = await call(nc, 's3.putobject', { Bucket: 'b', Key: 'k' }, { [name]: value });
    expect(document['Code']).toBe('ValidationError');
    expect(document['Message']).toMatch(words);
    expect(fixture.store.objects.size).toBe(0);
  });

  test('a header that is too long is a ValidationError', async () => {
    const extra = { 'X-Principal-ARN': 'a'.repeat(3000) };
    const { document } = await call(nc, 's3.headbucket', { Bucket: 'b' }, extra);
    expect(document['Code']).toBe('ValidationError');
    expect(document['Message']).toMatch(/too long/);
  });

  test('a bogus token of a local body is unavailable, not a crash', async () => {
    const send = '{"v":1,"kind":"local","token":"00112233445566778899aabbccddeeff"}';
    const { document } = await call(nc, 's3.putobject', { Bucket: 'b', Key: 'k' }, { 'S3-Send': send });
    expect(document['Code']).toBe('ServiceUnavailable');
  });

  test.each([
    ['an object', { Body: {} }, 'ValidationError', /base64/],
    ['no base64', { Body: 'a*==' }, 'ValidationError', /base64/],
    ['less than declared', { Body: 'AAAA', ContentLength: 4 }, 'IncompleteBody', /3 bytes/],
    ['nothing, but declared', { ContentLength: 4 }, 'IncompleteBody', /S3-Send/],
  ])('a Body that is %s is refused and stores nothing', async (_, fields, code, words) => {
    const { document } = await call(nc, 's3.putobject', { Bucket: 'b', Key: 'k', ...fields });
    expect(document['Code']).toBe(code);
    expect(document['Message']).toMatch(words);
    expect(fixture.store.objects.size).toBe(0);
  });

  test('an operation without a body refuses one', async () => {
    const extra = { 'S3-Params': '{"Bucket":"b"}' };
    const msg = await request(nc, 's3.headbucket', 'bytes', extra);
    expect(msg.json()).toMatchObject({ Code: 'ValidationError', Message: 'this operation takes no body' });
  });

  test('a reply subject that is not an inbox is never published to', async () => {
    const heard: string[] = [];
    for (const subject of ['$JS.API.STREAM.DELETE.KV_s3', 's3.deletebucket', '$SYS.x']) {
      nc.subscribe(subject, { callback: () => void heard.push(subject) });
      for (const target of ['s3.headbucket', '$SRV.PING'])
        nc.publish(target, '{"Bucket":"b"}', { reply: subject });
    }
    nc.publish('s3.headbucket', '{"Bucket":"b"}');
    await call(nc, 's3.headbucket', { Bucket: 'b' });
    await systemClock.sleep(50);
    expect(heard).toEqual([]);
    expect(fixture.store.calls).toHaveLength(1);
  });
});

describe('load', () => {
  test('a queue group shares requests between nodes, and each is answered once', async () => {
    const answered = [0, 0];
    for (const id of [1, 2]) {
      const counting = serve('HeadBucket', async () => {
        answered[id - 1]! += 1;
        return { result: {} };
      });
      await fixture.node(id, { operations: [counting] });
    }
    await Promise.all(Array.from({ length: 200 }, () => call(nc, 's3.headbucket', { Bucket: 'b' })));
    expect(answered[0]! + answered[1]!).toBe(200);
    expect(Math.min(...answered)).toBeGreaterThan(40);
  });

  test('beyond the bound the answer is SlowDown, everybody gets one, and operators are answered', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const waiting = serve('HeadBucket', async () => {
      await gate;
      return { result: {} };
    });
    const status = serve('AdminMaintenance', () => Promise.resolve({ result: { at: 'work' } }));
    await fixture.node(1, { operations: [waiting, status] });
    const replies = Array.from({ length: 256 + 2048 + 50 }, () => call(nc, 's3.headbucket', { Bucket: 'b' }));
    const refused = await Promise.any(replies);
    expect(refused.document['Code']).toBe('SlowDown');
    expect(JSON.parse(refused.msg.headers!.get('S3-Error-Detail'))).toMatchObject({
      headers: { 'Retry-After': '1' },
    });
    expect((await call(nc, 's3.admin.1.maintenance', {})).document).toEqual({ at: 'work' });
    release();
    const statuses = (await Promise.all(replies)).map((reply) => reply.status);
    expect(statuses.filter((status) => status === '503')).toHaveLength(50);
    expect(statuses.filter((status) => status === '')).toHaveLength(256 + 2048);
  });

  test('stopping a node loses no request', async () => {
    const slow = serve('HeadBucket', async () => {
      await systemClock.sleep(5);
      return { result: {} };
    });
    const first = await fixture.node(1, { operations: [slow] });
    await fixture.node(2, { operations: [slow] });
    let going = true;
    let answered = 0;
    const worker = async (): Promise<void> => {
      while (going) {
        await call(nc, 's3.headbucket', { Bucket: 'b' });
        answered += 1;
      }
    };
    const workers = Array.from({ length: 20 }, worker);
    await systemClock.sleep(100);
    await first.stop(2_000);
    const before = answered;
    await systemClock.sleep(100);
    going = false;
    await Promise.all(workers);
    expect(first.inFlight).toBe(0);
    expect(answered).toBeGreaterThan(before);
  });
});

describe('discovery', () => {
  test('PING, INFO and STATS have the documents of the micro protocol', async () => {
    await fixture.node(3);
    await call(nc, 's3.headbucket', { Bucket: 'b' });
    await call(nc, 's3.headbucket', {});
    const ask = async (subject: string): Promise<Record<string, unknown>> =>
      (await nc.request(subject, '')).json<Record<string, unknown>>();
    const ping = await ask('$SRV.PING');
    expect(Object.keys(ping).sort()).toEqual(['id', 'metadata', 'name', 'type', 'version']);
    expect(ping).toMatchObject({
      type: 'io.nats.micro.v1.ping_response',
      name: 'predastore',
      version: '0.1.0',
      metadata: { node: '3' },
    });
    const info = await ask('$SRV.INFO.predastore');
    expect(info).toMatchObject({ type: 'io.nats.micro.v1.info_response', id: ping['id'] });
    expect(info['endpoints']).toContainEqual({
      name: 'HeadBucket',
      subject: 's3.headbucket',
      queue_group: 'predastore',
      metadata: { request: 'head-bucket.request.v1', reply: 'head-bucket.reply.v1' },
    });
    const stats = await ask(`$SRV.STATS.predastore.${String(ping['id'])}`);
    expect(stats).toMatchObject({ type: 'io.nats.micro.v1.stats_response' });
    expect(Date.parse(String(stats['started']))).toBeLessThanOrEqual(Date.now());
    const head = (stats['endpoints'] as Record<string, unknown>[]).find(({ name }) => name === 'HeadBucket')!;
    expect(head).toMatchObject({
      subject: 's3.headbucket',
      queue_group: 'predastore',
      num_requests: 2,
      num_errors: 1,
      last_error: 'ValidationError',
    });
    expect(head['processing_time']).toBeGreaterThan(0);
    expect(head['average_processing_time']).toBe(Math.round(Number(head['processing_time']) / 2));
  });
});

describe('signs of life', () => {
  test('come to callers that ask for them, with an empty payload', async () => {
    const slow = serve('HeadBucket', async () => {
      await systemClock.sleep(1_800);
      throw new S3Error('NoSuchBucket');
    });
    await fixture.node(1, { operations: [slow] });
    const { headers } = await import('@nats-io/transport-node');
    const accept = headers();
    accept.set('S3-Accept', '{"v":1,"alive":500}');
    const seen: string[] = [];
    const inbox = nc.subscribe('_INBOX.test.alive');
    nc.publish('s3.headbucket', '{"Bucket":"b"}', { reply: '_INBOX.test.alive', headers: accept });
    for await (const msg of inbox) {
      const isAlive = msg.headers?.has('S3-Alive') === true && msg.data.length === 0;
      seen.push(isAlive ? 'alive' : msg.json<{ Code: string }>().Code);
      if (!isAlive) break;
    }
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(seen.at(-1)).toBe('NoSuchBucket');
  });
});
