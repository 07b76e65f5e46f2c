// Clients that break off, stall, lie or shout: each gets its answer or loses its connection in bounded time, nothing is
// stored, and the connection serves on where HTTP allows it.

import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { S3Error } from '../../../src/contracts/s3-errors.ts';
import type { OutgoingBody } from '../../../src/core/body.ts';
import { RawConnection, signedHead, startGateway, type TestGateway } from '../../support/test-gateway.ts';

let gateway: TestGateway;
let connection: RawConnection;

beforeAll(async () => {
  gateway = await startGateway({ bodyIdleTimeoutMs: 400 });
});

afterAll(async () => {
  connection.close();
  await gateway.close();
});

beforeEach(async () => {
  gateway.store.buckets.clear();
  gateway.store.addBucket('photos');
  gateway.store.overrides.clear();
  gateway.store.calls.length = 0;
  connection = await RawConnection.open(gateway.port);
});

const stored = (): number => gateway.store.buckets.get('photos')?.objects.size ?? -1;
const PUT = { method: 'PUT', path: '/photos/k' };

/** A request that must succeed: the connection is still good. */
async function expectAlive(): Promise<void> {
  connection.send(`${signedHead({ method: 'HEAD', path: '/photos' }).head}\r\n`);
  expect((await connection.reply(true)).status).toBe(200);
}

function codeIn(body: string): string | undefined {
  return /<Code>(\w+)<\/Code>/.exec(body)?.[1];
}

