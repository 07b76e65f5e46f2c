// What S3 answers to requests that no SDK sends, or in words that no SDK shows: a signed request on the wire, and its reply.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { BenchClient } from '../../support/bench-client.ts';
import { ObjectBench } from '../../support/object-bench.ts';
import { benchOn, type ServiceBench } from '../../support/service-bench.ts';
import {
  RawConnection,
  signedHead,
  startGateway,
  type RawReply,
  type TestGateway,
} from '../../support/test-gateway.ts';

let bench: ServiceBench;
let gateway: TestGateway;

beforeAll(async () => {
  const client = {
    call: (...asked: Parameters<BenchClient['call']>) => new BenchClient(bench).call(...asked),
  };
  gateway = await startGateway({ client });
});
afterAll(() => gateway.close());
beforeEach(async () => {
  bench = await benchOn(new ObjectBench());
});

interface Sent {
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly payload?: string;
  /** Whole lines that go over the wire unsigned. */
  readonly unsigned?: readonly string[];
  readonly anonymous?: boolean;
}

async function send(method: string, target: string, sent: Sent = {}): Promise<RawReply> {
  const { headers = {}, body = '', payload, unsigned = [], anonymous = false } = sent;
  const [path = '', query] = target.split('?');
  const given = query === undefined ? {} : { query };
  const signed = signedHead({
    method,
    path,
    headers,
    ...given,
    ...(payload === undefined ? {} : { payload }),
  });
  const plain = `${method} ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines(headers)}`;
  const connection = await RawConnection.open(gateway.port);
  const extra = unsigned.map((line) => `${line}\r\n`).join('');
  connection.send(
    `${anonymous ? plain : signed.head}${extra}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const reply = await connection.reply(method === 'HEAD');
  connection.close();
  return reply;
}

function lines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

/** The text of an element of an error. */
function field({ body }: RawReply, name: string): string | undefined {
  return new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(body)?.[1];
}

/** A policy that lets anybody do anything. */
async function openToAll(): Promise<void> {
  const Resource = ['arn:aws:s3:::photos', 'arn:aws:s3:::photos/*'];
  const Statement = [{ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource }];
  const body = JSON.stringify({ Version: '2012-10-17', Statement });
  expect((await send('PUT', '/photos?policy=', { body })).status).toBe(204);
}

test('an object that is not archived cannot be restored', async () => {
  await send('PUT', '/photos/cat', { body: 'meow' });
  const restore = async (target: string, body: string): Promise<[number, string | undefined]> => {
    const reply = await send('POST', `${target}?restore=`, { body });
    return [reply.status, field(reply, 'Code')];
  };
  const wish = (inner: string): string => `<RestoreRequest>${inner}</RestoreRequest>`;
  const tier = '<GlacierJobParameters><Tier>Bulk</Tier></GlacierJobParameters>';
  expect(await restore('/photos/cat', wish(`<Days>1</Days>${tier}`))).toEqual([403, 'InvalidObjectState']);
  expect(await restore('/photos/dog', wish(`<Days>1</Days>${tier}`))).toEqual([404, 'NoSuchKey']);
  for (const body of ['', '<RestoreRequest', wish('<Days>0</Days>'), wish('<Days>1</Days><Tier>Soon</Tier>')])
    expect(await restore('/photos/cat', body)).toEqual([400, 'MalformedXML']);
});

describe('a range under If-Range', () => {
  const read = (method: string, validator: string, more: Record<string, string> = {}): Promise<RawReply> =>
    send(method, '/photos/cat', { headers: { range: 'bytes=1-2', 'if-range': validator, ...more } });

  test('is a part of the object that was meant, and all of any other', async () => {
    const { headers } = await send('PUT', '/photos/cat', { body: 'meow' });
    const etag = headers['etag'] ?? '';
    const soon = new Date(Date.now() + 3_600_000).toUTCString();
    for (const validator of [etag, soon]) {
      const part = await read('GET', validator);
      expect([part.status, part.body]).toEqual([206, 'eo']);
    }
    const long = new Date(0).toUTCString();
    for (const validator of ['"other"', `W/${etag}`, 'nonsense', long]) {
      const whole = await read('GET', validator);
      expect([validator, whole.status, whole.body]).toEqual([validator, 200, 'meow']);
      expect((await read('HEAD', validator)).headers['content-length']).toBe('4');
    }
  });

  test('leaves other conditions what they are', async () => {
    const { headers } = await send('PUT', '/photos/cat', { body: 'meow' });
    const etag = headers['etag'] ?? '';
    expect((await read('GET', etag, { 'if-match': '"other"' })).status).toBe(412);
    expect((await read('GET', '"other"', { 'if-match': etag })).status).toBe(200);
    expect((await read('GET', etag, { 'if-none-match': etag })).status).toBe(304);
  });
});

describe('a read', () => {
  test.each(['GET', 'HEAD'])('by %s cannot ask for an encryption', async (method) => {
    await send('PUT', '/photos/cat', { body: 'meow' });
    const reply = await send(method, '/photos/cat', {
      headers: { 'x-amz-server-side-encryption': 'AES256' },
    });
    expect(reply.status).toBe(400);
    expect(field(reply, 'ArgumentName')).toBe(method === 'GET' ? 'x-amz-server-side-encryption' : undefined);
  });

  test('of a part comes with the checksum of that part, one of a range with none', async () => {
    const algorithm = { 'x-amz-checksum-algorithm': 'SHA256' };
    const id = field(await send('POST', '/photos/cat?uploads=', { headers: algorithm }), 'UploadId');
    const sum = createHash('sha256').update('meow').digest('base64');
    const part = { headers: { 'x-amz-checksum-sha256': sum }, body: 'meow' };
    const { headers } = await send('PUT', `/photos/cat?partNumber=1&uploadId=${id}`, part);
    const listed = `<Part><PartNumber>1</PartNumber><ETag>${headers['etag']}</ETag><ChecksumSHA256>${sum}</ChecksumSHA256></Part>`;
    const body = `<CompleteMultipartUpload>${listed}</CompleteMultipartUpload>`;
    expect((await send('POST', `/photos/cat?uploadId=${id}`, { body })).status).toBe(200);
    const asked = { 'x-amz-checksum-mode': 'ENABLED' };
    for (const method of ['GET', 'HEAD']) {
      const ofPart = await send(method, '/photos/cat?partNumber=1', { headers: asked });
      expect(ofPart.headers).toMatchObject({
        'x-amz-checksum-sha256': sum,
        'x-amz-checksum-type': 'COMPOSITE',
        'x-amz-mp-parts-count': '1',
      });
      const ofRange = await send(method, '/photos/cat', { headers: { ...asked, range: 'bytes=1-2' } });
      expect(ofRange.headers).not.toHaveProperty('x-amz-checksum-sha256');
    }
  });
});

describe('a deletion under a condition', () => {
  const remove = async (headers: Record<string, string>): Promise<number> =>
    (await send('DELETE', '/photos/cat', { headers })).status;
  const byTag = { 'if-match': '*' };
  const byLooks = [
    { 'x-amz-if-match-size': '4' },
    { 'x-amz-if-match-last-modified-time': 'Wed, 01 Jan 2020 00:00:00 GMT' },
  ];

  test('of what is not there is not found by its ETag, and done by its looks', async () => {
    expect(await remove(byTag)).toBe(404);
    for (const looks of byLooks) expect(await remove(looks)).toBe(204);
  });

  test('does not hold where a delete marker is', async () => {
    const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
    await send('PUT', '/photos?versioning=', { body });
    expect(await remove(byTag)).toBe(404);
    expect((await send('DELETE', '/photos/cat')).headers['x-amz-delete-marker']).toBe('true');
    for (const condition of [byTag, ...byLooks]) expect(await remove(condition)).toBe(412);
    const gone = { headers: byTag };
    expect((await send('DELETE', `/photos/cat?versionId=${'0'.repeat(32)}`, gone)).status).toBeGreaterThan(
      399,
    );
  });
});

test('tags of a header are kept by name', async () => {
  await send('PUT', '/photos/cat', { body: 'meow', headers: { 'x-amz-tagging': 'b=2&a' } });
  const { body } = await send('GET', '/photos/cat?tagging=');
  expect([...body.matchAll(/<Key>(.*?)<.Key>/g)].map(([, key]) => key)).toEqual(['a', 'b']);
});

describe('methods that a resource does not have', () => {
  test.each([
    ['POST', '/', 'SERVICE', 'GET'],
    ['PATCH', '/photos', 'BUCKET', 'GET, HEAD, PUT, POST, DELETE'],
    ['POST', '/photos/cat', 'OBJECT', 'GET, HEAD, PUT, DELETE'],
    ['PUT', '/photos/cat?uploadId=x', 'UPLOAD', 'DELETE, POST, GET'],
  ])('%s %s', async (method, target, resource, allowed) => {
    const reply = await send(method, target);
    expect([reply.status, field(reply, 'Code')]).toEqual([405, 'MethodNotAllowed']);
    expect([field(reply, 'Method'), field(reply, 'ResourceType')]).toEqual([method, resource]);
    expect(reply.headers['allow']).toBe(allowed);
  });

  test('what is not implemented is said in the words of AWS, with its name', async () => {
    const reply = await send('PUT', '/photos?analytics=&id=x');
    expect([reply.status, field(reply, 'Code')]).toEqual([501, 'NotImplemented']);
    expect(field(reply, 'Message')).toBe(
      'A header you provided implies functionality that is not implemented.',
    );
    expect(field(reply, 'Request')).toBe('PUT ?analytics');
  });
});

describe('digests that do not fit', () => {
  const other = createHash('md5').update('other').digest();

  test('a Content-MD5 comes back in hex, beside what the bytes have', async () => {
    const reply = await send('PUT', '/photos/cat', {
      headers: { 'content-md5': other.toString('base64') },
      body: 'meow',
    });
    expect([reply.status, field(reply, 'Code')]).toEqual([400, 'BadDigest']);
    expect(field(reply, 'ExpectedDigest')).toBe(other.toString('hex'));
    expect(field(reply, 'CalculatedDigest')).toBe(createHash('md5').update('meow').digest('base64'));
  });

  test('the MD5 of a checksum header is a checksum', async () => {
    const reply = await send('PUT', '/photos/cat', {
      headers: { 'x-amz-checksum-md5': other.toString('base64') },
      body: 'meow',
    });
    expect(field(reply, 'Message')).toBe('The MD5 you specified did not match the calculated checksum.');
  });

  test('bits of Content-MD5 that stand for nothing are nothing', async () => {
    const digest = createHash('md5').update('meow').digest('base64');
    const sloppy = digest.replace(/.==$/, (end) => `${String.fromCharCode(end.charCodeAt(0) + 1)}==`);
    expect(Buffer.from(sloppy, 'base64')).toEqual(Buffer.from(digest, 'base64'));
    expect(
      (await send('PUT', '/photos/cat', { headers: { 'content-md5': sloppy }, body: 'meow' })).status,
    ).toBe(200);
  });
});

describe('bodies in chunks', () => {
  const chunk = (bytes: number): string => `${bytes.toString(16)}\r\n${'a'.repeat(bytes)}\r\n`;
  const put = (declared: number, ...chunks: number[]): Promise<RawReply> =>
    send('PUT', '/photos/cat', {
      headers: { 'x-amz-decoded-content-length': String(declared) },
      payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      body: `${chunks.map(chunk).join('')}0\r\n\r\n`,
    });

  test.each([99, 101])('100 bytes are not the %i that were declared', async (declared) => {
    const reply = await put(declared, 100);
    expect([reply.status, field(reply, 'Code'), field(reply, 'Message')]).toEqual([
      400,
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header',
    ]);
  });
});

describe('headers', () => {
  test('have 8 KiB together, whatever the query has', async () => {
    const headers = { 'x-amz-meta-a': 'a'.repeat(8192) };
    const reply = await send('PUT', '/photos/cat', { headers });
    expect([reply.status, field(reply, 'Code'), field(reply, 'MaxSizeAllowed')]).toEqual([
      400,
      'RequestHeaderSectionTooLarge',
      '8192',
    ]);
    expect((await send('GET', `/photos?prefix=${'a'.repeat(9000)}`)).status).toBe(200);
  });
});

describe('listings of versions', () => {
  test('have no negative pages', async () => {
    const reply = await send('GET', '/photos?max-keys=-1&versions=');
    expect([field(reply, 'Message'), field(reply, 'ArgumentName'), field(reply, 'ArgumentValue')]).toEqual([
      'max-keys cannot be negative',
      'maxKeys',
      '-1',
    ]);
  });
});

describe('objects', () => {
  test('a stored one is told its size, and keeps metadata of any name', async () => {
    const headers = { 'x-amz-meta-__proto__': 'a', 'x-amz-meta-constructor': 'b' };
    const stored = await send('PUT', '/photos/cat', { headers, body: 'meow' });
    expect([stored.status, stored.headers['x-amz-object-size']]).toEqual([200, '4']);
    const reply = await send('HEAD', '/photos/cat');
    expect(reply.headers).toMatchObject(headers);
  });

  test('metadata beyond ASCII comes back in encoded words, however it was sent', async () => {
    await openToAll();
    const word = '=?UTF-8?Q?caf=C3=A9?=';
    for (const value of [Buffer.from('café').toString('latin1'), '=?utf-8?B?Y2Fmw6k=?=', word]) {
      const headers = { 'x-amz-meta-a': value };
      expect((await send('PUT', '/photos/cat', { headers, anonymous: true })).status).toBe(200);
      expect((await send('HEAD', '/photos/cat')).headers['x-amz-meta-a']).toBe(word);
    }
  });

  test('metadata that comes twice is joined by a comma', async () => {
    const headers = { 'x-amz-meta-a': 'one,two, three' };
    const twice = ['x-amz-meta-a: two, three'];
    const { head } = signedHead({ method: 'PUT', path: '/photos/cat', headers });
    const connection = await RawConnection.open(gateway.port);
    const sent = head.replace('x-amz-meta-a: one,two, three', `x-amz-meta-a: one\r\n${twice.join('')}`);
    connection.send(`${sent}content-length: 0\r\n\r\n`);
    expect((await connection.reply()).status).toBe(200);
    connection.close();
    expect((await send('HEAD', '/photos/cat')).headers['x-amz-meta-a']).toBe('one,two, three');
  });

  test('a copy onto itself may name its encryption', async () => {
    await send('PUT', '/photos/cat', { body: 'meow' });
    const source = { 'x-amz-copy-source': 'photos/cat' };
    expect(field(await send('PUT', '/photos/cat', { headers: source }), 'Code')).toBe('InvalidRequest');
    const enciphered = { ...source, 'x-amz-server-side-encryption': 'AES256' };
    expect((await send('PUT', '/photos/cat', { headers: enciphered })).status).toBe(200);
  });

  test('metadata of a copy is judged, though a copy does not keep it', async () => {
    await send('PUT', '/photos/cat', { body: 'meow' });
    const reply = await send('PUT', '/photos/copy', {
      headers: { 'x-amz-copy-source': 'photos/cat', 'x-amz-meta-a': 'x'.repeat(2048) },
    });
    expect(field(reply, 'Code')).toBe('MetadataTooLarge');
  });

  test('a copy source belongs to PUT', async () => {
    const reply = await send('DELETE', '/photos', { headers: { 'x-amz-copy-source': 'photos/cat' } });
    expect([field(reply, 'Code'), field(reply, 'ArgumentName')]).toEqual([
      'InvalidArgument',
      'x-amz-copy-source',
    ]);
  });
});

describe('aborting what was begun at a time', () => {
  const begin = async (): Promise<string> => {
    const reply = await send('POST', '/photos/cat?uploads=');
    return field(reply, 'UploadId') ?? '';
  };
  const abort = (id: string, time: string): Promise<RawReply> =>
    send('DELETE', `/photos/cat?uploadId=${id}`, { headers: { 'x-amz-if-match-initiated-time': time } });

  test('leaves what was begun at another', async () => {
    const id = await begin();
    const refused = await abort(id, 'Sat, 29 Oct 1994 19:43:31 GMT');
    expect([refused.status, field(refused, 'Condition')]).toEqual([412, 'x-amz-if-match-initiated-time']);
    const listed = await send('GET', '/photos?uploads=');
    const initiated = new Date(field(listed, 'Initiated') ?? '');
    expect((await abort(id, initiated.toUTCString())).status).toBe(204);
  });

  test('takes a time that is yet to come for none, and refuses what is none', async () => {
    const id = await begin();
    expect(field(await abort(id, 'soon'), 'Code')).toBe('InvalidArgument');
    const tomorrow = new Date(Date.now() + 86_400_000).toUTCString();
    expect((await abort(id, tomorrow)).status).toBe(204);
  });
});

describe('documents', () => {
  test('of a website may have 128 KiB', async () => {
    const reply = await send('PUT', '/photos?website=', { body: ' '.repeat(128 * 1024 + 1) });
    expect([field(reply, 'Code'), field(reply, 'MaxMessageLengthBytes')]).toEqual([
      'MaxMessageLengthExceeded',
      '131072',
    ]);
  });

  test.each([
    ['', '<Redirect/>', 'MalformedXML'],
    ['<Condition/>', '<Redirect><HostName>a.b</HostName></Redirect>', 'MalformedXML'],
    ['', '<Redirect><HttpRedirectCode>3xx</HttpRedirectCode></Redirect>', 'MalformedXML'],
    ['', '<Redirect><HttpRedirectCode>306</HttpRedirectCode></Redirect>', 'InvalidRequest'],
    [
      '<Condition><HttpErrorCodeReturnedEquals>418</HttpErrorCodeReturnedEquals></Condition>',
      '<Redirect><HostName>a.b</HostName></Redirect>',
      'InvalidRequest',
    ],
  ])('of a website with the rule %s%s', async (condition, redirect, code) => {
    const rules = `<RoutingRules><RoutingRule>${condition}${redirect}</RoutingRule></RoutingRules>`;
    const body = `<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix></IndexDocument>${rules}</WebsiteConfiguration>`;
    expect(field(await send('PUT', '/photos?website=', { body }), 'Code')).toBe(code);
  });

  test('of bucket settings do not come in chunks', async () => {
    const reply = await send('PUT', '/photos?versioning=', {
      headers: { 'x-amz-decoded-content-length': '5' },
      payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      body: '5\r\nabcde\r\n0\r\n\r\n',
    });
    expect(field(reply, 'Message')).toBe('The value of x-amz-content-sha256 header is invalid.');
  });
});

describe('callers and preflights', () => {
  test.each([
    ['PUT', '/fresh-bucket', 'Anonymous users cannot invoke this API. Please authenticate.'],
    ['PUT', '/photos?acl', 'Anonymous users cannot invoke this API. Please authenticate.'],
    ['PUT', '/photos/cat?acl', 'Anonymous users cannot invoke this API. Please authenticate.'],
    [
      'POST',
      '/photos/cat?uploads',
      'Anonymous users cannot initiate multipart uploads. Please authenticate.',
    ],
    [
      'GET',
      '/photos?ownershipControls',
      's3:GetBucketOwnershipControls does not support Anonymous requests!',
    ],
    [
      'DELETE',
      '/photos?ownershipControls',
      's3:PutBucketOwnershipControls does not support Anonymous requests!',
    ],
    [
      'POST',
      '/photos/cat?select&select-type=2',
      'Anonymous users cannot invoke this API. Please authenticate.',
    ],
    ['POST', '/photos/cat?restore', 'Access Denied.'],
    ['POST', '/photos/cat?uploadId=x', 'Access Denied.'],
  ])('what nobody does without signing, whatever a policy says: %s %s', async (method, target, words) => {
    await openToAll();
    const headers = { 'x-amz-acl': 'private' };
    const reply = await send(method, target, { anonymous: true, headers });
    expect([reply.status, field(reply, 'Message')]).toEqual([403, words]);
  });

  test('nobody copies an object without signing', async () => {
    await openToAll();
    const headers = { 'x-amz-copy-source': 'photos/cat' };
    const reply = await send('PUT', '/photos/dog', { anonymous: true, headers });
    expect([reply.status, field(reply, 'Message')]).toEqual([
      403,
      'Anonymous users cannot copy objects. Please authenticate.',
    ]);
  });

  test('a preflight cannot ask for what is no header', async () => {
    const reply = await send('OPTIONS', '/photos/cat', {
      anonymous: true,
      headers: {
        origin: 'https://a.b',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'x-amz-date,in valid',
      },
    });
    expect([reply.status, field(reply, 'Message')]).toEqual([
      400,
      'Access-Control-Request-Headers &quot;in valid&quot; contains invalid character.',
    ]);
  });
});
