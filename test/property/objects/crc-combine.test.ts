import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CrcCombination, type CrcAlgorithm } from '../../../src/objects/crc-combine.ts';
import { createDigest } from '../../../src/platform/digests.ts';

const ALGORITHMS: readonly CrcAlgorithm[] = ['crc32', 'crc32c', 'crc64nvme'];

async function crcOf(algorithm: CrcAlgorithm, bytes: Uint8Array): Promise<Buffer> {
  const digest = await createDigest(algorithm);
  digest.update(bytes);
  return digest.finish();
}

async function combined(algorithm: CrcAlgorithm, parts: readonly Uint8Array[]): Promise<Buffer> {
  const combination = new CrcCombination(algorithm);
  for (const part of parts) combination.append(await crcOf(algorithm, part), part.length);
  return combination.finish();
}

describe.each(ALGORITHMS)('the combined %s of parts', (algorithm) => {
  test('is the real one of the whole, however it is cut', async () => {
    const cut = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(cut, async (parts) => {
        expect(await combined(algorithm, parts)).toEqual(await crcOf(algorithm, Buffer.concat(parts)));
      }),
      { numRuns: 100 },
    );
  });

  test('holds for parts of several megabytes', async () => {
    const whole = randomBytes(11_000_001);
    const parts = [
      whole.subarray(0, 5_242_880),
      whole.subarray(5_242_880, 10_485_760),
      whole.subarray(10_485_760),
    ];
    expect(await combined(algorithm, parts)).toEqual(await crcOf(algorithm, whole));
  });

  test('depends on the order of the parts', async () => {
    const [a, b] = [Buffer.from('one'), Buffer.from('two')];
    expect(await combined(algorithm, [a, b])).not.toEqual(await combined(algorithm, [b, a]));
  });
});
