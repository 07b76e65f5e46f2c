// User metadata in headers: whatever a client says comes back as ASCII that decodes to what it said.

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { receivedMetadata, sendableMetadata } from '../../../src/gateway/encoded-words.ts';

/** Text as the bytes of a header reach us: a character for each. */
const asBytes = (text: string): string => Buffer.from(text).toString('latin1');

describe('user metadata', () => {
  test('beyond ASCII comes out as it went in, in words of ASCII that are not too long', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(text, (value) => {
        fc.pre(/[^ -~]/.test(value) && !/\p{Cc}/u.test(value));
        const sent = sendableMetadata(value);
        expect(receivedMetadata(sent)).toBe(value);
        for (const word of sent.split(' ')) expect(word).toMatch(/^=\?UTF-8\?[BQ]\?[!->@-~]{1,63}\?=$/);
      }),
    );
  });

  test('of ASCII is left alone, and so is what only looks like a word', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), (value) => {
        expect(sendableMetadata(value)).toBe(value);
        if (!value.includes('=?')) expect(receivedMetadata(value)).toBe(value);
      }),
    );
    for (const value of [
      '=?',
      '=?UTF-8?B??=',
      '=?UTF-8?B?Y2Fmw6?=',
      '=?UTF-8?Q?caf=E9?=',
      '=?UTF-8?Q?caf=C?=',
      '=?no-charset?Q?a?=',
      '=?UTF-8?X?a?=',
      'x=?UTF-8?Q?a?=',
      '=?UTF-8?Q?a=0Ab?=',
    ])
      expect(receivedMetadata(value)).toBe(value);
  });

  test.each([
    ['=?UTF-8?B?Y2Fmw6k=?=', 'café'],
    ['=?utf-8?q?caf=c3=a9_noir?=', 'café noir'],
    ['=?ISO-8859-1?Q?caf=E9?=', 'café'],
    ['=?UTF-8*fr?Q?caf=C3=A9?=', 'café'],
    ['un =?UTF-8?Q?caf=C3=A9?=  noir', 'un café  noir'],
    ['=?UTF-8?Q?caf?= =?UTF-8?B?w6k=?=', 'café'],
    [asBytes('café'), 'café'],
    ['caf\u00e9', 'café'],
  ])('%j stands for %j', (received, text) => {
    expect(receivedMetadata(received)).toBe(text);
  });

  test.each([
    ['café au lait', '=?UTF-8?Q?caf=C3=A9_au_lait?='],
    ['ö', '=?UTF-8?B?w7Y=?='],
    ['é?=_a bcd', '=?UTF-8?Q?=C3=A9=3F=3D=5Fa_bcd?='],
  ])('%j is sent as %j', (text, sent) => {
    expect(sendableMetadata(text)).toBe(sent);
  });
});
