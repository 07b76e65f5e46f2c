// Every call to the disk fails once, in turn, in every way it can.

import { describe, expect, test } from '@jest/globals';
import * as engine from '../../../src/segments/segment-store.ts';
import { FAULT_KINDS, callsToFail, runFaultScript } from './fault-run.ts';
import { FAULT_HISTORY } from './known-steps.ts';

const SEED = 20_261_125;

describe('a call to the disk that fails', () => {
  test.each(Object.keys(FAULT_KINDS))(
    'with %s: a typed error at worst, nothing acknowledged is lost, nothing else appears',
    async (kind) => {
      const script = { seed: SEED, steps: FAULT_HISTORY, kind };
      const calls = await callsToFail(engine, script);
      expect(calls.length).toBeGreaterThan(10);
      for (const nth of calls) {
        try {
          await runFaultScript(engine, { ...script, nth });
        } catch (error) {
          throw new Error(`call ${nth} with ${kind}: ${String(error)}`, { cause: error });
        }
      }
    },
    120_000,
  );
});
