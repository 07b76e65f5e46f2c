// Clients on the bus that mean harm: what they cannot do, cannot make a node do, and cannot make it hold.
// Lies in headers and signatures are in test/integration/auth/bus-callers.test.ts, broken streams in streams.test.ts, floods of a whole
// cluster in test/faults/cluster/flood.test.ts, permissions on the server in test/cluster/host/nats-permissions.test.ts.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createInbox, headers, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';

import { STREAMS_WAITING_MAX } from '../../../src/core/limits.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { AccessBench } from '../../support/access-bench.ts';
import { BusFixture, eventually, patternBytes } from '../../support/bus-fixture.ts';
import { awsSigner } from '../../support/aws-signer.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { asReply, call, getStream, request } from '../../support/plain-s3.ts';
import { ACCOUNT, OTHER_ACCOUNT, REGION } from '../../support/service-bench.ts';

const KEYS = { accessKeyId: 'AKIAOURS', secretAccessKey: 'ours' };
const MIB = 1024 * 1024;

let nats: TestNats;
beforeAll(async () => {
  nats = await startNats();
});
afterAll(async () => nats.stop());

function headersOf(all: Readonly<Record<string, string>>): MsgHdrs {
  const made = headers();
  for (const [name, value] of Object.entries(all)) made.append(name, value);
  return made;
}

describe('with documents that are built to hurt', () => {
  let bench: AccessBench;
  beforeAll(async () => {
    bench = await AccessBench.start({ urls: nats.urls });
  });
  afterAll(async () => bench.close());

  const deep = (levels: number): string => `{"Bucket":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`;
  const long = 'x'.repeat(700_000);

  test.each<[string, string]>([
    ['nested a hundred thousand deep', deep(100_000)],
    ['of arrays that never end', '['.repeat(500_000)],
    ['that name the prototype', '{"Bucket":"photos","__proto__":{"Key":"cat"},"constructor":1}'],
    ['with one key twice', '{"Bucket":"photos","Bucket":{"a":1}}'],
    ['with half of a surrogate', '{"Bucket":"photos","Key":"\\ud800"}'],
    ['with a number beyond all numbers', '{"Bucket":"photos","Key":"k","PartNumber":1e400}'],
    ['with a name as long as the message', `{"${long}":1}`],
    ['with a key as long as the message', `{"Bucket":"photos","Key":"${long}"}`],
  ])('%s: told so in a few words, and nothing more happens', async (_, payload) => {
    const { status, document, msg } = await call(bench.plain, 's3.headobject', payload);
    expect(status).toMatch(/^4\d\d$/);
    expect(Object.keys(document).sort()).toEqual(['Code', 'Message']);
    expect(msg.data.length).toBeLessThan(4_096);
    expect((await call(bench.plain, 's3.headbucket', { Bucket: 'photos' })).status).toBe('');
  });

  test('a thousand messages of noise are each answered, and the node is as it was', async () => {
    const seen: string[] = [];
    for (let n = 0; n < 1_000; n += 100) {
      const burst = Array.from({ length: 100 }, (__, m) => patternBytes(1 + ((n + m) % 400), n + m));
      const replies = burst.map((noise) => request(bench.plain, 's3.putobject', noise));
      for (const reply of await Promise.all(replies)) seen.push(asReply(reply).status);
    }
    expect(new Set(seen)).toEqual(new Set(['400']));
    expect((await call(bench.plain, 's3.headbucket', { Bucket: 'photos' })).status).toBe('');
  });

  test('a header that is there twice, in two spellings, makes nobody somebody else', async () => {
    const twice = headersOf({ 'X-Account-ID': OTHER_ACCOUNT, 'x-account-id': ACCOUNT });
    const get = (all: MsgHdrs): Promise<Msg> =>
      bench.plain.request('s3.getbucketpolicy', '{"Bucket":"photos"}', { headers: all, timeout: 10_000 });
    const one = asReply(await get(headersOf({ 'X-Account-ID': ACCOUNT })));
    const both = asReply(await get(twice));
    const other = asReply(await get(headersOf({ 'X-Account-ID': OTHER_ACCOUNT })));
    // Whichever counts, it is one of them for everything: the answer is one that this account gets alone.
    expect([one.document['Code'], other.document['Code']]).toContain(both.document['Code']);
  });
});

