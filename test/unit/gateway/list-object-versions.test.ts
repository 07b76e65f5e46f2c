import { expect, test } from '@jest/globals';
import { composeVersionId } from '../../../src/core/ids.ts';
import type { GatewayRequest } from '../../../src/gateway/operation.ts';
import { listObjectVersions } from '../../../src/gateway/operations/list-object-versions.ts';

const idAt = (ms: number): string => composeVersionId(ms, Buffer.alloc(16), undefined);
const iso = (ms: number): string => new Date(ms).toISOString();

/** Kinds in the order of the page. */
async function kindsOf(result: object): Promise<readonly string[]> {
  const request = { bucket: 'b', headers: {}, query: new Map(), call: () => Promise.resolve({ result }) };
  const reply = await listObjectVersions.handle(request as unknown as GatewayRequest);
  const { xml } = reply as { readonly xml: string };
  return [...xml.matchAll(/<(Version|DeleteMarker)>/g)].map(([, kind = '']) => kind);
}

const entry = (ms: number, LastModified: number, IsLatest = false): object => ({
  Key: 'k',
  VersionId: idAt(ms),
  LastModified: iso(LastModified),
  IsLatest,
  ETag: '"x"',
  Size: 1,
  StorageClass: 'STANDARD',
  Owner: { ID: 'o' },
});

test('versions and delete markers are in the order of their ids: a body that came in slowly has an older date than its turn', async () => {
  const page = { Name: 'b', Prefix: '', IsTruncated: false, MaxKeys: 1000 };
  const result = { ...page, Versions: [entry(30, 5), entry(10, 10)], DeleteMarkers: [entry(20, 20)] };
  expect(await kindsOf(result)).toEqual(['Version', 'DeleteMarker', 'Version']);
  const latest = { ...result, DeleteMarkers: [entry(40, 4, true), entry(20, 20)] };
  expect(await kindsOf(latest)).toEqual(['DeleteMarker', 'Version', 'DeleteMarker', 'Version']);
});
