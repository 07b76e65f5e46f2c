// The verifier against the AWS SDK's own signer: what that signs is accepted, and not a character of it may change.

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ConfiguredCredentials } from '../../../src/auth/credentials.ts';
import { SignatureVerifier, type Authentication } from '../../../src/auth/sigv4.ts';
import { isS3Error } from '../../../src/contracts/s3-errors.ts';
import { systemClock, type Clock } from '../../../src/platform/clock.ts';
import { awsSigner } from '../../support/aws-signer.ts';

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const clock: Clock = {
  nowMs: () => NOW,
  monotonicMs: () => NOW,
  after: (delayMs, action) => systemClock.after(delayMs, action),
  sleep: (delayMs, signal) => systemClock.sleep(delayMs, signal),
};

const signer = awsSigner({ accessKeyId: 'AKIAKEY', secretAccessKey: 'sec/ret' }, 'eu-central-1');

const verifier = new SignatureVerifier({
  credentials: new ConfiguredCredentials([
    { accessKeyId: 'AKIAKEY', secretAccessKey: 'sec/ret', accountId: '000000000001' },
  ]),
  region: 'eu-central-1',
  clock,
});

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

interface Signed {
  method: string;
  target: string;
  headers: Map<string, string>;
  query: Map<string, string>;
}

interface Shape {
  method: string;
  segments: string[];
  query: [string, string][];
  meta: string;
  presigned: boolean;
}

async function sign(shape: Shape): Promise<Signed> {
  const path = `/${shape.segments.map(encode).join('/')}`;
  const request = {
    method: shape.method,
    protocol: 'http:',
    hostname: 'host.example',
    path,
    query: Object.fromEntries(shape.query),
    headers: {
      host: 'host.example:9000',
      'x-amz-meta-note': shape.meta,
      // What the presigner of the S3 client puts in.
      ...(shape.presigned ? { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' } : {}),
    },
  };
  const options = { signingDate: new Date(NOW) };
  const hoist = { unhoistableHeaders: new Set(['x-amz-meta-note']) };
  const signed = shape.presigned
    ? await signer.presign(request, { ...options, ...hoist, expiresIn: 600 })
    : await signer.sign(request, options);
  const query = new Map(Object.entries(signed.query ?? {}).map(([name, value]) => [name, String(value)]));
  const rawQuery = [...query].map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  const headers = new Map(Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { method: shape.method, target: rawQuery === '' ? path : `${path}?${rawQuery}`, headers, query };
}

function verify(signed: Signed): Promise<Authentication> {
  return verifier.authenticate(signed, signed.query);
}

async function refusal(signed: Signed): Promise<string> {
  try {
    await verify(signed);
  } catch (error) {
    if (isS3Error(error)) return error.code;
    throw error;
  }
  return 'accepted';
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom('+', '%', ' ', '/', '.', '&', '=', '~', '*', "'", '(', 'ü', '%2F', 'a'),
    maxLength: 12,
  }),
);
const shapes = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'DELETE', 'HEAD', 'POST'),
  segments: fc.array(text, { minLength: 1, maxLength: 4 }),
  query: fc
    .uniqueArray(fc.tuple(fc.string({ minLength: 1, maxLength: 6 }), text), {
      selector: ([name]) => name,
      maxLength: 4,
    })
    .map((pairs) => pairs.filter(([name]) => !name.startsWith('__'))),
  meta: fc.string({ unit: fc.constantFrom('a', ' ', '  ', ',', '"', '~'), maxLength: 20 }),
  presigned: fc.boolean(),
});

describe('signatures', () => {
  test('of the AWS signer are accepted, in headers and presigned', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const authentication = await verify(await sign(shape));
        expect(authentication).toMatchObject({ kind: 'signed', presigned: shape.presigned });
      }),
      { numRuns: 500 },
    );
  });

  test('fail when the path, the method, a header or the query is changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.constantFrom('path', 'method', 'header', 'query', 'unsigned'),
        async (shape, change) => {
          const signed = await sign(shape);
          const changed = { ...signed, headers: new Map(signed.headers), query: new Map(signed.query) };
          let expected = 'SignatureDoesNotMatch';
          if (change === 'path') changed.target = signed.target.replace('/', '/x');
          else if (change === 'method') changed.method = 'PATCH';
          else if (change === 'header') changed.headers.set('x-amz-meta-note', `${shape.meta}x`);
          else if (change === 'query') changed.target += `${signed.target.includes('?') ? '&' : '?'}zzz=1`;
          else {
            changed.headers.set('x-amz-meta-other', 'x');
            expected = 'AccessDenied';
          }
          expect(await refusal(changed)).toBe(expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});
