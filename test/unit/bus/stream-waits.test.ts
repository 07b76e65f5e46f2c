// Who waits how long for whom: a place in a line is no standstill, silence is.

import { beforeEach, describe, expect, test } from '@jest/globals';
import { headers, type Msg } from '@nats-io/transport-node';

import type { BulkLink } from '../../../src/bus/bulk-link.ts';
import { PipeReader } from '../../../src/bus/byte-pipe.ts';
import { ByteReceiver } from '../../../src/bus/byte-receiver.ts';
import { ByteSender } from '../../../src/bus/byte-sender.ts';
import { HEADER } from '../../../src/bus/envelope.ts';
import { once } from '../../../src/core/body.ts';
import type { PredastoreError } from '../../../src/core/errors.ts';
import { Limiter } from '../../../src/platform/limiter.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const SHAPE = { chunkBytes: 1024, windowChunks: 4 };
const HALF_MINUTE_MS = 30_000;

let clock: ManualClock;
let sentTo: string[];
let link: BulkLink;

beforeEach(() => {
  clock = new ManualClock();
  sentTo = [];
  link = {
    clock,
    shape: SHAPE,
    sending: new Limiter(1, 1),
    add: () => '_INBOX.stream',
    remove() {},
    publish: (subject: string) => sentTo.push(subject),
    sendChunk: (_: string, reply: string) => sentTo.push(reply),
  } as unknown as BulkLink;
});

function message(tail: string, kind?: string): Msg {
  const head = headers();
  if (kind !== undefined) head.set(HEADER.stream, kind);
  const own = kind === undefined ? {} : { headers: head };
  return { subject: `_INBOX.stream.${tail}`, data: Buffer.alloc(0), ...own } as unknown as Msg;
}

/** What became of a promise by now. */
async function state(promise: Promise<unknown>): Promise<string> {
  const outcome = promise.then(
    () => 'done',
    (error: unknown) => (error as PredastoreError).code,
  );
  await clock.advance(0);
  return Promise.race([outcome, Promise.resolve('open')]);
}

describe('a sender', () => {
  const body = { lengthBytes: 3, bytes: once(Buffer.from('abc')) };

  test('whose owner begins waits in the node’s line as long as the owner does', async () => {
    const sender = new ByteSender(link, { ...body, bytes: once(Buffer.from('abc')) }, 'owner');
    sender.onTick(20 * HALF_MINUTE_MS);
    sender.start('_INBOX.data', { chunk: 1024, window: 4 });
    const running = sender.run();
    expect(await state(running)).toBe('open');
    expect(sentTo).toEqual(['_INBOX.stream.1', '_INBOX.data']);
  });

  test('whose receiver begins waits half a minute, and longer when it is reminded', async () => {
    const sender = new ByteSender(link, body, 'receiver');
    const running = sender.run();
    await clock.advance(20_000);
    sender.onMessage(message('q'), 'q');
    sender.onTick(40_000);
    expect(await state(running)).toBe('open');
    sender.onTick(20_000 + HALF_MINUTE_MS);
    expect(await state(running)).toBe('peer-stalled');
  });
});

