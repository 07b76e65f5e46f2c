// Paging through any bucket, in any page size, gives what a model of S3 gives in one go.

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeToken, encodeToken } from '../../../src/service/continuation-token.ts';
import { benchWithBucket, type TypedReply } from '../../support/service-bench.ts';

const key = fc.string({
  unit: fc.constantFrom('a', 'b', '/', '-', 'é', '😀', '\uffff'),
  minLength: 1,
  maxLength: 6,
});
const prefix = fc.string({ unit: fc.constantFrom('a', '/', '-'), maxLength: 2 });

/** What S3 shows: keys in UTF-8 order, rolled up at the delimiter. */
function model(keys: readonly string[], start: string, delimiter: string): string[] {
  const names = keys
    .filter((name) => name.startsWith(start))
    .map((name) => {
      const cut = delimiter === '' ? -1 : name.indexOf(delimiter, start.length);
      return cut < 0 ? name : name.slice(0, cut + delimiter.length);
    });
  return [...new Set(names)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

describe('listing', () => {
  test('both versions page through exactly what there is', async () => {
    const bucket = fc.uniqueArray(key, { maxLength: 25 });
    const delimiter = fc.constantFrom('', '/', '-', 'é');
    const pageSize = fc.integer({ min: 1, max: 5 });
    await fc.assert(
      fc.asyncProperty(bucket, prefix, delimiter, pageSize, async (keys, start, cut, size) => {
        const bench = await benchWithBucket();
        for (const Key of keys) await bench.ask('PutObject', { Bucket: 'photos', Key }, { body: '' });
        const asked = { Bucket: 'photos', Prefix: start, Delimiter: cut, MaxKeys: size };
        const expected = model(keys, start, cut);

        const second: string[] = [];
        let token: string | null | undefined = null;
        do {
          const page: Record<string, unknown> = { ...asked, ContinuationToken: token };
          const { result }: TypedReply<'ListObjectsV2'> = await bench.ask('ListObjectsV2', page);
          const names = namesOf(result);
          expect(result.KeyCount).toBe(names.length);
          second.push(...names);
          token = result.NextContinuationToken;
        } while (token !== undefined);
        expect(second.sort(byUtf8)).toEqual(expected);

        const first: string[] = [];
        let marker = '';
        for (;;) {
          const page: Record<string, unknown> = { ...asked, Marker: marker };
          const { result }: TypedReply<'ListObjects'> = await bench.ask('ListObjects', page);
          const names = namesOf(result);
          first.push(...names);
          if (!result.IsTruncated) break;
          marker = result.NextMarker ?? names.at(-1)!;
        }
        expect(first.sort(byUtf8)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});

describe('continuation tokens', () => {
  test('carry any name there and back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        expect(decodeToken(encodeToken(name))).toBe(name);
      }),
    );
  });

  test('are ours or refused', () => {
    fc.assert(
      fc.property(fc.string(), (token) => {
        let name: string;
        try {
          name = decodeToken(token);
        } catch (error) {
          expect(error).toMatchObject({ code: 'InvalidArgument' });
          return;
        }
        expect(encodeToken(name)).toBe(token);
      }),
    );
  });
});

interface Page {
  Contents?: { Key: string }[];
  CommonPrefixes?: { Prefix: string }[];
}

function namesOf(page: Page): string[] {
  return [
    ...(page.Contents ?? []).map(({ Key }) => Key),
    ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
  ];
}

function byUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
