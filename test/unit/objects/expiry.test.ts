// When lifecycle rules end things: AWS's own examples, and the edges of filters and days.

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LifecycleRule } from '../../../src/contracts/bucket-settings.ts';
import {
  AWS_CALENDAR,
  coveredPrefixes,
  currentExpiry,
  endsVersions,
  loneMarkerExpiry,
  noncurrentExpiry,
  uploadExpiry,
} from '../../../src/objects/expiry.ts';

const at = (text: string): number => Date.parse(text);
const rule = (fields: Partial<LifecycleRule>): LifecycleRule => ({
  ID: 'r',
  Status: 'Enabled',
  Filter: {},
  ...fields,
});
const SHORT = { dayMs: 1000, roundsToMidnight: false };

function expiry(
  fields: Partial<LifecycleRule>,
  object: { key?: string; size?: number; tags?: Record<string, string> } = {},
) {
  const candidate = { key: 'a/b', size: 10, tags: {}, modifiedMs: at('2014-01-15T10:30:00Z'), ...object };
  return currentExpiry([rule(fields)], candidate, AWS_CALENDAR);
}

describe('days', () => {
  test('end at the midnight after them (the example of the AWS user guide)', () => {
    expect(expiry({ Expiration: { Days: 3 } })).toEqual({ atMs: at('2014-01-19T00:00:00Z'), ruleId: 'r' });
  });

  test('never end early: for whatever time, more than they, and at most one more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4e12 }),
        fc.integer({ min: 1, max: 4000 }),
        (modifiedMs, Days) => {
          const object = { key: 'k', size: 1, tags: {}, modifiedMs };
          const due = currentExpiry([rule({ Expiration: { Days } })], object, AWS_CALENDAR);
          const overMs = due!.atMs - modifiedMs - Days * 86_400_000;
          expect(overMs).toBeGreaterThan(0);
          expect(overMs).toBeLessThanOrEqual(86_400_000);
          expect(due!.atMs % 86_400_000).toBe(0);
        },
      ),
    );
  });

  test('that are shorter are not rounded', () => {
    const object = { key: 'k', size: 1, tags: {}, modifiedMs: 5 };
    expect(currentExpiry([rule({ Expiration: { Days: 3 } })], object, SHORT)?.atMs).toBe(3005);
  });

  test('of a noncurrent version begin when it was replaced, and it waits for the newer ones that are kept', () => {
    const rules = [rule({ NoncurrentVersionExpiration: { NoncurrentDays: 2, NewerNoncurrentVersions: 3 } })];
    const version = { key: 'k', size: 1, tags: {}, sinceMs: 7 };
    expect(noncurrentExpiry(rules, { ...version, newer: 2 }, SHORT)).toBeUndefined();
    expect(noncurrentExpiry(rules, { ...version, newer: 3 }, SHORT)?.atMs).toBe(2007);
  });

  test('of an upload begin with it', () => {
    const rules = [rule({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } })];
    expect(uploadExpiry(rules, { key: 'k', initiatedMs: 1 }, SHORT)?.atMs).toBe(7001);
    expect(
      uploadExpiry([rule({ Expiration: { Days: 1 } })], { key: 'k', initiatedMs: 1 }, SHORT),
    ).toBeUndefined();
  });
});

test('a date ends everything that is there, whatever its age', () => {
  expect(expiry({ Expiration: { Date: '2013-01-01T00:00:00Z' } })?.atMs).toBe(at('2013-01-01T00:00:00Z'));
});

test('a lone delete marker goes at once where a rule says so by name, and by its age where one gives days', () => {
  const marker = { key: 'k', modifiedMs: 5 };
  expect(
    loneMarkerExpiry([rule({ Expiration: { ExpiredObjectDeleteMarker: true } })], marker, SHORT)?.atMs,
  ).toBe(5);
  expect(loneMarkerExpiry([rule({ Expiration: { Days: 2 } })], marker, SHORT)?.atMs).toBe(2005);
  expect(
    loneMarkerExpiry([rule({ NoncurrentVersionExpiration: { NoncurrentDays: 1 } })], marker, SHORT),
  ).toBeUndefined();
});

