import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import type { IncomingBody, OutgoingBody } from '../../../src/core/body.ts';
import { collect, once } from '../../../src/core/body.ts';
import { nodeId } from '../../../src/core/ids.ts';
import { directObjects, type DirectCalls } from '../../../src/bus/direct-call.ts';
import type { OperationServer } from '../../../src/bus/operation-server.ts';
import type { Client } from '../../../src/client/client.ts';
import { S3Error } from '../../../src/contracts/s3-errors.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import {
  BusFixture,
  CONTEXT,
  eventually,
  inPieces,
  md5,
  patternBytes,
  serve,
} from '../../support/bus-fixture.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { underLoad } from '../../support/load.ts';

const MIB = 1024 * 1024;
const SIZES = [0, 1, 100, 64 * 1024, 512 * 1024, 512 * 1024 + 1, 3 * MIB + 17, 64 * MIB];

let nats: TestNats;
let fixture: BusFixture;

beforeAll(async () => {
  nats = await startNats();
});
afterAll(async () => nats.stop());
afterEach(async () => fixture.close());

function incoming(bytes: Uint8Array, pieceBytes = 64 * 1024): IncomingBody {
  return { lengthBytes: bytes.length, bytes: inPieces(bytes, pieceBytes), announced: [], claims: () => [] };
}

async function readAll(body: OutgoingBody | undefined): Promise<Buffer> {
  expect(body).toBeDefined();
  return collect(body!.bytes, body!.lengthBytes);
}

async function putAndGet(client: Client, size: number): Promise<void> {
  const bytes = patternBytes(size);
  const parameters = { Bucket: 'b', Key: `k${size}` };
  const put = await client.call('PutObject', parameters, { context: CONTEXT, body: incoming(bytes) });
  expect(put.result).toEqual({ ETag: `"${md5(bytes)}"` });
  const got = await client.call('GetObject', parameters, { context: CONTEXT });
  expect(got.result).toEqual({ ContentLength: size, ETag: `"${md5(bytes)}"` });
  expect(got.body?.lengthBytes).toBe(size);
  expect(got.headers['x-spx-test']).toBe('yes');
  expect((await readAll(got.body)).equals(bytes)).toBe(true);
}

describe('bodies of every size come back as they went', () => {
  test.each(SIZES)('over NATS: %d bytes', async (size) => {
    fixture = new BusFixture(nats.urls);
    await fixture.node(1);
    await putAndGet(await fixture.client(), size);
    expect(fixture.store.openReads).toBe(0);
  });

  test.each(SIZES)('inside the process: %d bytes', async (size) => {
    fixture = new BusFixture(nats.urls);
    const bus = await fixture.bus('both');
    const localBodies = fixture.localBodies();
    await fixture.node(1, { bus, localBodies });
    await putAndGet(await fixture.client({ bus, localBodies, node: nodeId(1) }), size);
    expect(localBodies.requests.size + localBodies.replies.size).toBe(0);
    expect(fixture.store.openReads).toBe(0);
  });

  test.each(SIZES)('in the process without a message: %d bytes', async (size) => {
    fixture = new BusFixture(nats.urls);
    const bus = await fixture.bus('both');
    const localBodies = fixture.localBodies();
    const direct = await fixture.node(1, { bus, localBodies });
    await putAndGet(await fixture.client({ bus, localBodies, node: nodeId(1), direct }), size);
    expect(fixture.store.openReads).toBe(0);
  });

  test('thirty streams at once, on eight places, both ways', async () => {
    fixture = new BusFixture(nats.urls);
    await fixture.node(1);
    const client = await fixture.client();
    const sizes = Array.from({ length: 30 }, (_, index) => MIB + index);
    await Promise.all(sizes.map((size) => putAndGet(client, size)));
    expect(fixture.store.openReads).toBe(0);
  });

  test('claims travel with the body, inline and streamed', async () => {
    fixture = new BusFixture(nats.urls);
    await fixture.node(1);
    const client = await fixture.client();
    const digest = Buffer.from('0123456789abcdef0123456789abcdef');
    for (const size of [10, MIB]) {
      const body: IncomingBody = {
        ...incoming(patternBytes(size)),
        announced: ['sha256'],
        claims: () => [{ algorithm: 'sha256', digest, signedPayload: true }],
      };
      await client.call('PutObject', { Bucket: 'b', Key: 'k' }, { context: CONTEXT, body });
      const seen = fixture.store.calls.at(-1)?.body;
      expect(seen?.announced).toEqual(['sha256']);
      expect(seen?.claims()).toEqual([{ algorithm: 'sha256', digest, signedPayload: true }]);
    }
  });
});

