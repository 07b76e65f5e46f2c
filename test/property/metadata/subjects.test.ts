// The key encoding: every S3 name has one subject, and every subject at most one name.

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  decodeName,
  encodeName,
  objectSubject,
  parseSubject,
  partsOfUpload,
  partSubject,
  uploadSubject,
} from '../../../src/metadata/subjects.ts';

const fits = (name: string): boolean => name !== '' && Buffer.byteLength(name) <= 1024;
const nasty = fc.constantFrom(
  '/',
  '//',
  '.',
  '..',
  '=',
  '==',
  '=2F',
  ' ',
  '\t',
  '\n',
  '\0',
  '*',
  '>',
  'a',
  'ü',
  '🎉',
);
const names = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 100 }),
    fc.array(nasty, { maxLength: 40 }).map((parts) => parts.join('')),
  )
  .filter((name) => fits(name) && name.isWellFormed());

declare global {
  interface String {
    isWellFormed(): boolean;
  }
}

describe('names in subjects', () => {
  test('come back as the bytes they were', () => {
    fc.assert(fc.property(names, (name) => decodeName(encodeName(name))?.toString('utf8') === name));
  });

  test('are legal subjects of at most 3072 characters', () => {
    fc.assert(
      fc.property(names, (name) => {
        const encoded = encodeName(name);
        expect(encoded.length).toBeLessThanOrEqual(3072);
        expect(encoded).toMatch(/^[A-Za-z0-9_=-]+(\.[A-Za-z0-9_=-]+)*$/);
      }),
    );
  });

  test('the longest name of the worst bytes needs 3072 characters', () => {
    expect(encodeName('é'.repeat(512))).toHaveLength(3072);
    expect(encodeName('/'.repeat(1024)).length).toBeLessThanOrEqual(3072);
  });

  test('never collide', () => {
    fc.assert(
      fc.property(names, names, (a, b) => {
        fc.pre(a !== b);
        expect(encodeName(a)).not.toBe(encodeName(b));
      }),
    );
  });

  test('a text that is decoded at all is the encoding of what it decodes to', () => {
    const texts = fc.oneof(
      fc.array(fc.constantFrom('=', '.', 'a', 'A', '2', 'F', '=41', '=2F', '=C3', '=c3', '=A9', '=='), {
        maxLength: 8,
      }),
    );
    fc.assert(
      fc.property(texts, (parts) => {
        const text = parts.join('');
        const bytes = decodeName(text);
        fc.pre(bytes?.equals(Buffer.from(bytes.toString('utf8'))) === true);
        expect(encodeName(bytes.toString('utf8'))).toBe(text);
      }),
    );
  });

  test('an object is told from its subject', () => {
    fc.assert(
      fc.property(names, (name) => {
        const parsed = parseSubject(objectSubject('bucket-1', name));
        expect(
          parsed.kind === 'object' && parsed.bucketId === 'bucket-1' && parsed.key.toString() === name,
        ).toBe(true);
      }),
    );
  });

  test('an upload and a part are told from their subjects', () => {
    const ids = fc.stringMatching(/^[0-9a-f]{32}$/);
    fc.assert(
      fc.property(names, ids, fc.integer({ min: 1, max: 10_000 }), (name, id, number) => {
        const subject = uploadSubject('b-1', id, name);
        const upload = parseSubject(subject);
        expect(upload).toMatchObject({ kind: 'upload', bucketId: 'b-1', uploadId: id });
        expect(upload.kind === 'upload' && upload.key.toString()).toBe(name);
        const part = partSubject('b-1', id, number);
        expect(parseSubject(part)).toEqual({ kind: 'part', bucketId: 'b-1', uploadId: id, number });
        expect(partsOfUpload(subject)).toBe(part.replace(/[0-9]+$/, '*'));
        expect(partsOfUpload(part)).toBeUndefined();
      }),
    );
  });

  const id = 'a'.repeat(32);
  test.each([
    `u.b.${id}`,
    `u.b.${id}.`,
    `u.b.${id.toUpperCase()}.k`,
    `u.b.${id}a.k`,
    `u.=.${id}.k`,
    `p.b.${id}`,
    `p.b.${id}.`,
    `p.b.${id}.0`,
    `p.b.${id}.01`,
    `p.b.${id}.10001`,
    `p.b.${id}.1.2`,
    `p.b.${id}.1e3`,
    `p.b.x.1`,
    'n.',
    'n.one',
    `n.${'1'.repeat(3_000)}`,
    'b.=FF',
    `b.${'a'.repeat(1_025)}`,
    `o.b.${'a'.repeat(1_025)}`,
    `v.b.null.${'a'.repeat(1_025)}`,
    `u.b.${id}.${'a'.repeat(1_025)}`,
  ])('%s names nothing', (text) => {
    expect(parseSubject(`$KV.s3.${text}`)).toEqual({ kind: 'foreign' });
  });
});