describe('a receiver', () => {
  const receive = (): ByteReceiver =>
    new ByteReceiver({ link, ack: 'ack', lengthBytes: 3, shape: SHAPE, ownerFinishes: true, onClose() {} });

  test('waits for a sender that pings from its line, five minutes at most', async () => {
    const receiver = receive();
    const reading = receiver.next();
    for (let n = 0; n < 11; n += 1) {
      await clock.advance(29_000);
      receiver.onMessage(message('', 'ping'), undefined);
      receiver.onTick(clock.monotonicMs());
    }
    expect(await state(reading)).toBe('open');
    await clock.advance(29_000);
    receiver.onMessage(message('', 'ping'), undefined);
    receiver.onTick(clock.monotonicMs());
    expect(await state(reading)).toBe('body-stalled');
  });

  test('gives a sender half a minute between chunks, whatever it pings', async () => {
    const receiver = receive();
    const first = receiver.next();
    const piece = { subject: 'd', reply: 'ack.1', sizeBytes: 1, bytes: Buffer.from('a') };
    receiver.onPiece({ ...piece, isFirst: true, isLast: true });
    expect(await first).toMatchObject({ done: false });
    const reading = receiver.next();
    await clock.advance(20_000);
    receiver.onMessage(message('', 'ping'), undefined);
    await clock.advance(10_000);
    receiver.onTick(clock.monotonicMs());
    expect(await state(reading)).toBe('body-stalled');
  });

  test.each([true, false])('that stops ends a read that waits (finished by its owner: %s)', async (owner) => {
    const receiver = new ByteReceiver({
      link,
      ack: 'ack',
      lengthBytes: 3,
      shape: SHAPE,
      ownerFinishes: owner,
      onClose() {},
    });
    const reading = receiver.next();
    await receiver.return();
    expect(await reading).toEqual({ done: true, value: undefined });
    expect(await state(receiver.next())).toBe(owner ? 'done' : 'cancelled');
  });

  test('acknowledges a quarter of the window at once, and a lone chunk a moment later', async () => {
    const receiver = new ByteReceiver({
      link,
      ack: 'ack',
      lengthBytes: 9,
      shape: { ...SHAPE, windowChunks: 8 },
      ownerFinishes: true,
      onClose() {},
    });
    const arrive = (n: number): void =>
      receiver.onPiece({
        subject: 'd',
        reply: `ack.${n}`,
        sizeBytes: 1,
        bytes: Buffer.from('a'),
        isFirst: true,
        isLast: true,
      });
    for (const n of [1, 2, 3]) {
      arrive(n);
      await receiver.next();
    }
    void receiver.next();
    expect(sentTo).toEqual(['ack.2']);
    await clock.advance(2);
    expect(sentTo).toEqual(['ack.2', 'ack.3']);
  });
});

describe('a receiver with a pipe past NATS', () => {
  /** Brings these portions, then its end as often as it is asked; `reads` counts, and too many fail. */
  function pipeOf(...portions: string[]): { reader: PipeReader; reads: () => number } {
    let reads = 0;
    const reader = new PipeReader({
      write: () => Promise.resolve(),
      end: () => Promise.resolve(),
      abort() {},
      read: () => {
        reads += 1;
        if (reads > 50) return Promise.reject(new Error('read again and again at its end'));
        const portion = portions.shift();
        return Promise.resolve(portion === undefined ? null : Buffer.from(portion));
      },
    });
    return { reader, reads: () => reads };
  }

  const receive = (onClose: (failure?: Error) => void): ByteReceiver =>
    new ByteReceiver({ link, ack: 'ack', lengthBytes: 3, shape: SHAPE, ownerFinishes: true, onClose });

  test('does not go on reading it when its reader stopped after the last byte', async () => {
    const receiver = receive(() => undefined);
    const { reader, reads } = pipeOf('abc', '{"chunks":0,"bytes":3}');
    const first = receiver.next();
    expect(receiver.takePipe(reader)).toBe(true);
    expect(Buffer.from((await first).value as Uint8Array).toString()).toBe('abc');
    await receiver.return();
    await clock.advance(0);
    expect(reads()).toBeLessThan(5);
  });

  test('does not go on reading it after an end record that is wrong', async () => {
    let failure: Error | undefined;
    const receiver = receive((why) => (failure = why));
    const { reader, reads } = pipeOf('abc', '{"chunks":0,"bytes":4}');
    const first = receiver.next();
    expect(receiver.takePipe(reader)).toBe(true);
    await first;
    for (let turn = 0; turn < 5; turn += 1) await clock.advance(0);
    expect(failure).toMatchObject({ code: 'InvalidRequest' });
    await expect(receiver.next()).rejects.toMatchObject({ code: 'InvalidRequest' });
    expect(reads()).toBeLessThan(5);
  });
});
