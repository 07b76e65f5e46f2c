// Digests against known answers: those of their authors and catalogues, big-endian as S3 sends them.

import { describe, expect, test } from '@jest/globals';
import { createDigest } from '../../../src/platform/digests.ts';
import type { DigestAlgorithm } from '../../../src/core/body.ts';

async function hexOf(algorithm: DigestAlgorithm, ...chunks: string[]): Promise<string> {
  const digest = await createDigest(algorithm);
  for (const chunk of chunks) digest.update(Buffer.from(chunk));
  return digest.finish().toString('hex');
}

describe('a digest', () => {
  test.each<[DigestAlgorithm, string, string]>([
    ['crc32', '123456789', 'cbf43926'],
    ['crc32c', '123456789', 'e3069283'],
    ['crc64nvme', '123456789', 'ae8b14860a799888'],
    ['xxhash64', '', 'ef46db3751d8e999'],
    ['xxhash64', 'abc', '44bc2cf5ad770999'],
    ['xxhash3', '', '2d06800538d394c2'],
    ['xxhash3', 'abc', '78af5f94892f3950'],
    ['xxhash128', '', '99aa06d3014798d86001c324468d497f'],
    ['md5', 'abc', '900150983cd24fb0d6963f7d28e17f72'],
    ['sha1', 'abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['sha256', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('%s of %j is known', async (algorithm, text, expected) => {
    expect(await hexOf(algorithm, text)).toBe(expected);
  });

  test.each<DigestAlgorithm>(['crc64nvme', 'xxhash64', 'xxhash3', 'xxhash128'])(
    '%s is of its own bytes, however they come and whatever ran before or beside it',
    async (algorithm) => {
      const alone = await hexOf(algorithm, 'forty-two');
      const [one, other] = [await createDigest(algorithm), await createDigest(algorithm)];
      for (const letter of 'forty-two') {
        one.update(Buffer.from(letter));
        other.update(Buffer.from('x'));
      }
      expect(one.finish().toString('hex')).toBe(alone);
      other.finish();
      expect(await hexOf(algorithm, 'forty', '-two')).toBe(alone);
    },
  );
});
