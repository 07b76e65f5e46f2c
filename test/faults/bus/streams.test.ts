// Streams whose other end lies, hangs or dies.

import { spawn, type ChildProcess } from 'node:child_process';
import { connect as connectTcp } from 'node:net';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';

import { systemClock } from '../../../src/platform/clock.ts';
import { BusFixture, CONTEXT, eventually, inPieces, md5, patternBytes } from '../../support/bus-fixture.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { PlainUpload, asReply, call, getStream, request } from '../../support/plain-s3.ts';
import { underLoad } from '../../support/load.ts';

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
  await fixture.node(1);
});
afterEach(async () => fixture.close());

async function upload(length: number): Promise<PlainUpload> {
  const opened = await PlainUpload.open(nc, 'k', length);
  if (!(opened instanceof PlainUpload)) throw new Error(opened.msg.string());
  return opened;
}

/** Sends a message whose headers the library refuses to parse (and would not send). */
async function publishBadHeader(subject: string, payload: string): Promise<void> {
  const { hostname, port } = new URL(nats.urls[0]!);
  const socket = connectTcp(Number(port), hostname);
  const header = 'NATS/1.0\r\nA: b\nc\r\n\r\n';
  socket.write('CONNECT {"verbose":false,"headers":true}\r\n');
  const lengths = `${header.length} ${header.length + payload.length}`;
  socket.write(`HPUB ${subject} _INBOX.nobody.1 ${lengths}\r\n${header}${payload}\r\nPING\r\n`);
  for await (const bytes of socket) if (String(bytes).includes('PONG')) break;
  socket.destroy();
}

/** What the node says of a broken upload, and that it stored nothing and serves the next one. */
async function expectRefused(msg: Promise<Msg>, code: string, words: RegExp): Promise<void> {
  const { document } = asReply(await msg);
  expect(Object.keys(document).sort()).toEqual(['Code', 'Message']);
  expect(document['Code']).toBe(code);
  expect(document['Message']).toMatch(words);
  expect(fixture.store.objects.size).toBe(0);
  const bytes = patternBytes(MIB);
  const next = await upload(MIB);
  expect(asReply(await next.sendAll(bytes)).document).toEqual({ ETag: `"${md5(bytes)}"` });
}