test('of several rules the earliest counts; one that is off does not', () => {
  const rules = [
    rule({ ID: 'late', Expiration: { Days: 5 } }),
    rule({ ID: 'early', Expiration: { Days: 2 } }),
    rule({ ID: 'off', Status: 'Disabled', Expiration: { Days: 1 } }),
  ];
  const object = { key: 'k', size: 1, tags: {}, modifiedMs: 0 };
  expect(currentExpiry(rules, object, SHORT)).toEqual({ atMs: 2000, ruleId: 'early' });
});

describe('a filter', () => {
  const Expiration = { Days: 1 };
  test.each<[string, Partial<LifecycleRule>, boolean]>([
    ['by the older prefix', { Prefix: 'a/' }, true],
    ['by another one', { Prefix: 'b' }, false],
    ['by a prefix', { Filter: { Prefix: 'a' } }, true],
    ['by a prefix that is longer than the key', { Filter: { Prefix: 'a/bc' } }, false],
    ['by a tag', { Filter: { Tag: { Key: 'k', Value: 'v' } } }, true],
    ['by another value', { Filter: { Tag: { Key: 'k', Value: 'w' } } }, false],
    ['by a name of Object.prototype', { Filter: { Tag: { Key: 'constructor', Value: 'v' } } }, false],
    [
      'by all of several tags',
      {
        Filter: {
          And: {
            Tags: [
              { Key: 'k', Value: 'v' },
              { Key: 'l', Value: '' },
            ],
          },
        },
      },
      true,
    ],
    [
      'by a tag too many',
      {
        Filter: {
          And: {
            Tags: [
              { Key: 'k', Value: 'v' },
              { Key: 'm', Value: '' },
            ],
          },
        },
      },
      false,
    ],
    ['by a size above', { Filter: { ObjectSizeGreaterThan: 9 } }, true],
    ['by its own size', { Filter: { ObjectSizeGreaterThan: 10 } }, false],
    ['by a size below', { Filter: { ObjectSizeLessThan: 11 } }, true],
    [
      'between two sizes',
      { Filter: { And: { Prefix: 'a', ObjectSizeGreaterThan: 9, ObjectSizeLessThan: 11 } } },
      true,
    ],
    [
      'between two others',
      { Filter: { And: { Prefix: 'a', ObjectSizeGreaterThan: 10, ObjectSizeLessThan: 12 } } },
      false,
    ],
  ])('%s', (_how, fields, isMeant) => {
    const { Filter, ...rest } = { Filter: undefined, ...fields };
    const given = Filter === undefined ? { ...rest } : { ...rest, Filter };
    const only = { ID: 'r', Status: 'Enabled' as const, Expiration, ...given };
    const object = { key: 'a/b', size: 10, tags: { k: 'v', l: '' }, modifiedMs: 0 };
    expect(currentExpiry([only], object, SHORT) !== undefined).toBe(isMeant);
  });

  test('by size or tags is not about delete markers', () => {
    const marker = { key: 'k', sinceMs: 0, newer: 0 };
    for (const Filter of [{ ObjectSizeLessThan: 5 }, { Tag: { Key: 'k', Value: 'v' } }]) {
      const rules = [rule({ Filter, NoncurrentVersionExpiration: { NoncurrentDays: 1 } })];
      expect(noncurrentExpiry(rules, marker, SHORT)).toBeUndefined();
    }
  });
});

test('only keys that a rule may be about are walked', () => {
  const Expiration = { Days: 1 };
  const rules = [
    rule({ Filter: { Prefix: 'logs/app/' }, Expiration }),
    rule({ Filter: { Prefix: 'logs/' }, Expiration }),
    rule({ Filter: { And: { Prefix: 'a' } }, Expiration }),
    rule({ Filter: { Prefix: 'off/' }, Status: 'Disabled', Expiration }),
    rule({ Filter: { Prefix: 'up/' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }),
  ];
  expect(coveredPrefixes(rules, endsVersions)).toEqual(['a', 'logs/']);
  expect(coveredPrefixes([...rules, rule({ Expiration })], endsVersions)).toEqual(['']);
});
