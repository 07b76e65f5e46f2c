import { describe, expect, test } from '@jest/globals';
import { applyRange } from '../../../src/objects/range-header.ts';

describe('the Range header', () => {
  test.each([
    ['bytes=0-99', { start: 0, end: 100 }],
    ['bytes=900-', { start: 900, end: 1000 }],
    ['bytes=900-4000', { start: 900, end: 1000 }],
    ['bytes=-1', { start: 999, end: 1000 }],
    ['bytes=-5000', { start: 0, end: 1000 }],
    ['bytes=999-999', { start: 999, end: 1000 }],
  ])('%s of 1000 bytes is a part', (header, range) => {
    expect(applyRange(header, 1000)).toEqual({ kind: 'part', range });
  });

  test.each([
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=0-1,5-6',
    'items=0-1',
    'bytes=a-b',
  ])('%s is as if it were absent', (header) => {
    expect(applyRange(header, 1000)).toEqual({ kind: 'whole' });
  });

  test('the end of an empty object is all of it', () => {
    expect(applyRange('bytes=-1', 0)).toEqual({ kind: 'whole' });
  });

  test.each([
    ['bytes=1000-', 1000],
    ['bytes=1000-2000', 1000],
    ['bytes=-0', 1000],
    ['bytes=0-0', 0],
  ])('%s of %d bytes cannot be satisfied', (header, size) => {
    expect(applyRange(header, size)).toEqual({ kind: 'unsatisfiable' });
  });
});