describe('a sender that breaks the protocol is told so, and nothing is stored', () => {
  test('a missing chunk', async () => {
    const broken = await upload(MIB);
    broken.publishChunk(patternBytes(100), 1);
    broken.publishChunk(patternBytes(100), 3);
    await expectRefused(broken.ended, 'ServiceUnavailable', /chunk 2 was lost or repeated/);
  });

  test('a chunk sent twice', async () => {
    const broken = await upload(MIB);
    broken.publishChunk(patternBytes(100), 1);
    broken.publishChunk(patternBytes(100), 1);
    await expectRefused(broken.ended, 'ServiceUnavailable', /chunk 2 was lost or repeated/);
  });

  test('a number that is none', async () => {
    const broken = await upload(MIB);
    nc.publish(broken.grant.to, patternBytes(10), { reply: `${broken.ack}.1e0` });
    await expectRefused(broken.ended, 'ServiceUnavailable', /chunk 1 was lost or repeated/);
  });

  test('a chunk larger than granted', async () => {
    const broken = await upload(2 * MIB);
    broken.publishChunk(patternBytes(broken.grant.chunk + 1));
    await expectRefused(broken.ended, 'InvalidRequest', /allowed are 1 to 131072/);
  });

  test('an empty chunk', async () => {
    const broken = await upload(MIB);
    broken.publishChunk(Buffer.alloc(0));
    await expectRefused(broken.ended, 'InvalidRequest', /0 bytes/);
  });

  test('more bytes than declared', async () => {
    const broken = await upload(10);
    broken.publishChunk(patternBytes(11));
    await expectRefused(broken.ended, 'IncompleteBody', /past its declared 10 bytes/);
  });

  test('an end before the declared length', async () => {
    const broken = await upload(10);
    broken.publishChunk(patternBytes(9));
    await expectRefused(broken.end(), 'IncompleteBody', /./);
  });

  test('an end that counts otherwise', async () => {
    const broken = await upload(10);
    broken.publishChunk(patternBytes(10));
    broken.publishControl('end', '{"chunks":2,"bytes":10}', 'f');
    await expectRefused(broken.ended, 'InvalidRequest', /does not agree/);
  });

  test.each(['', 'nonsense', '{"chunks":1,"bytes":10,"claims":7}'])('a malformed end: %s', async (record) => {
    const broken = await upload(10);
    broken.publishChunk(patternBytes(10));
    broken.publishControl('end', record, 'f');
    await expectRefused(broken.ended, record.includes('7') ? 'ValidationError' : 'InvalidRequest', /./);
  });

  test('a window overrun', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    fixture.store.beforeRead = () => gate;
    const broken = await upload(64 * MIB);
    for (let n = 0; n < broken.grant.window + 8; n += 1) broken.publishChunk(Buffer.alloc(1000, n));
    const ended = await broken.ended;
    release();
    expect(ended.json()).toMatchObject({ Code: 'InvalidRequest', Message: expect.stringMatching(/window/) });
    expect(fixture.store.objects.size).toBe(0);
  });

  test('a control message of an unknown kind', async () => {
    const broken = await upload(MIB);
    broken.publishControl('explode', '');
    await expectRefused(broken.ended, 'InvalidRequest', /ping, end or abort/);
  });

  test('an abort reaches the operation with its own code', async () => {
    const broken = await upload(MIB);
    broken.publishChunk(patternBytes(100));
    broken.publishControl('abort', '{"Code":"SignatureDoesNotMatch","Message":"no"}');
    await expectRefused(broken.ended, 'SignatureDoesNotMatch', /^no$/);
  });

  test('a chunk replayed after the end is answered with an abort and changes nothing', async () => {
    const bytes = patternBytes(100);
    const done = await upload(100);
    await done.sendAll(bytes);
    const ack = createInbox();
    const answer = new Promise<Msg>((resolve) => {
      nc.subscribe(`${ack}.x`, { callback: (_error, msg) => resolve(msg) });
    });
    nc.publish(done.grant.to, bytes, { reply: `${ack}.1` });
    expect((await answer).json()).toMatchObject({ Code: 'InvalidRequest' });
    expect(fixture.store.objects.get('k')?.equals(bytes)).toBe(true);
  });

  test('garbage below the stream subjects is survived', async () => {
    const live = await upload(MIB);
    const base = live.grant.to.split('.').slice(0, -1).join('.');
    for (const tail of ['zz', 'zz.1', 'zz.0', `${live.grant.to.split('.').at(-1)!}.1`, 'a.b.c.d']) {
      nc.publish(`${base}.${tail}`, 'x', { reply: '_INBOX.nobody.1' });
      nc.publish(`${base}.${tail}`, 'x');
      nc.publish(`${base}.${tail}`, 'x', { reply: '$JS.API.STREAM.DELETE.KV_s3' });
    }
    const bytes = patternBytes(MIB);
    expect(asReply(await live.sendAll(bytes)).document).toEqual({ ETag: `"${md5(bytes)}"` });
  });
});

describe('a header that cannot be parsed costs its sender a stream, and nobody the connection', () => {
  test('to a receiver', async () => {
    const broken = await upload(MIB);
    await publishBadHeader(broken.grant.to, 'x');
    const bytes = patternBytes(MIB);
    const next = await upload(MIB);
    expect(asReply(await next.sendAll(bytes)).document).toEqual({ ETag: `"${md5(bytes)}"` });
  });

  test('to a sender', async () => {
    fixture.store.objects.set('big', patternBytes(MIB));
    const asked = { 'S3-Accept': '{"v":1,"stream":true}' };
    const reply = await request(nc, 's3.getobject', '{"Bucket":"b","Key":"big"}', asked);
    const { ack } = JSON.parse(reply.headers!.get('S3-Body')) as { ack: string };
    await publishBadHeader(`${ack}.0`, '');
    const bytes = patternBytes(MIB);
    const next = await upload(MIB);
    expect(asReply(await next.sendAll(bytes)).document).toEqual({ ETag: `"${md5(bytes)}"` });
  });

  test('as a request', async () => {
    await publishBadHeader('s3.headbucket', '');
    expect((await call(nc, 's3.headbucket', { Bucket: 'b' })).status).toBe('');
  });
});

