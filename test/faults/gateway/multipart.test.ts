// Multipart requests that no SDK sends: malformed documents, part numbers and headers. Each is refused by its name, and
// nothing reaches the store.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { RawConnection, signedHead, startGateway, type TestGateway } from '../../support/test-gateway.ts';

let gateway: TestGateway;
let connection: RawConnection;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  await gateway.close();
});

beforeEach(async () => {
  gateway.store.addBucket('photos');
  gateway.store.calls.length = 0;
  connection = await RawConnection.open(gateway.port);
});

afterEach(() => {
  connection.close();
});

interface Attempt {
  readonly method: string;
  /** Canonical: sorted, each with an equals sign. */
  readonly query: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly path?: string;
}

async function codeOf({ method, query, body = '', headers, path = '/photos/k' }: Attempt): Promise<string> {
  const { head } = signedHead({ method, path, query, ...(headers === undefined ? {} : { headers }) });
  connection.send(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`);
  connection.send(Buffer.from(body));
  const reply = await connection.reply();
  return `${reply.status} ${/<Code>(\w+)<\/Code>/.exec(reply.body)?.[1] ?? ''}`;
}

const part = (number: string, etag = 'x'): string =>
  `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`;
const whole = (...parts: string[]): string =>
  `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;

describe('completions', () => {
  test.each([
    ['nothing', '', '400 MalformedXML'],
    ['no XML', 'hello', '400 MalformedXML'],
    ['another root', '<Delete></Delete>', '400 MalformedXML'],
    ['an unclosed element', '<CompleteMultipartUpload><Part>', '400 MalformedXML'],
    ['a document type', `<!DOCTYPE x [<!ENTITY e "v">]>${whole(part('1'))}`, '400 MalformedXML'],
    ['a part without a number', whole('<Part><ETag>x</ETag></Part>'), '400 MalformedXML'],
    ['a part without a tag', whole('<Part><PartNumber>1</PartNumber></Part>'), '400 MalformedXML'],
    [
      'a part with two numbers',
      whole('<Part><PartNumber>1</PartNumber><PartNumber>2</PartNumber><ETag>x</ETag></Part>'),
      '400 MalformedXML',
    ],
    ['a number that is none', whole(part('one')), '400 MalformedXML'],
    ['a negative number', whole(part('-1')), '400 InvalidArgument'],
    ['no parts', whole(), '400 MalformedXML'],
    ['part 0', whole(part('0')), '400 InvalidArgument'],
    ['part 10001', whole(part('10001')), '400 InvalidArgument'],
    ['too many parts', whole(...Array.from({ length: 10_001 }, () => part('1'))), '400 MalformedXML'],
  ])('with %s', async (_name, body, code) => {
    expect(await codeOf({ method: 'POST', query: 'uploadId=x', body })).toBe(code);
    expect(gateway.store.calls).toEqual([]);
  });

  test.each([
    [{ 'x-amz-mp-object-size': 'many' }, '400 InvalidRequest'],
    [{ 'x-amz-checksum-type': 'BOTH' }, '400 InvalidRequest'],
  ])('with the headers %j', async (headers, code) => {
    expect(await codeOf({ method: 'POST', query: 'uploadId=x', body: whole(part('1')), headers })).toBe(code);
    expect(gateway.store.calls).toEqual([]);
  });

  test('the digest of the document is verified, beside the checksum of the object', async () => {
    const body = whole(part('1'));
    const wrong = { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==', 'x-amz-checksum-crc32': 'AAAAAA==' };
    expect(await codeOf({ method: 'POST', query: 'uploadId=x', body, headers: wrong })).toBe('400 BadDigest');
    expect(gateway.store.calls).toEqual([]);
  });
});

describe('parts', () => {
  test.each([
    'partNumber=0&uploadId=x',
    'partNumber=10001&uploadId=x',
    'partNumber=1.5&uploadId=x',
    'partNumber=&uploadId=x',
  ])('%s', async (query) => {
    expect(await codeOf({ method: 'PUT', query, body: 'hello' })).toBe('400 InvalidArgument');
    expect(gateway.store.calls).toEqual([]);
  });

  test('without a number nothing can be put to an upload', async () => {
    expect(await codeOf({ method: 'PUT', query: 'uploadId=x', body: 'hello' })).toBe('405 MethodNotAllowed');
    expect(gateway.store.calls).toEqual([]);
  });

  test('a wrong digest is refused and the part not kept', async () => {
    gateway.store.uploads.open.set('x', { id: 'x', parameters: { Key: 'k' }, parts: new Map() });
    const headers = { 'x-amz-checksum-crc32': 'AAAAAA==' };
    const query = 'partNumber=1&uploadId=x';
    expect(await codeOf({ method: 'PUT', query, body: 'hello', headers })).toBe('400 BadDigest');
    expect(gateway.store.uploads.open.get('x')?.parts.size).toBe(0);
    expect(await codeOf({ method: 'PUT', query, body: 'hello' })).toBe('200 ');
    expect(gateway.store.uploads.open.get('x')?.parts.size).toBe(1);
  });

  test('without a length', async () => {
    const { head } = signedHead({ method: 'PUT', path: '/photos/k', query: 'partNumber=1&uploadId=x' });
    connection.send(`${head}\r\n`);
    expect((await connection.reply()).status).toBe(411);
  });
});

describe('parameters', () => {
  test.each<[Attempt, string]>([
    [{ method: 'GET', query: 'max-parts=-1&uploadId=x' }, '400 InvalidArgument'],
    [{ method: 'GET', query: 'max-parts=many&uploadId=x' }, '400 InvalidArgument'],
    [{ method: 'GET', query: 'part-number-marker=x&uploadId=x' }, '400 InvalidArgument'],
    [{ method: 'GET', query: 'partNumber=0' }, '400 InvalidArgument'],
    [{ method: 'GET', query: 'max-uploads=x&uploads=', path: '/photos' }, '400 InvalidArgument'],
    [{ method: 'GET', query: 'encoding-type=x&uploads=', path: '/photos' }, '400 InvalidArgument'],
    [{ method: 'GET', query: 'attributes=' }, '400 InvalidRequest'],
    [
      { method: 'GET', query: 'attributes=', headers: { 'x-amz-object-attributes': 'ETag,Colour' } },
      '400 InvalidArgument',
    ],
    [
      { method: 'POST', query: 'uploads=', headers: { 'x-amz-checksum-algorithm': 'MD4' } },
      '400 InvalidRequest',
    ],
    [
      { method: 'POST', query: 'uploads=', headers: { 'x-amz-object-lock-event-hold': 'ON' } },
      '501 NotImplemented',
    ],
    [
      {
        method: 'PUT',
        query: '',
        headers: { 'x-amz-copy-source': 'photos/a', 'x-amz-metadata-directive': 'MOVE' },
      },
      '400 InvalidArgument',
    ],
    [{ method: 'PUT', query: '', headers: { 'x-amz-copy-source': '' } }, '400 InvalidArgument'],
  ])('%j is %s', async (attempt, code) => {
    expect(await codeOf(attempt)).toBe(code);
    expect(gateway.store.calls).toEqual([]);
  });
});
