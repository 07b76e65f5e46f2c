import { expect, test } from '@jest/globals';
import { StripeBuffers } from '../../../src/objects/stripe-buffers.ts';

test('a buffer that was given back is used again, one that was not never is', () => {
  const buffers = new StripeBuffers();
  const first = buffers.take(1000);
  const second = buffers.take(1000);
  expect(second).not.toBe(first);
  buffers.give(first);
  expect(buffers.take(900)).toBe(first);
  expect(buffers.take(1000)).not.toBe(second);
});

test('a short stripe gets a buffer of its own length', () => {
  const buffers = new StripeBuffers();
  buffers.give(buffers.take(1000));
  const short = buffers.take(100);
  expect(short.length).toBe(100);
  buffers.give(short);
  expect(buffers.take(1000).length).toBe(1000);
});

test('what was kept for shorter stripes is let go when longer ones come', () => {
  const buffers = new StripeBuffers();
  const old = buffers.take(1000);
  buffers.take(2000);
  buffers.give(old);
  expect(buffers.take(2000).length).toBe(2000);
});

test('a burst does not stay in memory', () => {
  const buffers = new StripeBuffers();
  const burst = Array.from({ length: 200 }, () => buffers.take(1000));
  for (const buffer of burst) buffers.give(buffer);
  const kept = new Set(burst.map(() => buffers.take(1000)).filter((buffer) => burst.includes(buffer)));
  expect(kept.size).toBe(64);
});
