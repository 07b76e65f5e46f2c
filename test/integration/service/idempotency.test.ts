// Idempotency keys over a real nats-server: a request that is repeated is answered the same and done once, whichever node
// it reaches, also after restarts; and nothing is held for ever by a node that died.

import { headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { OperationCall, OperationHandler } from '../../../src/bus/operation.ts';
import { operationNames, type OperationName } from '../../../src/contracts/operations.ts';
import { bodyOf } from '../../../src/core/body.ts';
import { systemClock, type Clock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { AnswerBook } from '../../../src/service/idempotency/answer-book.ts';
import { answerStream } from '../../../src/service/idempotency/answer-stream.ts';
import { withIdempotency } from '../../../src/service/idempotency/idempotent.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { BusFixture, eventually, patternBytes, serve } from '../../support/bus-fixture.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { ACCOUNT, OTHER_ACCOUNT, benchWithBucket, type ServiceBench } from '../../support/service-bench.ts';

/** Ten times as fast as life, for leases. */
const QUICK = fastClock(10);

let nats: TestNats;
let fixture: BusFixture;
let bench: ServiceBench;
let plain: NatsConnection;
/** What reached the store. */
let done: OperationCall[];
/** Awaited inside every operation. */
let hold: () => Promise<void>;
let keys = 0;
let clock: Clock;

beforeAll(async () => {
  nats = await startNats();
});
afterAll(async () => nats.stop());
beforeEach(async () => {
  fixture = new BusFixture(nats.urls);
  bench = await benchWithBucket();
  done = [];
  hold = () => Promise.resolve();
  plain = await fixture.plain();
  keys += 1;
  clock = QUICK;
});
afterEach(async () => fixture.close());

/** A node over the store of the bench; nodes share nothing but it and NATS. */
async function node(id: number): Promise<{ stop(): Promise<void> }> {
  const bus = await fixture.bus(`node ${id}`);
  const stream = answerStream({
    connection: bus.control,
    replicas: 1,
    clock,
    random: systemRandom,
  });
  const book = new AnswerBook({
    stream,
    clock,
    random: systemRandom,
    log: silentLogger,
    node: id,
  });
  const watched = Object.fromEntries(
    operationNames.map((name) => [name, watch(bench.table[name])]),
  ) as Record<OperationName, OperationHandler>;
  const table = withIdempotency(watched, book);
  const operations = operationNames.map((name) => serve(name, table[name]));
  const server = await fixture.node(id, { bus, operations });
  return { stop: () => server.stop(1000) };
}

function watch(handler: OperationHandler): OperationHandler {
  return async (call) => {
    done.push(call);
    await hold();
    return handler(call);
  };
}

interface Asked {
  readonly key?: string;
  readonly account?: string;
  readonly at?: number;
}

function ask(operation: string, document: object, asked: Asked = {}): Promise<Msg> {
  const own = headers();
  own.set('X-Account-ID', asked.account ?? ACCOUNT);
  own.set('Spinifex-Idempotency-Key', asked.key ?? `key-${keys}`);
  const subject = asked.at === undefined ? `s3.${operation}` : `s3.node.${asked.at}.${operation}`;
  return plain.request(subject, JSON.stringify(document), { headers: own, timeout: 20_000 });
}

const put = (text: string, key = 'cat'): object => ({
  Bucket: 'photos',
  Key: key,
  Body: Buffer.from(text).toString('base64'),
});

describe('a request with an idempotency key', () => {
  test('is done once and answered the same when it is repeated at another node', async () => {
    await node(1);
    await node(2);
    const first = await ask('putobject', put('meow'), { at: 1 });
    const again = await ask('putobject', put('meow'), { at: 2 });
    expect(first.json()).toEqual({ ETag: expect.any(String) });
    expect(again.json()).toEqual(first.json());
    expect(done).toHaveLength(1);
  });

  test('keeps its answer when what it did has been undone since', async () => {
    await node(1);
    const created = await ask('createbucket', { Bucket: 'films' });
    await bench.ask('DeleteBucket', { Bucket: 'films' });
    expect((await ask('createbucket', { Bucket: 'films' })).json()).toEqual(created.json());
    expect(await bench.buckets.head('films')).toBeUndefined();
  });

  test('is remembered by a node that was not there, and by a server that was restarted', async () => {
    const one = await node(1);
    const first = await ask('putobject', put('meow'));
    await one.stop();
    await fixture.close();
    await nats.servers[0]!.restart();
    fixture = new BusFixture(nats.urls);
    plain = await fixture.plain();
    await node(2);
    expect((await ask('putobject', put('meow'))).json()).toEqual(first.json());
    expect(done).toHaveLength(1);
  });

  test('is refused with other parameters or another body', async () => {
    await node(1);
    await ask('putobject', put('meow'));
    const mismatch = { Code: 'IdempotentParameterMismatch' };
    expect((await ask('putobject', put('meow', 'dog'))).json()).toMatchObject(mismatch);
    expect((await ask('putobject', put('longer'))).json()).toMatchObject(mismatch);
    expect((await ask('putobject', put('woof'))).json()).toMatchObject(mismatch);
    expect(done).toHaveLength(1);
  });

  test('means nothing to another account or operation', async () => {
    await node(1);
    await ask('putobject', put('meow'));
    expect((await ask('putobject', put('meow'), { account: OTHER_ACCOUNT })).json()).toMatchObject({
      Code: 'AccessDenied',
    });
    expect((await ask('deleteobject', { Bucket: 'photos', Key: 'cat' })).json()).toEqual({});
    expect(done).toHaveLength(3);
  });

  test('that failed may be repeated and is judged anew', async () => {
    await node(1);
    const missing = { Bucket: 'films', Key: 'k', Body: '' };
    expect((await ask('putobject', missing)).json()).toMatchObject({ Code: 'NoSuchBucket' });
    await bench.ask('CreateBucket', { Bucket: 'films' });
    expect((await ask('putobject', missing)).json()).toEqual({ ETag: expect.any(String) });
    expect(done).toHaveLength(2);
  });

  test('is done once when it comes many times at once', async () => {
    await node(1);
    await node(2);
    hold = () => systemClock.sleep(100);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => ask('putobject', put('meow'), { at: 1 + (index % 2) })),
    );
    const documents = answers.map((answer) => answer.json());
    expect(new Set(documents.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(documents[0]).toEqual({ ETag: expect.any(String) });
    expect(done).toHaveLength(1);
  });

  test('is not taken over while its node lives, however long it takes', async () => {
    clock = fastClock(3); // renewals come in time on a busy machine
    await node(1);
    await node(2);
    let finish: () => void = () => undefined;
    hold = () => new Promise((resolve) => (finish = resolve));
    const first = ask('putobject', put('meow'), { at: 1 });
    await eventually(() => done.length === 1);
    // Twice the lease: the repetition gives up first.
    const again = await ask('putobject', put('meow'), { at: 2 });
    expect(again.json()).toMatchObject({ Code: 'OperationAborted' });
    expect(again.headers?.get('S3-Error-Detail')).toContain('Retry-After');
    finish();
    await first;
    expect((await ask('putobject', put('meow'), { at: 2 })).json()).toEqual((await first).json());
    expect(done).toHaveLength(1);
  });

  test('is taken over when its node died', async () => {
    const dying = await fixture.bus('dying');
    const stream = answerStream({
      connection: dying.control,
      replicas: 1,
      clock,
      random: systemRandom,
    });
    const silent = { ...clock, after: () => ({ cancel: () => undefined }) };
    const book = new AnswerBook({ stream, clock: silent, random: systemRandom, log: silentLogger, node: 9 });
    const dead = withIdempotency(
      { PutObject: () => new Promise<never>(() => undefined) } as unknown as Record<
        OperationName,
        OperationHandler
      >,
      book,
    );
    const context = { requestId: 'r', accountId: ACCOUNT, idempotencyKey: `key-${keys}` };
    const parameters = { Bucket: 'photos', Key: 'cat' };
    const { signal } = new AbortController();
    const claimed = jest.spyOn(stream, 'write');
    void dead.PutObject({
      operation: 'PutObject',
      context,
      parameters,
      signal,
      body: bodyOf(Buffer.from('meow')),
    });
    await claimed.mock.results[0]!.value;
    await node(1);
    expect((await ask('putobject', put('meow'))).json()).toEqual({ ETag: expect.any(String) });
    expect(done).toHaveLength(1);
  });

  test('streams its body, and is recognised by it', async () => {
    await node(1);
    const client = await fixture.client();
    const bytes = patternBytes(900_000);
    const context = { requestId: 'r1', accountId: ACCOUNT, idempotencyKey: `key-${keys}` };
    const call = (body: Buffer): Promise<{ result: unknown }> =>
      client.call('PutObject', { Bucket: 'photos', Key: 'big' }, { context, body: bodyOf(body) });
    const first = await call(bytes);
    expect((await call(bytes)).result).toEqual(first.result);
    await expect(call(patternBytes(900_000, 2))).rejects.toMatchObject({
      code: 'IdempotentParameterMismatch',
    });
    expect(done).toHaveLength(1);
  });

  test('that is too long or comes without an account is refused', async () => {
    await node(1);
    const refusal = { Code: 'ValidationError' };
    expect((await ask('putobject', put('m'), { key: 'x'.repeat(256) })).json()).toMatchObject(refusal);
    expect((await ask('putobject', put('m'), { account: '' })).json()).toMatchObject(refusal);
  });

  test('makes reads neither slower nor stale', async () => {
    await node(1);
    await bench.ask('PutObject', { Bucket: 'photos', Key: 'cat' }, { body: 'meow' });
    const read = { Bucket: 'photos', Key: 'cat' };
    expect((await ask('headobject', read)).json()).toMatchObject({ ContentLength: 4 });
    await bench.ask('PutObject', { Bucket: 'photos', Key: 'cat' }, { body: 'meow meow' });
    expect((await ask('headobject', read)).json()).toMatchObject({ ContentLength: 9 });
  });
});