describe('bodies', () => {
  test('a sender that stalls is answered RequestTimeout and cut off', async () => {
    connection.send(`${signedHead(PUT).head}Content-Length: 100\r\n\r\nhalf of it`);
    const reply = await connection.reply();
    expect([reply.status, codeIn(reply.body)]).toEqual([400, 'RequestTimeout']);
    await connection.end();
    expect(stored()).toBe(0);
  });

  test('a sender that is slow but moves is served', async () => {
    connection.send(`${signedHead(PUT).head}Content-Length: 6\r\n\r\n`);
    for (const letter of 'slowly') {
      connection.send(letter);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect((await connection.reply()).status).toBe(200);
    expect(stored()).toBe(1);
  });

  test('a sender that breaks off leaves nothing behind', async () => {
    connection.send(`${signedHead(PUT).head}Content-Length: 100\r\n\r\nhalf of it`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    connection.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stored()).toBe(0);
  });

  test('eight senders that stall at once are all cut off, and hold up nobody else', async () => {
    const stalled = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        const sender = await RawConnection.open(gateway.port);
        const length = n % 2 === 0 ? 100 : 5_000_000_000;
        sender.send(
          `${signedHead({ method: 'PUT', path: `/photos/${n}` }).head}Content-Length: ${length}\r\n\r\nhalf`,
        );
        return sender;
      }),
    );
    await expectAlive();
    for (const sender of stalled) {
      expect(codeIn((await sender.reply()).body)).toBe('RequestTimeout');
      await sender.end();
    }
    expect(stored()).toBe(0);
  });

  test('a sender that breaks off a huge declared body leaves the previous object as it was', async () => {
    connection.send(`${signedHead(PUT).head}Content-Length: 5\r\n\r\nfirst`);
    expect((await connection.reply()).status).toBe(200);
    const before = process.memoryUsage().rss;
    const sender = await RawConnection.open(gateway.port);
    sender.send(`${signedHead(PUT).head}Content-Length: 5000000000\r\n\r\n${'x'.repeat(1_000_000)}`);
    await expectAlive();
    sender.close();
    await expectAlive();
    expect(gateway.store.buckets.get('photos')?.objects.get('k')?.bytes.toString()).toBe('first');
    // Nothing is set aside for what was only declared.
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
  });

  test('no length is MissingContentLength', async () => {
    connection.send(`${signedHead(PUT).head}\r\n`);
    const reply = await connection.reply();
    expect([reply.status, codeIn(reply.body)]).toEqual([411, 'MissingContentLength']);
    await expectAlive();
  });

  test('chunked transfer without a decoded length is NotImplemented, which names the header', async () => {
    connection.send(`${signedHead(PUT).head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`);
    const reply = await connection.reply();
    expect([reply.status, codeIn(reply.body)]).toEqual([501, 'NotImplemented']);
    expect(reply.body).toContain('<Header>Transfer-Encoding</Header>');
    await connection.end();
  });

  test.each([
    [
      'the digest of another body',
      { 'content-md5': createHash('md5').update('x').digest('base64') },
      'BadDigest',
    ],
    ['no digest at all', { 'content-md5': 'bm9wZQ==' }, 'InvalidDigest'],
    ['an empty digest', { 'content-md5': '' }, 'InvalidDigest'],
    ['a wrong checksum', { 'x-amz-checksum-crc32': 'AAAAAA==' }, 'BadDigest'],
    ['a malformed checksum', { 'x-amz-checksum-crc32': 'AAAA' }, 'InvalidRequest'],
    [
      'two checksums',
      { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-crc32c': 'AAAAAA==' },
      'InvalidRequest',
    ],
    ['an algorithm without a checksum', { 'x-amz-sdk-checksum-algorithm': 'CRC32' }, 'InvalidRequest'],
    ['an event hold', { 'x-amz-object-lock-event-hold': 'ON' }, 'NotImplemented'],
    ['a write into the middle', { 'x-amz-write-offset-bytes': '3' }, 'NotImplemented'],
    ['too much metadata', { 'x-amz-meta-a': 'x'.repeat(2048) }, 'MetadataTooLarge'],
  ])('a body with %s is refused and the connection serves on', async (_name, headers, code) => {
    connection.send(`${signedHead({ ...PUT, headers }).head}Content-Length: 5\r\n\r\nhello`);
    expect(codeIn((await connection.reply()).body)).toBe(code);
    expect(stored()).toBe(0);
    await expectAlive();
  });

  test('crc64nvme is verified', async () => {
    const headers = { 'x-amz-checksum-crc64nvme': 'rosUhgp5mIg=' }; // of "123456789": ae8b14860a799888
    connection.send(`${signedHead({ ...PUT, headers }).head}Content-Length: 9\r\n\r\n123456789`);
    const reply = await connection.reply();
    expect([reply.status, reply.headers['x-amz-checksum-crc64nvme']]).toEqual([200, 'rosUhgp5mIg=']);
  });

  test('a signed digest that does not fit is XAmzContentSHA256Mismatch', async () => {
    const payload = createHash('sha256').update('other').digest('hex');
    connection.send(`${signedHead({ ...PUT, payload }).head}Content-Length: 5\r\n\r\nhello`);
    expect(codeIn((await connection.reply()).body)).toBe('XAmzContentSHA256Mismatch');
    expect(stored()).toBe(0);
  });

  test('a payload name that nobody knows is refused', async () => {
    connection.send(
      `${signedHead({ ...PUT, payload: 'STREAMING-MAGIC' }).head}Content-Length: 5\r\n\r\nhello`,
    );
    expect(codeIn((await connection.reply()).body)).toBe('InvalidArgument');
  });

  test('an object that does not fit is EntityTooLarge before a byte of it is sent', async () => {
    connection.send(`${signedHead(PUT).head}Content-Length: 9007199254740991\r\n\r\n`);
    expect(codeIn((await connection.reply()).body)).toBe('EntityTooLarge');
  });
});

