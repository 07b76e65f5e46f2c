// Presigned URLs, made with the AWS signer as the SDK's presigner makes them, used by a plain HTTP client.

import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
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

/** Bytes: fetch sends a text with a Content-Type, which this version signs. */
const HELLO = Buffer.from('hello');

interface OldWish {
  readonly method: string;
  /** As it is sent; with a query when there is a sub-resource. */
  readonly target: string;
  /** What is signed of it; the target when absent. */
  readonly resource?: string;
  readonly contentType?: string;
  /** Lines of `x-amz-*`, each with its end. */
  readonly amz?: string;
  readonly expiresInS?: number;
}

/** A URL of Signature Version 2, made as AWS's manual says. */
function presignOld({
  method,
  target,
  resource = target,
  contentType = '',
  amz = '',
  expiresInS = 60,
}: OldWish): string {
  const expires = Math.floor(Date.now() / 1000) + expiresInS;
  const text = `${method}\n\n${contentType}\n${expires}\n${amz}${resource}`;
  const signature = createHmac('sha1', SECRET_KEY).update(text).digest('base64');
  const join = target.includes('?') ? '&' : '?';
  const query = { AWSAccessKeyId: ACCESS_KEY, Signature: signature, Expires: String(expires) };
  return `${gateway.endpoint}${target}${join}${new URLSearchParams(query).toString()}`;
}

async function sendOld(wish: OldWish, init: RequestInit = {}): Promise<[status: number, body: string]> {
  const reply = await fetch(presignOld(wish), { method: wish.method, ...init });
  return [reply.status, await reply.text()];
}

describe('presigned URLs of Signature Version 2', () => {
  test('put, get, head, list and delete, and carry an upload in parts', async () => {
    const headers = { 'content-type': 'text/x', 'x-amz-meta-a': 'b' };
    // boto3 repeats the type in the query, and moves x-amz-* there.
    const put = { method: 'PUT', target: `${OBJECT}?content-type=text%2Fx`, resource: OBJECT };
    expect(
      await sendOld({ ...put, contentType: 'text/x', amz: 'x-amz-meta-a:b\n' }, { body: HELLO, headers }),
    ).toEqual([200, '']);
    expect(gateway.store.calls.at(-1)?.parameters).toMatchObject({
      ContentType: 'text/x',
      Metadata: { a: 'b' },
    });
    const named = `${OBJECT}?response-content-type=text%2Fy`;
    const got = await fetch(
      presignOld({ method: 'GET', target: named, resource: `${OBJECT}?response-content-type=text/y` }),
    );
    expect([await got.text(), got.headers.get('content-type')]).toEqual(['hello', 'text/y']);
    expect(await sendOld({ method: 'HEAD', target: OBJECT })).toEqual([200, '']);
    const listed = await sendOld({
      method: 'GET',
      target: '/photos?list-type=2&prefix=a',
      resource: '/photos/',
    });
    expect(listed).toEqual([200, expect.stringContaining('<Key>a b</Key>')]);
    expect(await sendOld({ method: 'DELETE', target: OBJECT })).toEqual([204, '']);
    const [, created] = await sendOld({ method: 'POST', target: `${OBJECT}?uploads` });
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(created)?.[1] ?? '';
    const part = `${OBJECT}?partNumber=1&uploadId=${uploadId}`;
    expect(await sendOld({ method: 'PUT', target: part }, { body: HELLO })).toEqual([200, '']);
    expect((await sendOld({ method: 'GET', target: `${OBJECT}?uploadId=${uploadId}` }))[0]).toBe(200);
    expect((await sendOld({ method: 'DELETE', target: `${OBJECT}?uploadId=${uploadId}` }))[0]).toBe(204);
  });

  test('are told apart for policies', async () => {
    await sendOld({ method: 'PUT', target: OBJECT }, { body: HELLO });
    expect(gateway.store.calls.at(-1)?.options.context.origin).toMatchObject({
      authType: 'REST-QUERY-STRING',
      signatureVersion: 'AWS',
    });
  });

  test('name the bucket in the text when it is in the host', async () => {
    await sendOld({ method: 'PUT', target: OBJECT }, { body: HELLO });
    const { pathname, search } = new URL(
      presignOld({ method: 'GET', target: '/a%20b', resource: '/photos/a%20b' }),
    );
    const status = await new Promise((resolve, reject) => {
      httpRequest({
        host: '127.0.0.1',
        port: gateway.port,
        path: pathname + search,
        headers: { host: 'photos.s3.test.example' },
      })
        .on('response', (reply) => resolve(reply.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });

  test('are good for their operation only, whatever is added to them', async () => {
    for (const target of [OBJECT, '/photos'])
      for (const method of ['GET', 'PUT', 'DELETE', 'POST'])
        for (const more of [
          ...['acl', 'tagging', 'retention', 'legal-hold', 'attributes', 'uploads', 'select&select-type=2'],
          ...['restore', 'versions', 'versioning', 'object-lock', 'policy', 'policyStatus', 'encryption'],
          ...['delete', 'ownershipControls', 'publicAccessBlock', 'lifecycle', 'cors', 'notification'],
          ...[
            'versionId=null',
            'uploadId=x&partNumber=1',
            'x-amz-copy-source=photos%2Fother',
            'x-amz-acl=private',
          ],
        ]) {
          const url = presignOld({ method, target });
          const reply = await fetch(`${url}&${more}`, method === 'GET' ? {} : { method, body: HELLO });
          expect([method, target, more, reply.status]).toEqual([method, target, more, 403]);
          await reply.arrayBuffer();
        }
    expect(gateway.store.calls).toEqual([]);
  });

  test('expire, and do not go with another signature', async () => {
    const wish = { method: 'GET', target: OBJECT };
    expect(await sendOld({ ...wish, expiresInS: -2 })).toEqual([
      403,
      expect.stringContaining('Request has expired'),
    ]);
    expect(await sendOld(wish, { headers: { authorization: `AWS ${ACCESS_KEY}:x` } })).toEqual([
      400,
      expect.stringContaining('Only one auth mechanism allowed'),
    ]);
    const both = await fetch(`${await presign({ method: 'GET', path: OBJECT })}&Signature=x`);
    expect([both.status, await both.text()]).toEqual([400, expect.stringContaining('InvalidArgument')]);
    const inHeader = await fetch(`${gateway.endpoint}${OBJECT}`, {
      headers: { authorization: `AWS ${ACCESS_KEY}:x` },
    });
    expect([inHeader.status, await inHeader.text()]).toEqual([
      400,
      expect.stringContaining('Please use AWS4-HMAC-SHA256'),
    ]);
  });
});
