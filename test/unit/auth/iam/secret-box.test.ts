// The vectors were made with Python's `cryptography` and `hmac`, not with the code under test.

import { describe, expect, test } from '@jest/globals';
import { SecretBox } from '../../../../src/auth/iam/secret-box.ts';

const KEY = Uint8Array.from({ length: 32 }, (_, index) => index);
const SEALED = 'oKGio6SlpqeoqaqrkVIdQTeTV8sMI8KeTlWL6T3oHF7VmCA85FxA7zzyMFmTOxez6mkWZH3N2sPGc9SCzJVVygfHCis=';
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const TOKEN = 'FwoGZXIvYXdzEXAMPLETOKEN==';
const MARK = '0SZDAGF6NT+vZWNqFpP8N0PYKmo1VWcNmci4hld7s8A=';

const box = new SecretBox(KEY);

describe('a sealed secret', () => {
  test('is opened with the key it was sealed with', () => {
    expect(box.open(SEALED)).toBe(SECRET);
  });

  test('is not opened with another key, nor after any change', () => {
    expect(new SecretBox(KEY.map((byte) => byte ^ 1)).open(SEALED)).toBeUndefined();
    const bytes = Buffer.from(SEALED, 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0x20;
      expect(box.open(changed.toString('base64'))).toBeUndefined();
    }
  });

  test.each(['', 'not base64!', 'AAAA', SEALED.slice(0, 36), 'A'.repeat(8192)])('is not %.20s', (text) => {
    expect(box.open(text)).toBeUndefined();
  });
});

describe('the mark of a session token', () => {
  test('fits its token and no other', () => {
    expect(box.marks(TOKEN, MARK)).toBe(true);
    expect(box.marks(`${TOKEN} `, MARK)).toBe(false);
    expect(box.marks(TOKEN, MARK.slice(4))).toBe(false);
    expect(box.marks(TOKEN, '')).toBe(false);
  });
});
