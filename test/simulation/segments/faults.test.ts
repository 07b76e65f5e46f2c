// Every call to the disk fails once, in turn, in every way it can.

import { describe, expect, test } from '@jest/globals';
import * as engine from '../../../src/segments/segment-store.ts';
import { FAULT_KINDS, callsToFail, runFaultScript, type FaultScript } from './fault-run.ts';
import { FAULT_HISTORY, WIDE_FAULT_HISTORY, WIDE_SEGMENT_BYTES_MAX } from './known-steps.ts';

const SEED = 20_261_125;

describe('a call to the disk that fails', () => {
  test.each(Object.keys(FAULT_KINDS))(
    'with %s: a typed error at worst, nothing acknowledged is lost, nothing else appears',
    async (kind) => {
      await everyCall({ seed: SEED, steps: FAULT_HISTORY, kind });
    },
    120_000,
  );

  test('is not asked again: what a failed sync may have lost is not committed by a later one', async () => {
    await everyCall({
      seed: SEED,
      steps: WIDE_FAULT_HISTORY,
      kind: 'EIO',
      segmentBytesMax: WIDE_SEGMENT_BYTES_MAX,
    });
  }, 120_000);
});

async function everyCall(script: Omit<FaultScript, 'nth'>): Promise<void> {
  const calls = await callsToFail(engine, script);
  expect(calls.length).toBeGreaterThan(10);
  for (const nth of calls) {
    try {
      await runFaultScript(engine, { ...script, nth });
    } catch (error) {
      throw new Error(`call ${nth} with ${script.kind}: ${String(error)}`, { cause: error });
    }
  }
}