describe('a receiver that breaks the protocol', () => {
  async function openDownload(): Promise<{ ack: string }> {
    fixture.store.objects.set('big', patternBytes(32 * MIB));
    const reply = await request(nc, 's3.getobject', '{"Bucket":"b","Key":"big"}', {
      'S3-Accept': '{"v":1,"stream":true}',
    });
    return JSON.parse(reply.headers!.get('S3-Body')) as { ack: string };
  }

  test.each([
    ['acknowledges what was never sent', '.99', ''],
    ['answers a ping with nonsense', '.p', 'banana'],
    ['aborts', '.x', '{"Code":"RequestTimeout","Message":"enough"}'],
    ['aborts with nonsense', '.x', '\u0000'],
  ])('%s: the source is let go', async (_, tail, payload) => {
    const { ack } = await openDownload();
    const data = createInbox();
    let chunks = 0;
    nc.subscribe(data, { callback: () => void (chunks += 1) });
    nc.publish(`${ack}.0`, '{"chunk":4096,"window":2}', { reply: data });
    await eventually(() => chunks === 2);
    nc.publish(`${ack}${tail}`, payload);
    await eventually(() => fixture.store.openReads === 0);
  });

  test('never starts, but declines: the source is let go at once', async () => {
    const { ack } = await openDownload();
    nc.publish(`${ack}.x`, '{"Code":"RequestTimeout","Message":"not wanted"}');
    const { status } = await call(nc, 's3.headbucket', { Bucket: 'b' });
    expect(status).toBe('');
    expect(fixture.store.openReads).toBe(0);
  });

  test('wants tiny or absurd windows: it gets what it asked for, or the usual', async () => {
    for (const wish of ['{"chunk":1024,"window":1}', '{"chunk":-1,"window":1e9}', 'nonsense', '[]']) {
      fixture.store.objects.set('big', patternBytes(600 * KIB));
      const reply = await request(nc, 's3.getobject', '{"Bucket":"b","Key":"big"}', {
        'S3-Accept': '{"v":1,"stream":true}',
      });
      const { ack } = JSON.parse(reply.headers!.get('S3-Body')) as { ack: string };
      const data = createInbox();
      nc.publish(`${ack}.0`, wish, { reply: data });
      let bytes = 0;
      for await (const msg of nc.subscribe(data)) {
        if (msg.headers !== undefined) {
          if (msg.headers.get('S3-Stream') === 'end') {
            nc.publish(msg.reply!);
            break;
          }
          continue;
        }
        expect(msg.data.length).toBeLessThanOrEqual(wish.includes('1024') ? 1024 : 512 * KIB);
        bytes += msg.data.length;
        nc.publish(msg.reply!);
      }
      expect(bytes).toBe(600 * KIB);
    }
  });

  test('is gone: the source is let go within seconds', async () => {
    const { ack } = await openDownload();
    const leaving = await fixture.plain();
    const data = createInbox();
    leaving.subscribe(data);
    leaving.publish(`${ack}.0`, '', { reply: data });
    await eventually(() => fixture.store.openReads === 1);
    await leaving.close();
    await eventually(() => fixture.store.openReads === 0);
  });
});

