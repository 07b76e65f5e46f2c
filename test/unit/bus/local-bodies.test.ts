import { describe, expect, test } from '@jest/globals';

import { bodyOf, collect, type IncomingBody } from '../../../src/core/body.ts';
import { PredastoreError } from '../../../src/core/errors.ts';
import { LOCAL_OFFERS_MAX, LOCAL_OFFER_TIMEOUT_MS } from '../../../src/core/limits.ts';
import { LocalBodies, LocalExchange } from '../../../src/bus/local-bodies.ts';
import { systemClock, type Clock, type Timer } from '../../../src/platform/clock.ts';
import { systemRandom } from '../../../src/platform/random.ts';

/** Time that moves when the test says so. */
class ManualClock implements Clock {
  #now = 0;
  readonly #timers: { at: number; action: () => void; live: boolean }[] = [];

  nowMs(): number {
    return this.#now;
  }

  monotonicMs(): number {
    return this.#now;
  }

  after(delayMs: number, action: () => void): Timer {
    const timer = { at: this.#now + delayMs, action, live: true };
    this.#timers.push(timer);
    return { cancel: () => (timer.live = false) };
  }

  sleep(): Promise<void> {
    return Promise.resolve();
  }

  advance(byMs: number): void {
    const end = this.#now + byMs;
    for (;;) {
      const due = this.#timers
        .filter((timer) => timer.live && timer.at <= end)
        .sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      due.live = false;
      this.#now = due.at;
      due.action();
    }
    this.#now = end;
  }
}

function watched(pieces: readonly Buffer[]): { body: IncomingBody; ended: () => boolean } {
  let over = false;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      for (const piece of pieces) yield await Promise.resolve(piece);
    } finally {
      over = true;
    }
  }
  const lengthBytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return {
    body: { lengthBytes, bytes: bytes(), announced: ['md5'], claims: () => [] },
    ended: () => over,
  };
}

const reason = new PredastoreError('cancelled', 'taken back');

describe('a body handed over inside the process', () => {
  test('a token works once and brings the body with everything said of it', async () => {
    const { requests } = new LocalBodies(systemClock, systemRandom);
    const { body } = watched([Buffer.from('ab'), Buffer.from('c')]);
    const { token } = requests.offer(body);
    expect(token).toMatch(/^[0-9a-f]{32}$/);
    const claimed = requests.claim(token);
    expect(claimed?.lengthBytes).toBe(3);
    expect(claimed?.announced).toEqual(['md5']);
    expect((await collect(claimed!.bytes, 3)).toString()).toBe('abc');
    expect(requests.claim(token)).toBeUndefined();
    expect(requests.claim('00'.repeat(16))).toBeUndefined();
  });

  test('requests and replies do not mix', () => {
    const bodies = new LocalBodies(systemClock, systemRandom);
    const { token } = bodies.requests.offer(bodyOf(Buffer.from('x')));
    expect(bodies.replies.claim(token)).toBeUndefined();
    expect(bodies.requests.claim(token)).toBeDefined();
  });

  test('an offer that nobody claims is let go after its time, and only then', async () => {
    const clock = new ManualClock();
    const exchange = new LocalExchange<IncomingBody>(clock, systemRandom);
    const { body, ended } = watched([Buffer.from('a')]);
    await body.bytes[Symbol.asyncIterator]().next();
    const { token } = exchange.offer(body);
    clock.advance(LOCAL_OFFER_TIMEOUT_MS - 2_000);
    expect(exchange.size).toBe(1);
    clock.advance(3_000);
    expect(exchange.size).toBe(0);
    expect(exchange.claim(token)).toBeUndefined();
    await Promise.resolve();
    expect(ended()).toBe(true);
  });

  test('a reader that stops returns the producer', async () => {
    const { requests } = new LocalBodies(systemClock, systemRandom);
    const { body, ended } = watched([Buffer.from('a'), Buffer.from('b')]);
    const claimed = requests.claim(requests.offer(body).token);
    for await (const _ of claimed!.bytes) break;
    expect(ended()).toBe(true);
  });

  test('a producer that fails is seen by the reader', async () => {
    const { requests } = new LocalBodies(systemClock, systemRandom);
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from('a'));
      throw reason;
    }
    const claimed = requests.claim(requests.offer({ ...bodyOf(Buffer.alloc(0)), bytes: bytes() }).token);
    await expect(collect(claimed!.bytes, 10)).rejects.toBe(reason);
  });

  test('withdrawing fails a pending read and every later one', async () => {
    const { requests } = new LocalBodies(systemClock, systemRandom);
    let stopped = false;
    const bytes: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => undefined),
        return: () => {
          stopped = true;
          return Promise.resolve({ done: true, value: undefined });
        },
      }),
    };
    const offer = requests.offer({ ...bodyOf(Buffer.alloc(0)), bytes });
    const reader = requests.claim(offer.token)!.bytes[Symbol.asyncIterator]();
    const pending = reader.next();
    offer.withdraw(reason);
    await expect(pending).rejects.toBe(reason);
    await expect(reader.next()).rejects.toBe(reason);
    expect(stopped).toBe(true);
  });

  test('withdrawing after the end changes nothing', async () => {
    const { requests } = new LocalBodies(systemClock, systemRandom);
    const { body } = watched([Buffer.from('a')]);
    const offer = requests.offer(body);
    const claimed = requests.claim(offer.token)!;
    await collect(claimed.bytes, 1);
    offer.withdraw(reason);
    expect((await claimed.bytes[Symbol.asyncIterator]().next()).done).toBe(true);
  });

  test('offers are bounded', () => {
    const { requests } = new LocalBodies(systemClock, systemRandom);
    for (let n = 0; n < LOCAL_OFFERS_MAX; n += 1) requests.offer(bodyOf(Buffer.alloc(0)));
    expect(() => requests.offer(bodyOf(Buffer.alloc(0)))).toThrow(/too many bodies/);
  });
});
