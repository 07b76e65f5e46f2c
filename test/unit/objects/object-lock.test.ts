// Which versions may be deleted, and which changes a retention takes.

import { describe, expect, test } from '@jest/globals';
import type { RetentionRecord } from '../../../src/contracts/records.ts';
import { defaultRetention, lockVerdict, mayRetain } from '../../../src/objects/object-lock.ts';

const NOW = Date.parse('2026-11-26T12:00:00.000Z');
const DAY_MS = 86_400_000;

function retention(mode: RetentionRecord['mode'], days: number): RetentionRecord {
  return { mode, until: new Date(NOW + days * DAY_MS).toISOString() };
}

describe('the verdict', () => {
  test('goes by the mode until the moment the retention is over', () => {
    expect(lockVerdict({}, NOW)).toBe('free');
    expect(lockVerdict({ retention: retention('GOVERNANCE', 1) }, NOW)).toBe('governed');
    expect(lockVerdict({ retention: retention('COMPLIANCE', 1) }, NOW)).toBe('locked');
    const over = retention('COMPLIANCE', 0);
    expect(lockVerdict({ retention: over }, NOW - 1)).toBe('locked');
    expect(lockVerdict({ retention: over }, NOW)).toBe('free');
  });

  test('is locked under a legal hold, whatever the retention, until it is lifted', () => {
    expect(lockVerdict({ legalHold: 'ON' }, NOW)).toBe('locked');
    expect(lockVerdict({ legalHold: 'ON', retention: retention('GOVERNANCE', 1) }, NOW)).toBe('locked');
    expect(lockVerdict({ legalHold: 'ON', retention: retention('GOVERNANCE', -1) }, NOW)).toBe('locked');
    expect(lockVerdict({ legalHold: 'OFF' }, NOW)).toBe('free');
    expect(lockVerdict({ legalHold: 'OFF', retention: retention('GOVERNANCE', 1) }, NOW)).toBe('governed');
  });
});

describe('a retention', () => {
  const asked = (
    present: RetentionRecord | undefined,
    next: RetentionRecord | undefined,
    bypass = false,
  ): boolean => mayRetain({ ...(present && { retention: present }) }, next, { nowMs: NOW, bypass });

  test('is free to be set where there is none, or one that is over', () => {
    for (const mode of ['GOVERNANCE', 'COMPLIANCE'] as const) {
      expect(asked(undefined, retention(mode, 1))).toBe(true);
      expect(asked(retention('COMPLIANCE', -1), retention(mode, 1))).toBe(true);
      expect(asked(retention(mode, -1), undefined)).toBe(true);
    }
  });

  test.each(['GOVERNANCE', 'COMPLIANCE'] as const)('of mode %s is extended in its mode', (mode) => {
    expect(asked(retention(mode, 2), retention(mode, 3))).toBe(true);
    expect(asked(retention(mode, 2), retention(mode, 2))).toBe(true);
    expect(asked(retention(mode, 2), retention(mode, 1))).toBe(false);
    expect(asked(retention(mode, 2), undefined)).toBe(false);
    const other = mode === 'GOVERNANCE' ? 'COMPLIANCE' : 'GOVERNANCE';
    expect(asked(retention(mode, 2), retention(other, 3))).toBe(false);
  });

  test('of mode GOVERNANCE gives way to those who bypass it, and of mode COMPLIANCE to nobody', () => {
    for (const next of [retention('GOVERNANCE', 1), retention('COMPLIANCE', 1), undefined]) {
      expect(asked(retention('GOVERNANCE', 2), next, true)).toBe(true);
      expect(asked(retention('COMPLIANCE', 2), next, true)).toBe(false);
    }
  });

  test('comes from the default of a bucket, counted from the creation of the version', () => {
    expect(defaultRetention(undefined, NOW)).toBeUndefined();
    expect(defaultRetention({ ObjectLockEnabled: 'Enabled' }, NOW)).toBeUndefined();
    const of = (period: { Days: number } | { Years: number }): RetentionRecord | undefined =>
      defaultRetention(
        { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'COMPLIANCE', ...period } } },
        NOW,
      );
    expect(of({ Days: 10 })).toEqual(retention('COMPLIANCE', 10));
    expect(of({ Years: 2 })).toEqual(retention('COMPLIANCE', 730));
  });
});
