import { expect, test } from '@jest/globals';
import type { View } from '../../../src/metadata/view.ts';
import { ViewWriter } from '../../../src/metadata/view-writer.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { ManualClock } from '../../support/manual-clock.ts';

test('a message that comes while a write is ending is written, too', async () => {
  const view = {
    position: { applied: 0, safe: 0 },
    apply: ({ applied, safe }: { applied: number; safe: number }) => {
      view.position = { applied, safe };
      return Promise.resolve();
    },
  };
  const clock = new ManualClock();
  const batch = (applied: number) => ({ messages: [], applied, safe: applied }) as never;
  const writer = new ViewWriter({
    view: view as unknown as View,
    clock,
    logger: silentLogger,
    awaited: () => true,
    written: (safe) => {
      if (safe === 1) queueMicrotask(() => void writer.add(batch(2)));
    },
  });
  await writer.add(batch(1));
  await clock.advance(0);
  expect(view.position.applied).toBe(2);
});

test('what was delivered of a subject is gathered until the view has it, also when a write fails', async () => {
  const applied: (() => void)[] = [];
  const failures: Error[] = [new Error('disk full')];
  const view = {
    position: { applied: 0, safe: 0 },
    apply: async ({ applied: at, safe }: { applied: number; safe: number }) => {
      await new Promise<void>((resolve) => applied.push(resolve));
      const failure = failures.pop();
      if (failure !== undefined) throw failure;
      view.position = { applied: at, safe };
    },
  };
  const clock = new ManualClock();
  const turn = (): Promise<void> => new Promise(setImmediate);
  const message = (subject: string, sequence: number) => ({ subject, sequence, payload: Buffer.from('x') });
  const batch = (at: number, subject: string) =>
    ({ messages: [message(subject, at)], applied: at, safe: at }) as never;
  const writer = new ViewWriter({
    view: view as unknown as View,
    clock,
    logger: silentLogger,
    awaited: () => true,
    written: () => undefined,
  });
  await writer.add(batch(1, 'a'));
  await writer.add(batch(2, 'a'));
  expect(writer.gathered('a')?.sequence).toBe(2);
  applied.shift()!(); // fails
  await turn();
  expect(writer.gathered('a')?.sequence).toBe(2);
  await clock.advance(1_000);
  await turn();
  applied.shift()!();
  await turn();
  expect(writer.gathered('a')).toBeUndefined();
  expect(view.position.applied).toBe(2);
});
