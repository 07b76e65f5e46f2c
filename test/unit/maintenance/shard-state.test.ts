// A damaged index row is a shard to be rebuilt; it does not end the look at the others.

import { expect, test } from '@jest/globals';
import { PredastoreError } from '../../../src/core/errors.ts';
import { composeWriteId, nodeId } from '../../../src/core/ids.ts';
import { rowStateOf } from '../../../src/maintenance/shard-state.ts';

const key = { writeId: composeWriteId(1_700_000_000_000, nodeId(1), Buffer.alloc(8)), index: 0 };

test('a shard is stored, absent or damaged; trouble of the store itself is passed on', async () => {
  const stat = { key, objectHash: Buffer.alloc(32), lengthBytes: 1 };
  expect(await rowStateOf({ stat: () => Promise.resolve(stat) }, key)).toBe('stored');
  expect(await rowStateOf({ stat: () => Promise.resolve(undefined) }, key)).toBe('absent');
  const failing = (code: 'shard-corrupt' | 'store-closed'): { stat: () => Promise<never> } => ({
    stat: () => Promise.reject(new PredastoreError(code, 'of the store')),
  });
  expect(await rowStateOf(failing('shard-corrupt'), key)).toBe('damaged');
  await expect(rowStateOf(failing('store-closed'), key)).rejects.toMatchObject({ code: 'store-closed' });
});