describe('documents larger than a message', () => {
  test.each(['over NATS', 'inside the process'])('a request and a result of 3 MiB, %s', async (where) => {
    fixture = new BusFixture(nats.urls);
    const bus = await fixture.bus('both');
    const localBodies = fixture.localBodies();
    const listing = { Name: 'b', Prefix: 'ü'.repeat(1_500_000) };
    let keys = 0;
    const handlers = [
      serve('ListObjectsV2', async () => ({ result: listing })),
      serve('DeleteObjects', async (call) => {
        keys = (call.parameters['Delete'] as { Objects: unknown[] }).Objects.length;
        return { result: {} };
      }),
    ];
    await fixture.node(1, { bus, localBodies, operations: handlers });
    const isLocal = where === 'inside the process';
    const client = await fixture.client(isLocal ? { bus, localBodies, node: nodeId(1) } : { bus });
    const got = await client.call('ListObjectsV2', { Bucket: 'b' }, { context: CONTEXT });
    expect(got.result).toEqual(listing);
    expect(got.body).toBeUndefined();
    const Objects = Array.from({ length: 1000 }, () => ({ Key: 'k'.repeat(1024) + '\u0001'.repeat(300) }));
    await client.call('DeleteObjects', { Bucket: 'b', Delete: { Objects } }, { context: CONTEXT });
    expect(keys).toBe(1000);
  });
});

