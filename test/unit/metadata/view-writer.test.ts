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
