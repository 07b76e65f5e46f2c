// Presigned URLs, made with the AWS signer as the SDK's presigner makes them, used by a plain HTTP client.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { awsSigner } from '../../support/aws-signer.ts';
import {
  ACCESS_KEY,
  REGION,
  SECRET_KEY,
  startGateway,
  type TestGateway,
} from '../../support/test-gateway.ts';

const signer = awsSigner({ accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY }, REGION);

interface Wish {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string>;
  /** Signed; those that begin with `x-amz-` move into the query unless `keep` is set. */
  readonly headers?: Record<string, string>;
  readonly keep?: boolean;
  readonly signedAt?: Date;
}

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  await gateway.close();
});

beforeEach(() => {
  gateway.store.buckets.clear();
  gateway.store.calls.length = 0;
  gateway.store.addBucket('photos');
});

async function presign(wish: Wish): Promise<string> {
  const headers = wish.headers ?? {};
  const signed = await signer.presign(
    {
      method: wish.method,
      protocol: 'http:',
      hostname: '127.0.0.1',
      port: gateway.port,
      path: wish.path,
      query: wish.query ?? {},
      headers: {
        host: `127.0.0.1:${gateway.port}`,
        ...headers,
        'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
      },
    },
    {
      expiresIn: 60,
      ...(wish.signedAt === undefined ? {} : { signingDate: wish.signedAt }),
      ...(wish.keep === true ? { unhoistableHeaders: new Set(Object.keys(headers)) } : {}),
    },
  );
  const query = Object.entries(signed.query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  return `${gateway.endpoint}${wish.path}?${query.join('&')}`;
}

async function send(wish: Wish, body?: string): Promise<Response> {
  const url = await presign(wish);
  const headers = wish.keep === true ? wish.headers : undefined;
  return fetch(url, {
    method: wish.method,
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
  });
}

const inStore = (key: string): string | undefined =>
  gateway.store.buckets.get('photos')?.objects.get(key)?.bytes.toString();

const OBJECT = '/photos/a%20b';

describe('presigned URLs', () => {
  test('put, get, head and delete an object', async () => {
    expect((await send({ method: 'PUT', path: OBJECT }, 'hello')).status).toBe(200);
    expect(inStore('a b')).toBe('hello');
    const got = await send({ method: 'GET', path: OBJECT, query: { 'response-content-type': 'text/x' } });
    expect([await got.text(), got.headers.get('content-type')]).toEqual(['hello', 'text/x']);
    expect((await send({ method: 'HEAD', path: OBJECT })).status).toBe(200);
    expect((await send({ method: 'DELETE', path: OBJECT })).status).toBe(204);
    expect(inStore('a b')).toBeUndefined();
  });

  test('carry a whole multipart upload', async () => {
    const created = await send({ method: 'POST', path: OBJECT, query: { uploads: '' } });
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(await created.text())?.[1] ?? '';
    const part = await send({ method: 'PUT', path: OBJECT, query: { partNumber: '1', uploadId } }, 'a part');
    const etag = part.headers.get('etag') ?? '';
    const listed = await send({ method: 'GET', path: OBJECT, query: { uploadId } });
    expect(await listed.text()).toContain('<PartNumber>1</PartNumber>');
    const document = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
    const completed = await send({ method: 'POST', path: OBJECT, query: { uploadId } }, document);
    expect(completed.status).toBe(200);
    expect(inStore('a b')).toBe('a part');
    const again = await send({ method: 'DELETE', path: OBJECT, query: { uploadId } });
    expect([again.status, await again.text()]).toEqual([404, expect.stringContaining('NoSuchUpload')]);
  });

  test('signed headers count, whether they stay headers or move into the query', async () => {
    const headers = { 'x-amz-meta-owner': 'Zoë', 'x-amz-meta-b': 'plain' };
    await send({ method: 'PUT', path: OBJECT, headers }, 'hello');
    await send({ method: 'PUT', path: OBJECT, headers: { 'x-amz-meta-b': 'kept' }, keep: true }, 'hello');
    const metadata = gateway.store.calls.map(({ parameters }) => parameters['Metadata']);
    expect(metadata).toEqual([{ owner: 'Zoë', b: 'plain' }, { b: 'kept' }]);
  });

  test('a copy whose source is in the query is a copy', async () => {
    await send({ method: 'PUT', path: '/photos/source' }, 'hello');
    const headers = { 'x-amz-copy-source': 'photos/source' };
    const copied = await send({ method: 'PUT', path: OBJECT, headers });
    expect([copied.status, await copied.text()]).toEqual([200, expect.stringContaining('CopyObjectResult')]);
    expect(inStore('a b')).toBe('hello');
  });

  test('what is refused as a header is refused in the query', async () => {
    const reply = await send(
      { method: 'PUT', path: OBJECT, headers: { 'x-amz-object-lock-event-hold': 'ON' } },
      'hello',
    );
    expect(reply.status).toBe(501);
    expect(inStore('a b')).toBeUndefined();
  });

  test('the checksum of an empty body that SDKs put into the query is ignored, as AWS does', async () => {
    const headers = { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-sdk-checksum-algorithm': 'CRC32' };
    expect((await send({ method: 'PUT', path: OBJECT, headers }, 'hello')).status).toBe(200);
  });

  test('expire', async () => {
    const signedAt = new Date(Date.now() - 61_000);
    for (const method of ['PUT', 'DELETE', 'GET']) {
      const reply = await send({ method, path: OBJECT, signedAt }, method === 'PUT' ? 'hello' : undefined);
      expect([reply.status, await reply.text()]).toEqual([
        403,
        expect.stringContaining('Request has expired'),
      ]);
    }
    expect(gateway.store.calls).toEqual([]);
  });

  test('are good for their method, path, query and headers only', async () => {
    const url = await presign({ method: 'PUT', path: OBJECT });
    const attempts: [string, RequestInit][] = [
      [url, { method: 'DELETE' }],
      [url.replace('a%20b', 'other'), { method: 'PUT', body: 'x' }],
      [`${url}&uploadId=x`, { method: 'PUT', body: 'x' }],
      [`${url}&x-amz-copy-source=photos%2Fother`, { method: 'PUT', body: 'x' }],
      [url, { method: 'PUT', body: 'x', headers: { 'x-amz-copy-source': 'photos/other' } }],
      [url, { method: 'PUT', body: 'x', headers: { 'x-amz-meta-a': 'b' } }],
    ];
    for (const [target, init] of attempts) expect((await fetch(target, init)).status).toBe(403);
    expect(gateway.store.calls).toEqual([]);
  });
});
