// The client library as another program uses it, over a real nats-server: typed methods, bodies both ways, retries that do
// nothing twice, bodies that go on where they broke off.

import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { OperationCall, OperationHandler } from '../../../src/bus/operation.ts';
import { connectStore, type Store } from '../../../src/client/index.ts';
import { operationNames } from '../../../src/contracts/operations.ts';
import { S3Error } from '../../../src/contracts/s3-errors.ts';
import { STREAM_CHUNK_BYTES_MAX } from '../../../src/core/limits.ts';
import { BusFixture, inPieces, patternBytes, serve } from '../../support/bus-fixture.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { ACCOUNT, benchWithBucket, type ServiceBench } from '../../support/service-bench.ts';

let nats: TestNats;
let fixture: BusFixture;
let bench: ServiceBench;
let store: Store;
let calls: OperationCall[];
/** Put in the way of every operation. */
let interfere: (call: OperationCall, handler: OperationHandler) => ReturnType<OperationHandler>;

beforeAll(async () => {
  nats = await startNats();
});
afterAll(async () => nats.stop());
beforeEach(async () => {
  fixture = new BusFixture(nats.urls);
  bench = await benchWithBucket();
  calls = [];
  interfere = (call, handler) => handler(call);
  const watched = operationNames.map((name) =>
    serve(name, async (call) => {
      calls.push(call);
      return interfere(call, bench.table[name]);
    }),
  );
  await fixture.node(1, { operations: watched });
  store = await connectStore({ servers: nats.urls, accountId: ACCOUNT });
});
afterEach(async () => {
  await store.close();
  await fixture.close();
});

/** Fails the first `times` calls. */
function failing(times: number, code: 'ServiceUnavailable' | 'NoSuchKey'): typeof interfere {
  let left = times;
  return (call, handler) => {
    left -= 1;
    return left >= 0 ? Promise.reject(new S3Error(code)) : handler(call);
  };
}

