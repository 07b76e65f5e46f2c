import { describe, expect, test } from '@jest/globals';
import type { ObjectRecord } from '../../../src/contracts/records.ts';
import { judgeRead, judgeWrite } from '../../../src/objects/conditions.ts';

const record: ObjectRecord = {
  v: 1,
  size: 3,
  etag: 'abc',
  modified: '2026-11-22T12:00:00.500Z',
  headers: {},
  meta: {},
  blobs: [],
  request: 'r',
};
const same = 'Sun, 22 Nov 2026 12:00:00 GMT';
const earlier = 'Sun, 22 Nov 2026 11:59:59 GMT';
const later = 'Sun, 22 Nov 2026 12:00:01 GMT';

describe('conditions of a read', () => {
  test.each([
    [{}, 'proceed'],
    [{ ifMatch: '"abc"' }, 'proceed'],
    [{ ifMatch: 'abc' }, 'proceed'],
    [{ ifMatch: '"x", "abc"' }, 'proceed'],
    [{ ifMatch: '*' }, 'proceed'],
    [{ ifMatch: '"x"' }, 'precondition-failed'],
    [{ ifNoneMatch: '"abc"' }, 'not-modified'],
    [{ ifNoneMatch: 'W/"abc"' }, 'not-modified'],
    [{ ifNoneMatch: '"x"' }, 'proceed'],
    [{ ifModifiedSince: same }, 'not-modified'],
    [{ ifModifiedSince: later }, 'not-modified'],
    [{ ifModifiedSince: earlier }, 'proceed'],
    [{ ifUnmodifiedSince: same }, 'proceed'],
    [{ ifUnmodifiedSince: earlier }, 'precondition-failed'],
    [{ ifMatch: '"abc"', ifUnmodifiedSince: earlier }, 'proceed'],
    [{ ifNoneMatch: '"abc"', ifModifiedSince: earlier }, 'not-modified'],
    [{ ifNoneMatch: '"x"', ifModifiedSince: later }, 'proceed'],
    [{ ifModifiedSince: 'no date' }, 'proceed'],
  ])('%j gives %s', (conditions, verdict) => {
    expect(judgeRead(conditions, record)).toBe(verdict);
  });
});

describe('conditions of a write', () => {
  test.each([
    [{}, record, 'proceed'],
    [{ ifNoneMatch: '*' }, record, 'precondition-failed'],
    [{ ifNoneMatch: '*' }, undefined, 'proceed'],
    [{ ifMatch: '"abc"' }, record, 'proceed'],
    [{ ifMatch: '"x"' }, record, 'precondition-failed'],
    [{ ifMatch: '"abc"' }, undefined, 'no-such-key'],
    [{ ifUnmodifiedSince: earlier }, record, 'precondition-failed'],
    [{ ifUnmodifiedSince: earlier }, undefined, 'proceed'],
    [{ ifMatchSizeBytes: 3, ifMatchLastModified: same }, record, 'proceed'],
    [{ ifMatchSizeBytes: 4 }, record, 'precondition-failed'],
    [{ ifMatchLastModified: later }, record, 'precondition-failed'],
    [{ ifMatchSizeBytes: 0 }, undefined, 'proceed'],
    [{ ifMatchLastModified: same }, undefined, 'proceed'],
  ])('%j gives the right verdict', (conditions, current, verdict) => {
    expect(judgeWrite(conditions, current)).toBe(verdict);
  });
});
