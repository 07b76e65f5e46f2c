// Names survive the gateway: every key through the path, through documents and through listings.

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseTarget } from '../../../src/gateway/request-target.ts';
import { document, leaf, parseXml } from '../../../src/gateway/xml.ts';
import { receivedText, sendableText } from '../../../src/gateway/header-text.ts';
import { bucketNameProblem } from '../../../src/core/bucket-name.ts';

const key = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom('/', '.', '+', '%', ' ', '?', '#', '&', 'ü', 'e\u0301', '%2F', '%', '\\'),
      minLength: 1,
      maxLength: 30,
    }),
  )
  .filter((text) => text.isWellFormed());

describe('keys', () => {
  test('come out of the path as they went in, whatever they contain', () => {
    fc.assert(
      fc.property(key, fc.boolean(), (text, slashesToo) => {
        const encoded = encodeURIComponent(text);
        const path = slashesToo ? encoded : encoded.replaceAll('%2F', '/');
        expect(parseTarget(`/bkt/${path}`, 'h', [])).toMatchObject({
          level: 'object',
          bucket: 'bkt',
          key: text,
        });
      }),
    );
  });

  test('may arrive as raw UTF-8 bytes', () => {
    const raw = Buffer.from('/bkt/grüße').toString('latin1');
    expect(parseTarget(raw, 'h', []).key).toBe('grüße');
  });

  test('come out of a document as they went in', () => {
    fc.assert(
      fc.property(key, (text) => {
        const xml = document('Delete', leaf('Key', text));
        expect(parseXml(xml, 'Delete').child('Key')?.text).toBe(text);
      }),
    );
  });

  test('control characters are written as references, so that a document stays one', () => {
    expect(leaf('Key', 'a\u0001\r<&>"')).toBe('<Key>a&#x1;&#xD;&lt;&amp;&gt;&quot;</Key>');
  });
});

describe('header text', () => {
  test('comes out as it went in, and can always be sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
        const sent = sendableText(text);
        expect(sent).toMatch(/^[\t\u0020-\u007e\u0080-\u00ff]*$/);
        if (!sent.startsWith('=?')) expect(receivedText(sent)).toBe(text);
      }),
    );
  });
});

describe('bucket names', () => {
  test.each(['abc', 'a.b-c', '0a0', 'a'.repeat(63)])('%s is one', (name) => {
    expect(bucketNameProblem(name)).toBeUndefined();
  });

  test.each([
    ...[
      '',
      'ab',
      'a'.repeat(64),
      'Abc',
      'a_b',
      '-abc',
      'abc-',
      '.abc',
      'a..b',
      'a.-b',
      'a-.b',
      '1.2.3.4',
      'ab c',
      'äbc',
    ],
    ...[
      'xn--abc',
      'sthree-x',
      'amzn-s3-demo-x',
      'abc-s3alias',
      'abc--ol-s3',
      'abc.mrap',
      'abc--x-s3',
      'abc--table-s3',
    ],
  ])('%j is none', (name) => {
    expect(bucketNameProblem(name)).toBeDefined();
  });
});