describe('a store', () => {
  test('takes text, bytes and streams, and gives them back', async () => {
    const bytes = patternBytes(900_000);
    await store.putObject({ Bucket: 'photos', Key: 'text', Body: 'meow' });
    await store.putObject({ Bucket: 'photos', Key: 'bytes', Body: bytes });
    const stream = Readable.from(inPieces(bytes, 10_000));
    await store.putObject({ Bucket: 'photos', Key: 'stream', Body: stream, ContentLength: bytes.length });
    expect(await (await store.getObject({ Bucket: 'photos', Key: 'text' })).Body.text()).toBe('meow');
    for (const Key of ['bytes', 'stream']) {
      const { Body, ContentLength } = await store.getObject({ Bucket: 'photos', Key });
      expect(ContentLength).toBe(bytes.length);
      expect(bytes.equals(await Body.bytes())).toBe(true);
    }
  });

  test('wants the length of a stream', async () => {
    const Body = Readable.from([Buffer.from('x')]);
    await expect(store.putObject({ Bucket: 'photos', Key: 'k', Body })).rejects.toMatchObject({
      code: 'MissingContentLength',
    });
  });

  test('fails with the S3 error of the node', async () => {
    await expect(store.headObject({ Bucket: 'photos', Key: 'none' })).rejects.toMatchObject({
      code: 'NoSuchKey',
      status: 404,
    });
  });

  test('carries the trace of the moment', async () => {
    const traced = await connectStore({
      servers: nats.urls,
      accountId: ACCOUNT,
      trace: () => ({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }),
    });
    await traced.headBucket({ Bucket: 'photos' });
    await traced.close();
    expect(calls.at(-1)?.context.traceparent).toBe('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
  });
});

describe('what fails for a moment', () => {
  test('is tried again when it is a read', async () => {
    interfere = failing(2, 'ServiceUnavailable');
    expect(await store.headBucket({ Bucket: 'photos' })).toMatchObject({ BucketRegion: expect.any(String) });
    expect(calls).toHaveLength(3);
  });

  test('is not tried again when it is a write, unless it has an idempotency key', async () => {
    interfere = failing(1, 'ServiceUnavailable');
    const write = { Bucket: 'photos', Key: 'k', Body: 'v' };
    await expect(store.putObject(write)).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    expect(calls).toHaveLength(1);
    interfere = failing(1, 'ServiceUnavailable');
    await store.putObject(write, { idempotencyKey: 'auto' });
    const [, second, third] = calls.map(({ context }) => context.idempotencyKey);
    expect(second).toMatch(/^[0-9a-f]{32}$/);
    expect(third).toBe(second);
  });

  test('is not tried again when the answer is definite', async () => {
    interfere = failing(1, 'NoSuchKey');
    await expect(store.headObject({ Bucket: 'photos', Key: 'k' })).rejects.toMatchObject({
      code: 'NoSuchKey',
    });
    expect(calls).toHaveLength(1);
  });

  test('is given up after the tries are used', async () => {
    interfere = failing(100, 'ServiceUnavailable');
    await expect(store.listBuckets({})).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    expect(calls).toHaveLength(4);
  });
});

describe('a body that breaks off', () => {
  const bytes = patternBytes(900_000);
  /** The first `times` bodies end with a failure after some bytes. */
  function breaking(times: number, afterBytes = 2 * STREAM_CHUNK_BYTES_MAX): typeof interfere {
    let left = times;
    return async (call, handler) => {
      const reply = await handler(call);
      if (reply.body === undefined || left <= 0) return reply;
      left -= 1;
      const { body } = reply;
      return { ...reply, body: { lengthBytes: body.lengthBytes, bytes: cutOff(body.bytes, afterBytes) } };
    };
  }
  async function* cutOff(source: AsyncIterable<Uint8Array>, afterBytes: number): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      yield piece.subarray(0, afterBytes);
      if (piece.length > afterBytes) throw new S3Error('ServiceUnavailable', 'cut');
    }
  }
  beforeEach(async () => {
    await store.putObject({ Bucket: 'photos', Key: 'big', Body: bytes });
    calls.length = 0;
  });

  test('goes on from there with a range and the entity tag', async () => {
    interfere = breaking(1);
    const { Body, ETag } = await store.getObject({ Bucket: 'photos', Key: 'big' });
    expect(bytes.equals(await Body.bytes())).toBe(true);
    expect(calls.map(({ parameters }) => parameters)).toEqual([
      { Bucket: 'photos', Key: 'big' },
      { Bucket: 'photos', Key: 'big', Range: `bytes=${2 * STREAM_CHUNK_BYTES_MAX}-899999`, IfMatch: ETag },
    ]);
  });

  test('goes on inside the range that was asked for', async () => {
    interfere = breaking(1);
    const { Body } = await store.getObject({ Bucket: 'photos', Key: 'big', Range: 'bytes=100000-799999' });
    expect(bytes.subarray(100_000, 800_000).equals(await Body.bytes())).toBe(true);
    expect(calls.at(-1)?.parameters['Range']).toBe(`bytes=${100_000 + 2 * STREAM_CHUNK_BYTES_MAX}-799999`);
  });

  test('is never joined with bytes of another version', async () => {
    const cut = breaking(1);
    interfere = async (call, handler) => {
      const reply = await cut(call, handler);
      if (calls.length === 1)
        await bench.ask('PutObject', { Bucket: 'photos', Key: 'big' }, { body: 'another' });
      return reply;
    };
    const { Body } = await store.getObject({ Bucket: 'photos', Key: 'big' });
    await expect(Body.bytes()).rejects.toMatchObject({ code: 'ServiceUnavailable', message: 'cut' });
  });

  test('goes on in the version that was begun where the object was overwritten', async () => {
    const VersionId = 'begun';
    const cut = breaking(1);
    interfere = async (call, handler) => {
      if (calls.length === 2) throw new S3Error('PreconditionFailed');
      const { VersionId: _asked, ...parameters } = call.parameters;
      const reply = await cut({ ...call, parameters }, handler);
      return { ...reply, result: { ...reply.result, VersionId } };
    };
    const { Body } = await store.getObject({ Bucket: 'photos', Key: 'big' });
    expect(bytes.equals(await Body.bytes())).toBe(true);
    expect(calls.map(({ parameters }) => parameters['VersionId'])).toEqual([undefined, undefined, VersionId]);
  });

  test('that arrives changed is an error', async () => {
    interfere = async (call, handler) => {
      const reply = await handler(call);
      return { ...reply, body: { lengthBytes: 4, bytes: inPieces(Buffer.from('MEOW'), 4) } };
    };
    await bench.ask('PutObject', { Bucket: 'photos', Key: 'cat' }, { body: 'meow' });
    const { Body } = await store.getObject({ Bucket: 'photos', Key: 'cat' });
    await expect(Body.text()).rejects.toMatchObject({ code: 'BadDigest' });
  });
});
