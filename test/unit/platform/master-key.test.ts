import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createMasterKey, deriveSecret, loadMasterKey } from '../../../src/platform/master-key.ts';
import { systemRandom } from '../../../src/platform/random.ts';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'key-'));
  file = join(directory, 'encryption.key');
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('the master key file', () => {
  test('is created private with 32 bytes and read back as it is', async () => {
    await createMasterKey(file, systemRandom);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await loadMasterKey(file)).toEqual(readFileSync(file));
    expect(readFileSync(file)).toHaveLength(32);
  });

  test('is never overwritten', async () => {
    writeFileSync(file, 'precious');
    await expect(createMasterKey(file, systemRandom)).rejects.toMatchObject({ code: 'invalid-key-file' });
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });

  test.each([0, 31, 33, 44, 64])('of %i bytes is refused', async (bytes) => {
    writeFileSync(file, Buffer.alloc(bytes), { mode: 0o600 });
    await expect(loadMasterKey(file)).rejects.toThrow(/exactly 32 bytes/);
  });

  test.each([0o640, 0o604, 0o660, 0o601])(
    'with mode %o is refused, and the message says how to mend it',
    async (mode) => {
      await createMasterKey(file, systemRandom);
      chmodSync(file, mode);
      await expect(loadMasterKey(file)).rejects.toThrow(/chmod 600/);
    },
  );

  test('that is missing, or a directory, is refused', async () => {
    await expect(loadMasterKey(file)).rejects.toThrow(/predastore keygen/);
    mkdirSync(file, { mode: 0o700 });
    await expect(loadMasterKey(file)).rejects.toThrow(/not a regular file/);
  });
});

test('derived secrets are HKDF-SHA256 with our salt, and differ by purpose', () => {
  const master = Buffer.alloc(32, 7);
  // Vector computed independently: HKDF-SHA256(ikm = 32 × 07, salt = "predastore", info = "nats node v1").
  expect(deriveSecret(master, 'nats node v1').toString('hex')).toBe(
    '89386e9950be05e48de16f5ba85186dc4217e9d3051459abd647065f06dd3acd',
  );
  expect(deriveSecret(master, 'nats client v1')).not.toEqual(deriveSecret(master, 'nats node v1'));
});