describe('failures', () => {
  test('an error keeps code, words, fields and headers', async () => {
    fixture = new BusFixture(nats.urls);
    const failing = serve('HeadBucket', async () => {
      throw new S3Error('InvalidRange', 'Grüße', {
        fields: { A: 'ä' },
        headers: { 'Content-Range': 'bytes */7' },
      });
    });
    await fixture.node(1, { operations: [failing] });
    const client = await fixture.client();
    const call = client.call('HeadBucket', { Bucket: 'b' }, { context: CONTEXT });
    await expect(call).rejects.toMatchObject({
      name: 'S3Error',
      code: 'InvalidRange',
      status: 416,
      message: 'Grüße',
      fields: { A: 'ä' },
      headers: { 'Content-Range': 'bytes */7' },
    });
  });

  test('no node: ServiceUnavailable with Retry-After at once, and the body is let go', async () => {
    fixture = new BusFixture(nats.urls);
    const client = await fixture.client();
    for (const size of [10, MIB]) {
      const seen = { letGo: false };
      async function* source(): AsyncGenerator<Uint8Array> {
        try {
          yield* once(patternBytes(size));
        } finally {
          seen.letGo = true;
        }
      }
      const body = { ...incoming(Buffer.alloc(0)), lengthBytes: size, bytes: source() };
      const started = performance.now();
      const call = client.call('PutObject', { Bucket: 'b', Key: 'k' }, { context: CONTEXT, body });
      await expect(call).rejects.toMatchObject({
        code: 'ServiceUnavailable',
        status: 503,
        headers: { 'Retry-After': '1' },
      });
      expect(performance.now() - started).toBeLessThan(underLoad(1_000));
      expect(seen.letGo || size === MIB).toBe(true);
      expect((await body.bytes.next()).done).toBe(true);
    }
  });

  test('a handler that refuses before reading costs no upload', async () => {
    fixture = new BusFixture(nats.urls);
    const refusing = serve('PutObject', async () => {
      throw new S3Error('NoSuchBucket');
    });
    await fixture.node(1, { operations: [refusing] });
    const client = await fixture.client();
    let pulled = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      pulled += 1;
      yield* once(Buffer.alloc(MIB));
    }
    const body = { ...incoming(Buffer.alloc(0)), lengthBytes: MIB, bytes: source() };
    const call = client.call('PutObject', { Bucket: 'b', Key: 'k' }, { context: CONTEXT, body });
    await expect(call).rejects.toMatchObject({ code: 'NoSuchBucket' });
    expect(pulled).toBe(0);
  });

  test('a handler that refuses midway stops the upload with its own error', async () => {
    fixture = new BusFixture(nats.urls);
    const refusing = serve('PutObject', async (call) => {
      for await (const _ of call.body!.bytes) throw new S3Error('InsufficientStorage');
      return { result: {} };
    });
    await fixture.node(1, { operations: [refusing] });
    const client = await fixture.client();
    const bytes = patternBytes(32 * MIB);
    let pulled = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      for await (const piece of inPieces(bytes, 64 * 1024)) {
        pulled += piece.length;
        yield piece;
      }
    }
    const body = { ...incoming(bytes), bytes: source() };
    const call = client.call('PutObject', { Bucket: 'b', Key: 'k' }, { context: CONTEXT, body });
    await expect(call).rejects.toMatchObject({ code: 'InsufficientStorage' });
    expect(pulled).toBeLessThan(16 * MIB);
  });

  test.each(['over NATS', 'inside the process'])(
    'a body that fails, %s, fails with its own error',
    async (where) => {
      fixture = new BusFixture(nats.urls);
      const bus = await fixture.bus('both');
      const localBodies = fixture.localBodies();
      await fixture.node(1, { bus, localBodies });
      const isLocal = where === 'inside the process';
      const client = await fixture.client(isLocal ? { bus, localBodies, node: nodeId(1) } : { bus });
      async function* source(): AsyncGenerator<Uint8Array> {
        yield* once(Buffer.alloc(MIB));
        throw new S3Error('SignatureDoesNotMatch');
      }
      const body = { ...incoming(Buffer.alloc(0)), lengthBytes: 2 * MIB, bytes: source() };
      const call = client.call('PutObject', { Bucket: 'b', Key: 'k' }, { context: CONTEXT, body });
      await expect(call).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
      expect(fixture.store.objects.size).toBe(0);
    },
  );

  test.each([
    ['short', 2 * MIB, MIB],
    ['long', MIB, 2 * MIB],
    ['short inline', 10, 9],
    ['long inline', 9, 10],
  ])('a body that is too %s is IncompleteBody and stores nothing', async (_, declared, actual) => {
    fixture = new BusFixture(nats.urls);
    await fixture.node(1);
    const client = await fixture.client();
    const body = { ...incoming(patternBytes(actual)), lengthBytes: declared };
    const call = client.call('PutObject', { Bucket: 'b', Key: 'k' }, { context: CONTEXT, body });
    await expect(call).rejects.toMatchObject({ code: 'IncompleteBody' });
    expect(fixture.store.objects.size).toBe(0);
  });

  test.each(['over NATS', 'inside the process'])(
    'a reader that stops early stops the sender, %s',
    async (where) => {
      fixture = new BusFixture(nats.urls);
      const bus = await fixture.bus('both');
      const localBodies = fixture.localBodies();
      await fixture.node(1, { bus, localBodies });
      const isLocal = where === 'inside the process';
      const client = await fixture.client(isLocal ? { bus, localBodies, node: nodeId(1) } : { bus });
      fixture.store.objects.set('big', patternBytes(32 * MIB));
      const got = await client.call('GetObject', { Bucket: 'b', Key: 'big' }, { context: CONTEXT });
      for await (const piece of got.body!.bytes) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
      await systemClock.sleep(100);
      expect(fixture.store.openReads).toBe(0);
      const unread = await client.call('GetObject', { Bucket: 'b', Key: 'big' }, { context: CONTEXT });
      await unread.body!.bytes[Symbol.asyncIterator]().return!();
      await systemClock.sleep(100);
      expect(fixture.store.openReads).toBe(0);
    },
  );

  test('a call is given up at once, also when its body stands still', async () => {
    fixture = new BusFixture(nats.urls);
    await fixture.node(1);
    const client = await fixture.client();
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(1024);
      await new Promise(() => {});
    }
    const body = { ...incoming(Buffer.alloc(0)), lengthBytes: 2 ** 20, bytes: source() };
    const aborter = new AbortController();
    const { signal } = aborter;
    const call = client.call('PutObject', { Bucket: 'b', Key: 'k' }, { context: CONTEXT, body, signal });
    await systemClock.sleep(100);
    aborter.abort();
    await expect(call).rejects.toMatchObject({ code: 'RequestTimeout' });
  });

  test('giving a call up lets its body go', async () => {
    fixture = new BusFixture(nats.urls);
    await fixture.node(1);
    const client = await fixture.client();
    let letGo = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield* once(Buffer.alloc(64 * 1024));
      } finally {
        letGo = true;
      }
    }
    const body = { ...incoming(Buffer.alloc(0)), lengthBytes: 2 ** 40, bytes: source() };
    const aborter = new AbortController();
    const { signal } = aborter;
    const call = client.call('PutObject', { Bucket: 'b', Key: 'k' }, { context: CONTEXT, body, signal });
    await systemClock.sleep(100);
    aborter.abort();
    await expect(call).rejects.toMatchObject({ code: 'RequestTimeout' });
    await eventually(() => letGo && fixture.store.calls[0]?.signal.aborted === true);
    expect(fixture.store.objects.size).toBe(0);
  });
});