describe('ends that die', () => {
  test('a sender that is gone is noticed within seconds, while the handler waits', async () => {
    const leaving = await fixture.plain();
    const opened = await PlainUpload.open(leaving, 'k', MIB);
    if (!(opened instanceof PlainUpload)) throw new Error('no grant');
    opened.publishChunk(patternBytes(100));
    await leaving.flush();
    await leaving.close();
    const started = performance.now();
    await eventually(() => fixture.store.calls[0]?.signal.aborted === true);
    expect(performance.now() - started).toBeLessThan(underLoad(4_000));
    expect(fixture.store.objects.size).toBe(0);
  });

  test('kill -9 of the process at the other end of a download is noticed', async () => {
    fixture.store.objects.set('big', patternBytes(64 * MIB));
    const child = spawnReader(nats.urls[0]!);
    await eventually(() => fixture.store.openReads === 1);
    child.kill('SIGKILL');
    await eventually(() => fixture.store.openReads === 0);
  });

  test('a nats-server that dies fails streams both ways at once, and everything works when it is back', async () => {
    const own = await startNats();
    const there = new BusFixture(own.urls);
    try {
      await there.node(1);
      const client = await there.client();
      const big = patternBytes(64 * MIB);
      there.store.objects.set('big', big);
      async function* slow(): AsyncGenerator<Uint8Array> {
        for await (const piece of inPieces(big, 64 * KIB)) {
          await systemClock.sleep(5);
          yield piece;
        }
      }
      const body = { lengthBytes: big.length, bytes: slow(), announced: [], claims: () => [] };
      const put = client.call('PutObject', { Bucket: 'b', Key: 'k' }, { context: CONTEXT, body });
      const got = await client.call('GetObject', { Bucket: 'b', Key: 'big' }, { context: CONTEXT });
      const reading = (async () => {
        for await (const _ of got.body!.bytes) await systemClock.sleep(5);
      })();
      const failed = Promise.allSettled([put, reading]);
      await systemClock.sleep(200);
      await own.server.kill('SIGKILL');
      const started = performance.now();
      const outcomes = await failed;
      expect(performance.now() - started).toBeLessThan(underLoad(2_000));
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
      const meanwhile = client.call('HeadBucket', { Bucket: 'b' }, { context: CONTEXT });
      await expect(meanwhile).rejects.toMatchObject({ code: 'ServiceUnavailable' });
      await own.server.restart();
      await eventually(() => there.store.openReads === 0);
      const deadline = performance.now() + underLoad(5_000);
      for (;;) {
        const again = await client
          .call('GetObject', { Bucket: 'b', Key: 'big' }, { context: CONTEXT })
          .catch(() => undefined);
        if (again !== undefined) {
          let bytes = 0;
          for await (const piece of again.body!.bytes) bytes += piece.length;
          expect(bytes).toBe(big.length);
          break;
        }
        if (performance.now() > deadline) throw new Error('not back');
        await systemClock.sleep(50);
      }
    } finally {
      await there.close();
      await own.stop();
    }
  }, 60_000);
});

describe('places', () => {
  test('eight slow downloads do not hold up small calls, and a ninth gets its turn', async () => {
    fixture.store.objects.set('big', patternBytes(8 * MIB));
    let goOn = (): void => undefined;
    const hold = new Promise<void>((resolve) => (goOn = resolve));
    const slow = Array.from({ length: 9 }, () => getStream(nc, 'big', () => hold));
    await eventually(() => fixture.store.openReads >= 8);
    await call(nc, 's3.headbucket', { Bucket: 'b' });
    goOn();
    for (const bytes of await Promise.all(slow)) expect(bytes.length).toBe(8 * MIB);
  });
});

const READER = `
const { connect, createInbox, headers } = require('@nats-io/transport-node');
(async () => {
  const nc = await connect({ servers: process.argv[1] });
  const h = headers();
  h.set('S3-Accept', '{"v":1,"stream":true}');
  const reply = await nc.request('s3.getobject', '{"Bucket":"b","Key":"big"}', { headers: h, timeout: 5000 });
  const { ack } = JSON.parse(reply.headers.get('S3-Body'));
  const data = createInbox();
  nc.subscribe(data, { callback: (_e, m) => setTimeout(() => m.reply && nc.publish(m.reply), 20) });
  nc.publish(ack + '.0', '', { reply: data });
})();
`;

/** Another process that reads slowly, for ever. */
function spawnReader(url: string): ChildProcess {
  return spawn(process.execPath, ['-e', READER, url], { stdio: 'inherit' });
}