describe('with signed messages of others', () => {
  let bench: AccessBench;
  beforeAll(async () => {
    const credentials = [{ ...KEYS, accountId: ACCOUNT, displayName: 'ours' }];
    bench = await AccessBench.start({ urls: nats.urls, credentials, trust: 'signed' });
  });
  afterAll(async () => bench.close());

  async function signed(
    subject: string,
    payload: string,
    also: Record<string, string> = {},
  ): Promise<MsgHdrs> {
    const parts = { method: 'POST', protocol: 'https:', hostname: 'predastore', query: {} };
    const all = { host: 'predastore', ...also };
    const made = await awsSigner(KEYS, REGION).sign({
      ...parts,
      path: `/${subject}`,
      headers: all,
      body: payload,
    });
    const { host: _host, ...sent } = made.headers;
    return headersOf(sent);
  }
  const send = async (subject: string, payload: string | Uint8Array, all: MsgHdrs): Promise<unknown> =>
    asReply(await bench.plain.request(subject, payload, { headers: all, timeout: 10_000 })).document['Code'];

  test('a message that is sent again is the same message: it does what it did, and nothing else', async () => {
    const payload = JSON.stringify({ Bucket: 'photos', Key: 'replayed', Body: 'bWVvdw==' });
    const own = await signed('s3.putobject', payload);
    expect(await send('s3.putobject', payload, own)).toBeUndefined();
    expect(await send('s3.putobject', payload, own)).toBeUndefined();
    for (const subject of ['s3.deleteobject', 's3.node.1.deleteobject', 's3.getobject'])
      expect(await send(subject, payload, own)).toBe('SignatureDoesNotMatch');
    const other = payload.replace('replayed', 'another!');
    expect(await send('s3.putobject', other, own)).toBe('XAmzContentSHA256Mismatch');
  });

  test.each([
    ['S3-Params', '{"Bucket":"photos","Key":"stolen"}'],
    ['S3-Send', '{"v":1,"kind":"stream","length":5,"ack":"_INBOX.thief"}'],
    ['Spinifex-Idempotency-Key', 'theirs'],
    ['X-Principal-ARN', 'arn:aws:iam::123456789012:user/admin'],
  ])('a message with %s added is refused', async (name, value) => {
    const payload = JSON.stringify({ Bucket: 'photos', Key: 'k' });
    const own = await signed('s3.putobject', payload);
    own.append(name, value);
    expect(await send('s3.putobject', payload, own)).toBe('AccessDenied');
  });

  test('a stream that was granted by a signature is turned to nobody else', async () => {
    const payload = JSON.stringify({ Bucket: 'photos', Key: 'stream' });
    const ack = createInbox();
    const wish = (to: string): string => JSON.stringify({ v: 1, kind: 'stream', length: 5, ack: to });
    const own = await signed('s3.putobject', payload, { 's3-send': wish(ack) });
    const turned = headersOf(Object.fromEntries([...own].map(([name, [value = '']]) => [name, value])));
    turned.set('s3-send', wish('_INBOX.thief'));
    expect(await send('s3.putobject', payload, turned)).toBe('SignatureDoesNotMatch');
  });
});

describe('with offers that are never taken', () => {
  let fixture: BusFixture;
  let plain: NatsConnection;
  beforeAll(async () => {
    fixture = new BusFixture(nats.urls);
    await fixture.node(9);
    plain = await fixture.plain();
    fixture.store.objects.set('big', patternBytes(MIB));
  });
  afterAll(async () => fixture.close());

  test('bodies that nobody fetches are bounded: the next one is SlowDown, small calls go on, declining makes room', async () => {
    const accept = { 'S3-Accept': '{"v":1,"stream":true}' };
    const ask = (): Promise<Msg> =>
      request(plain, 's3.node.9.getobject', '{"Bucket":"b","Key":"big"}', accept);
    const offers: Msg[] = [];
    while (offers.length < STREAMS_WAITING_MAX)
      offers.push(...(await Promise.all(Array.from({ length: 32 }, ask))));
    expect(offers.every((msg) => msg.headers?.has('S3-Body') === true)).toBe(true);
    const { document, status } = asReply(await ask());
    expect({ code: document['Code'], status }).toEqual({ code: 'SlowDown', status: '503' });
    expect((await call(plain, 's3.node.9.headbucket', { Bucket: 'b' })).status).toBe('');
    for (const msg of offers) {
      const { ack } = JSON.parse(msg.headers!.get('S3-Body')) as { ack: string };
      plain.publish(`${ack}.x`, '{"Code":"RequestTimeout","Message":"no"}');
    }
    await eventually(() => fixture.store.openReads === 0);
    const deadlineMs = systemClock.monotonicMs() + 10_000;
    let bytes: Buffer | undefined;
    while (bytes === undefined && systemClock.monotonicMs() < deadlineMs) {
      bytes = await getStream(plain, 'big').catch(() => undefined);
      await systemClock.sleep(20);
    }
    expect(bytes?.length).toBe(MIB);
  }, 60_000);
});