describe('patience', () => {
  test('a call lasts as long as the node says that it works on it', async () => {
    fixture = new BusFixture(nats.urls);
    const slow = serve('HeadBucket', async () => {
      await systemClock.sleep(2_500);
      return { result: { BucketRegion: 'late' } };
    });
    await fixture.node(1, { operations: [slow] });
    const client = await fixture.client({ silenceTimeoutMs: 1_500 });
    const reply = await client.call('HeadBucket', { Bucket: 'b' }, { context: CONTEXT });
    expect(reply.result).toEqual({ BucketRegion: 'late' });
  });
});

describe('back-pressure', () => {
  test('a slow reader holds the sender back: no more than the window is in flight', async () => {
    fixture = new BusFixture(nats.urls);
    const total = 64 * MIB;
    let produced = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      const piece = Buffer.alloc(256 * 1024);
      for (; produced < total; produced += piece.length) yield* once(piece);
    }
    const handler = serve('GetObject', async () => ({
      result: { ContentLength: total },
      body: { lengthBytes: total, bytes: source() },
    }));
    await fixture.node(1, { operations: [handler] });
    const client = await fixture.client();
    const got = await client.call('GetObject', { Bucket: 'b', Key: 'k' }, { context: CONTEXT });
    let read = 0;
    let ahead = 0;
    for await (const piece of got.body!.bytes) {
      read += piece.length;
      if (read < 8 * MIB) await systemClock.sleep(20);
      ahead = Math.max(ahead, produced - read);
    }
    expect(read).toBe(total);
    expect(ahead).toBeLessThanOrEqual(6 * MIB);
  });
});

describe('a direct call', () => {
  async function direct(
    limit?: (calls: DirectCalls) => DirectCalls,
  ): Promise<{ client: Client; seen: string[]; server: OperationServer }> {
    fixture = new BusFixture(nats.urls);
    const bus = await fixture.bus('both');
    const localBodies = fixture.localBodies();
    const server = await fixture.node(1, { bus, localBodies });
    const seen: string[] = [];
    const plain = await fixture.plain();
    plain.subscribe('s3.node.1.>', { callback: (_, msg) => void seen.push(msg.subject) });
    await plain.flush();
    const calls = limit === undefined ? server : limit(server);
    const options = { bus, localBodies, node: nodeId(1), direct: calls, silenceTimeoutMs: 1_000 };
    const client = await fixture.client(options);
    return { client, seen, server };
  }

  test('is refused for the same parameters as a message', async () => {
    const { client } = await direct();
    const wrong = client.call('GetObject', { Bucket: 'b', Key: 7 }, { context: CONTEXT });
    await expect(wrong).rejects.toMatchObject({ code: 'ValidationError' });
    const absent = client.call('GetObject', { Bucket: 'b', Key: 'no' }, { context: CONTEXT });
    await expect(absent).rejects.toMatchObject({ code: 'NoSuchKey', fields: { Key: 'k' } });
  });

  test('objects go without a message, everything else with one, and `nats micro stats` counts both', async () => {
    const { client, seen } = await direct(directObjects);
    await putAndGet(client, 100);
    const plain = await fixture.plain();
    const answer = await plain.request('$SRV.STATS.predastore', '', { timeout: 5_000 });
    const { endpoints } = answer.json<{ endpoints: { name: string; num_requests: number }[] }>();
    const count = (name: string): number | undefined =>
      endpoints.find((one) => one.name === name)?.num_requests;
    expect([count('PutObject'), count('GetObject')]).toEqual([1, 1]);
    await client.call('HeadBucket', { Bucket: 'b' }, { context: CONTEXT });
    expect(seen).toEqual(['s3.node.1.headbucket']);
  });

  test('a server that has stopped is asked no more: the call goes over the bus', async () => {
    const { client, server } = await direct();
    await server.stop(500);
    const call = client.call('GetObject', { Bucket: 'b', Key: 'k' }, { context: CONTEXT });
    await expect(call).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  });

  test('stopping waits for a direct call under way', async () => {
    const { client, server } = await direct();
    let finish = (): void => undefined;
    const gate = new Promise<void>((resolve) => (finish = resolve));
    fixture.store.beforeRead = () => gate;
    const put = client.call(
      'PutObject',
      { Bucket: 'b', Key: 'k' },
      { context: CONTEXT, body: incoming(patternBytes(10)) },
    );
    await eventually(() => server.inFlight === 1);
    const stopped = server.stop(5_000);
    finish();
    await expect(put).resolves.toBeDefined();
    await stopped;
  });
});