describe('aws-chunked bodies', () => {
  const decoded = (length: number, payload: string): ReturnType<typeof signedHead> =>
    signedHead({
      ...PUT,
      payload,
      headers: { 'x-amz-decoded-content-length': String(length), 'content-encoding': 'aws-chunked' },
    });

  function signedBody(text: string, head: ReturnType<typeof signedHead>, wrong = false): string {
    let previous = head.signature;
    let out = '';
    for (const chunk of [text, '']) {
      const sha = (data: string): string => createHash('sha256').update(data).digest('hex');
      const toSign = `AWS4-HMAC-SHA256-PAYLOAD\n${head.timestamp}\n${head.scope}\n${previous}\n${sha('')}\n${sha(wrong ? `${chunk}x` : chunk)}`;
      previous = createHmac('sha256', head.signingKey).update(toSign).digest('hex');
      out += `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk}${chunk === '' ? '' : '\r\n'}`;
    }
    return `${out}\r\n`;
  }

  test.each(['Content-Length', 'Transfer-Encoding'])(
    'with signed chunks are stored without framing, over %s',
    async (way) => {
      const head = decoded(5, 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
      const body = signedBody('hello', head);
      if (way === 'Content-Length')
        connection.send(`${head.head}Content-Length: ${body.length}\r\n\r\n${body}`);
      else {
        connection.send(
          `${head.head}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
        );
      }
      expect((await connection.reply()).status).toBe(200);
      const object = gateway.store.buckets.get('photos')?.objects.get('k');
      expect(object?.bytes.toString()).toBe('hello');
      expect(object?.parameters['ContentEncoding']).toBeUndefined();
      await expectAlive();
    },
  );

  test('with a wrong chunk signature are refused', async () => {
    const head = decoded(5, 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
    const body = signedBody('hello', head, true);
    connection.send(`${head.head}Content-Length: ${body.length}\r\n\r\n${body}`);
    const reply = await connection.reply();
    expect([reply.status, codeIn(reply.body)]).toEqual([403, 'SignatureDoesNotMatch']);
    expect(stored()).toBe(0);
    await expectAlive();
  });

  test.each([
    ['cut off', '5\r\nhel', 400],
    ['garbage', 'zz\r\nhello\r\n0\r\n\r\n', 400],
    ['longer than declared', '6\r\nhello!\r\n0\r\n\r\n', 400],
    ['shorter than declared', '4\r\nhell\r\n0\r\n\r\n', 400],
  ])('that are %s are refused and the connection serves on', async (_name, body, status) => {
    const head = decoded(5, 'STREAMING-UNSIGNED-PAYLOAD-TRAILER');
    connection.send(`${head.head}Content-Length: ${body.length}\r\n\r\n${body}`);
    expect((await connection.reply()).status).toBe(status);
    expect(stored()).toBe(0);
    await expectAlive();
  });

  test('a trailing checksum is verified', async () => {
    const headers = {
      'x-amz-decoded-content-length': '9',
      'x-amz-trailer': 'x-amz-checksum-crc32c',
    };
    for (const [value, status] of [
      ['4waSgw==', 200], // of "123456789": e3069283
      ['AAAAAA==', 400],
    ] as const) {
      const body = `9\r\n123456789\r\n0\r\nx-amz-checksum-crc32c:${value}\r\n\r\n`;
      const head = signedHead({ ...PUT, payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', headers });
      connection.send(`${head.head}Content-Length: ${body.length}\r\n\r\n${body}`);
      expect((await connection.reply()).status).toBe(status);
    }
  });
});

describe('requests', () => {
  test('a bad signature on a long body is answered, although the client goes on sending', async () => {
    connection.send(`${signedHead({ ...PUT, secret: 'wrong' }).head}Content-Length: 4000000\r\n\r\n`);
    const reply = connection.reply();
    for (let sent = 0; sent < 4_000_000; sent += 100_000) connection.send(Buffer.alloc(100_000));
    expect(codeIn((await reply).body)).toBe('SignatureDoesNotMatch');
    expect((await reply).headers['connection']).toBe('close');
    await connection.end();
    expect(gateway.store.calls).toEqual([]);
  });

  test('a bad signature on a short body leaves the connection usable', async () => {
    connection.send(`${signedHead({ ...PUT, secret: 'wrong' }).head}Content-Length: 5\r\n\r\nhel`);
    expect((await connection.reply()).status).toBe(403);
    connection.send('lo');
    await expectAlive();
  });

  test('100 Continue comes only after the signature was verified', async () => {
    connection.send(
      `${signedHead({ ...PUT, secret: 'wrong' }).head}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`,
    );
    const refused = await connection.reply();
    expect([refused.status, refused.headers['connection']]).toEqual([403, 'close']);
    await connection.end();
    connection = await RawConnection.open(gateway.port);
    connection.send(`${signedHead(PUT).head}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`);
    expect((await connection.reply()).status).toBe(100);
    connection.send('hello');
    expect((await connection.reply()).status).toBe(200);
    await expectAlive();
  });

  test('another expectation is ignored', async () => {
    connection.send(`${signedHead(PUT).head}Expect: 200\r\nContent-Length: 5\r\n\r\nhello`);
    expect((await connection.reply()).status).toBe(200);
  });

  test('a target that the HTTP framework cannot parse still gets an S3 answer', async () => {
    connection.send('GET http://[::1/photos HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    expect(codeIn((await connection.reply()).body)).toBe('AccessDenied');
  });

  test('headers beyond the limit are refused', async () => {
    connection.send(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
    const reply = await connection.reply();
    expect([reply.status, codeIn(reply.body)]).toEqual([400, 'RequestHeaderSectionTooLarge']);
    await connection.end();
  });

  test('a header that drips is cut off, however long it goes on', async () => {
    const dripping = await RawConnection.open(gateway.port);
    dripping.send('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const drip = setInterval(() => dripping.send('x'), 200);
    try {
      await expectAlive();
      const beganAt = performance.now();
      await dripping.end();
      // Ten seconds, looked after every two; the rest is for a busy machine.
      expect(performance.now() - beganAt).toBeLessThan(25_000);
    } finally {
      clearInterval(drip);
    }
  }, 40_000);

  test('what is not HTTP is refused', async () => {
    connection.send('\x16\x03\x01 hello\r\n\r\n');
    expect((await connection.reply()).status).toBe(400);
    await connection.end();
  });

  test.each([
    ['/photos/%zz', 'InvalidURI'],
    ['/photos/%', 'InvalidURI'],
    ['/photos/%ff%fe', 'InvalidURI'],
    ['/photos?prefix=%c3%28', 'InvalidURI'],
    [`/photos/${'k'.repeat(1025)}`, 'KeyTooLongError'],
    [`/photos/${'%C3%BC'.repeat(513)}`, 'KeyTooLongError'],
  ])('GET %.40s is %s', async (target, code) => {
    connection.send(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    const reply = await connection.reply();
    expect([reply.status, codeIn(reply.body)]).toEqual([400, code]);
  });

  test.each([
    '<Delete><Object><Key>a</Key></Object>',
    '<Delete><Object><Key>a</Object></Key></Delete>',
    '<Other/>',
    '<Delete/>',
    '<Delete><Object/></Delete>',
    '<!DOCTYPE x [<!ENTITY a "b">]><Delete><Object><Key>&a;</Key></Object></Delete>',
    '<Delete><Object><Key>&unknown;</Key></Object></Delete>',
    '<Delete><Object><Key>&#xD800;</Key></Object></Delete>',
    `${'<Delete>'.repeat(5000)}${'</Delete>'.repeat(5000)}`,
    `<Delete>${'<Object><Key>a</Key></Object>'.repeat(1001)}</Delete>`,
    'not xml',
    '',
  ])('a document %.60s is MalformedXML', async (body) => {
    const head = signedHead({ method: 'POST', path: '/photos', query: 'delete=' });
    connection.send(`${head.head}Content-Length: ${body.length}\r\n\r\n${body}`);
    const reply = await connection.reply();
    expect([reply.status, codeIn(reply.body)]).toEqual([400, 'MalformedXML']);
    await expectAlive();
  });
});

describe('replies', () => {
  /** A GET whose body is made by the test. */
  function serveBody(body: OutgoingBody): void {
    const result = {
      AcceptRanges: 'bytes',
      ContentLength: body.lengthBytes,
      ETag: '"x"',
      LastModified: '2026-01-01T00:00:00.000Z',
      ContentType: 'text/plain',
      Metadata: {},
    };
    gateway.store.overrides.set('GetObject', () => Promise.resolve({ result, body, headers: {} }));
  }
  const GET = { method: 'GET', path: '/photos/k' };

  test.each([
    [
      'fails midway',
      async function* () {
        yield Buffer.alloc(50);
        await Promise.resolve();
        throw new Error('disk on fire');
      },
    ],
    [
      'fails after its last byte',
      async function* () {
        yield Buffer.alloc(100);
        await Promise.resolve();
        throw new Error('did not verify');
      },
    ],
    [
      'is short',
      async function* () {
        await Promise.resolve();
        yield Buffer.alloc(99);
      },
    ],
    [
      'is long',
      async function* () {
        await Promise.resolve();
        yield Buffer.alloc(99);
        yield Buffer.alloc(2);
      },
    ],
  ])('a body that %s is never a whole 200', async (_name, produce) => {
    serveBody({ lengthBytes: 100, bytes: produce() });
    connection.send(`${signedHead(GET).head}\r\n`);
    await connection.end();
    const bodyBytes = connection.unread.length - (connection.unread.indexOf('\r\n\r\n') + 4);
    expect(connection.unread.includes('HTTP/1.1 200') ? bodyBytes < 100 : true).toBe(true);
  });

  test('a client that reads nothing is given up and the source is stopped', async () => {
    let stopped = false;
    serveBody({
      lengthBytes: 1e9,
      bytes: (async function* () {
        try {
          for (;;) {
            yield Buffer.alloc(65_536);
            await Promise.resolve();
          }
        } finally {
          stopped = true;
        }
      })(),
    });
    connection.socket.pause();
    connection.send(`${signedHead(GET).head}\r\n`);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(stopped).toBe(true);
  });

  test('an error whose headers are no latin1 is sent all the same', async () => {
    const headers = { 'Cache-Control': 'max-age=1, price="1 €"' };
    const refuse = () => Promise.reject(new S3Error('NotModified', undefined, { headers }));
    gateway.store.overrides.set('GetObject', refuse);
    connection.send(`${signedHead(GET).head}Connection: close\r\n\r\n`);
    await connection.end();
    expect(connection.unread).toMatch(/^HTTP\/1.1 304 /);
  });

  test('a client that leaves the last bytes unread is given up, too', async () => {
    async function* whole(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.alloc(64 * 1024 * 1024));
    }
    serveBody({ lengthBytes: 64 * 1024 * 1024, bytes: whole() });
    connection.socket.pause();
    connection.send(`${signedHead(GET).head}\r\n`);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    connection.socket.resume();
    await connection.end();
    expect(connection.unread.length).toBeLessThan(64 * 1024 * 1024);
  });

  test('a client that goes away stops the source', async () => {
    let stopped = false;
    serveBody({
      lengthBytes: 1e9,
      bytes: (async function* () {
        try {
          for (;;) {
            yield Buffer.alloc(65_536);
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
        } finally {
          stopped = true;
        }
      })(),
    });
    connection.send(`${signedHead(GET).head}\r\n`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    connection.close();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(stopped).toBe(true);
  });

  test('an unforeseen failure is InternalError with one request id in header and body', async () => {
    gateway.store.overrides.set('GetObject', () => Promise.reject(new Error('secret detail')));
    connection.send(`${signedHead(GET).head}\r\n`);
    const reply = await connection.reply();
    expect([reply.status, codeIn(reply.body)]).toEqual([500, 'InternalError']);
    expect(reply.body).not.toContain('secret detail');
    expect(reply.body).toContain(`<RequestId>${reply.headers['x-amz-request-id'] ?? ''}</RequestId>`);
    expect(reply.body).toContain(`<HostId>${reply.headers['x-amz-id-2'] ?? ''}</HostId>`);
    await expectAlive();
  });
});
