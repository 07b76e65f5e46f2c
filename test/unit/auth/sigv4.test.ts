// Refusals of the verifier, each by the code and the fields that S3 clients look at.

import { describe, expect, test } from '@jest/globals';
import { ConfiguredCredentials } from '../../../src/auth/credentials.ts';
import { SignatureVerifier } from '../../../src/auth/sigv4.ts';
import { isS3Error, type S3Error } from '../../../src/contracts/s3-errors.ts';
import { errorCodeOf } from '../../../src/core/errors.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import {
  ACCESS_KEY,
  ACCOUNT,
  REGION,
  SECRET_KEY,
  signedHead,
  type RequestToSign,
} from '../../support/test-gateway.ts';

const verifier = new SignatureVerifier({
  credentials: new ConfiguredCredentials([
    { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY, accountId: ACCOUNT },
  ]),
  region: REGION,
  clock: systemClock,
});

function received(request: RequestToSign): { method: string; target: string; headers: Map<string, string> } {
  const [start = '', ...lines] = signedHead(request).head.trimEnd().split('\r\n');
  const [method = '', target = ''] = start.split(' ');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)] as const;
    }),
  );
  return { method, target, headers };
}

async function refusalOf(
  request: RequestToSign,
  change: (headers: Map<string, string>) => void = () => undefined,
  query: ReadonlyMap<string, string> = new Map(),
): Promise<S3Error> {
  const signed = received(request);
  change(signed.headers);
  try {
    await verifier.authenticate(signed, query);
  } catch (error) {
    if (isS3Error(error)) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const GET = { method: 'GET', path: '/photos/k' };
const HOUR_MS = 3_600_000;

describe('a signature in headers', () => {
  test('that holds names its credential and what chunks chain on to', async () => {
    const authentication = await verifier.authenticate(received(GET), new Map());
    expect(authentication).toMatchObject({
      kind: 'signed',
      presigned: false,
      payload: 'UNSIGNED-PAYLOAD',
      credential: { accountId: ACCOUNT, principalArn: `arn:aws:iam::${ACCOUNT}:user/${ACCESS_KEY}` },
    });
  });

  test('without an Authorization header a request is anonymous', async () => {
    const request = received(GET);
    request.headers.delete('authorization');
    expect((await verifier.authenticate(request, new Map())).kind).toBe('anonymous');
  });

  test('with the wrong secret says what was signed', async () => {
    const error = await refusalOf({ ...GET, secret: 'other' });
    expect(error.code).toBe('SignatureDoesNotMatch');
    expect(error.fields['AWSAccessKeyId']).toBe(ACCESS_KEY);
    expect(error.fields['StringToSign']).toMatch(/^AWS4-HMAC-SHA256\n/);
    expect(error.fields['CanonicalRequest']).toMatch(/^GET\n\/photos\/k\n/);
    expect(error.fields['SignatureProvided']).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each([-HOUR_MS, HOUR_MS])('of another time (%i ms) is too skewed', async (offset) => {
    const error = await refusalOf({ ...GET, date: new Date(Date.now() + offset) });
    expect([error.code, error.status]).toEqual(['RequestTimeTooSkewed', 403]);
  });

  test('for another region names the right one', async () => {
    const error = await refusalOf({ ...GET, region: 'mars-1' });
    expect([error.code, error.fields['Region']]).toEqual(['AuthorizationHeaderMalformed', REGION]);
  });

  test('another region may be allowed by the caller', async () => {
    const request = received({ ...GET, region: 'us-east-1' });
    expect((await verifier.authenticate(request, new Map(), 'us-east-1')).kind).toBe('signed');
  });

  test('does not cover an x-amz header that was added', async () => {
    const error = await refusalOf(GET, (headers) => headers.set('x-amz-acl', 'public-read'));
    expect([error.code, error.fields['HeadersNotSigned']]).toEqual(['AccessDenied', 'x-amz-acl']);
  });

  test('does not cover a header of our own that was added', async () => {
    const error = await refusalOf(GET, (headers) => {
      headers.set('x-predastore-owner-account-id', '000000000001');
    });
    expect([error.code, error.fields['HeadersNotSigned']]).toEqual([
      'AccessDenied',
      'x-predastore-owner-account-id',
    ]);
  });

  test('must say what the body is', async () => {
    const error = await refusalOf(GET, (headers) => headers.delete('x-amz-content-sha256'));
    expect(error.code).toBe('InvalidRequest');
  });

  test.each([
    ['', 'AccessDenied'],
    ['Bearer token', 'InvalidArgument'],
    ['AWS AKIA:abcdef=', 'InvalidRequest'],
    ['AWS HAHAHA', 'InvalidArgument'],
    ['AWS4-HMAC-SHA256', 'InvalidArgument'],
    ['AWS4-HMAC-SHA256 Credential=a', 'AuthorizationHeaderMalformed'],
    ['AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=x', 'AuthorizationHeaderMalformed'],
    ['AWS4-ECDSA-P256-SHA256 Credential=a', 'InvalidRequest'],
  ])('Authorization %j is refused', async (value, code) => {
    expect((await refusalOf(GET, (headers) => headers.set('authorization', value))).code).toBe(code);
  });

  test('that signs a header twice is malformed', async () => {
    const error = await refusalOf(GET, (headers) => {
      const value = headers.get('authorization') ?? '';
      headers.set('authorization', value.replace('SignedHeaders=', 'SignedHeaders=host;'));
    });
    expect(error.code).toBe('AuthorizationHeaderMalformed');
  });

  test('of an unknown key has no owner, a permanent key no session token', async () => {
    const unknown = await refusalOf(GET, (headers) =>
      headers.set('authorization', (headers.get('authorization') ?? '').replace(ACCESS_KEY, 'AKIAOTHER')),
    );
    expect(unknown.code).toBe('InvalidAccessKeyId');
    const session = await refusalOf({ ...GET, headers: { 'x-amz-security-token': 'token' } });
    expect(session.code).toBe('InvalidToken');
  });

  test('without a date is refused', async () => {
    expect((await refusalOf(GET, (headers) => headers.delete('x-amz-date'))).code).toBe('AccessDenied');
  });

  test('slashes encoded on the wire but signed bare are accepted', async () => {
    const request = received({ method: 'GET', path: '/photos/a/b' });
    const signed = { ...request, target: '/photos/a%2Fb' };
    expect((await verifier.authenticate(signed, new Map())).kind).toBe('signed');
  });
});

describe('a presigned URL', () => {
  const base = new Map([
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${ACCESS_KEY}/20260101/${REGION}/s3/aws4_request`],
    ['X-Amz-Date', '20260101T000000Z'],
    ['X-Amz-Expires', '600'],
    ['X-Amz-SignedHeaders', 'host'],
    ['X-Amz-Signature', 'a'.repeat(64)],
  ]);

  test.each([
    ['that has expired', {}, 'AccessDenied'],
    ['that lives longer than a week', { 'X-Amz-Expires': '604801' }, 'AuthorizationQueryParametersError'],
    ['with a negative life', { 'X-Amz-Expires': '-1' }, 'AuthorizationQueryParametersError'],
    ['whose life is no number', { 'X-Amz-Expires': 'x' }, 'AuthorizationQueryParametersError'],
    ['without a signature', { 'X-Amz-Signature': '' }, 'AuthorizationQueryParametersError'],
    ['of another algorithm', { 'X-Amz-Algorithm': 'x' }, 'AuthorizationQueryParametersError'],
    [
      'of another region',
      { 'X-Amz-Credential': `${ACCESS_KEY}/20260101/x/s3/aws4_request` },
      'AuthorizationQueryParametersError',
    ],
  ])('%s is refused', async (_name, change, code) => {
    const query = new Map([...base, ...Object.entries(change)]);
    const error = await refusalOf(GET, (headers) => headers.delete('authorization'), query);
    expect(error.code).toBe(code);
  });

  test('of version 2 is named as not supported', async () => {
    const query = new Map([
      ['AWSAccessKeyId', 'x'],
      ['Signature', 'x'],
      ['Expires', '1'],
    ]);
    const error = await refusalOf(GET, (headers) => headers.delete('authorization'), query);
    expect(error.message).toContain('AWS4-HMAC-SHA256');
  });
});

describe('credentials of the configuration', () => {
  const entry = { accessKeyId: 'AKIA', secretAccessKey: 's', accountId: ACCOUNT };

  test.each([
    [{ ...entry, accountId: '12' }],
    [{ ...entry, secretAccessKey: '' }],
    [{ ...entry, accessKeyId: 'a/b' }],
  ])('%j is refused', (wrong) => {
    let code = 'none';
    try {
      new ConfiguredCredentials([wrong]);
    } catch (error) {
      code = errorCodeOf(error);
    }
    expect(code).toBe('invalid-config');
  });

  test('a key given twice is refused, a policy is found by its principal', () => {
    expect(() => new ConfiguredCredentials([entry, entry])).toThrow('twice');
    const policy = [{ bucket: '*', actions: ['s3:*'] }];
    const credentials = new ConfiguredCredentials([{ ...entry, policy }]);
    const identity = credentials.identityOf(ACCOUNT, `arn:aws:iam::${ACCOUNT}:user/AKIA`);
    expect(identity?.policies).toHaveLength(1);
    expect(credentials.identityOf('000000000001', 'arn:aws:iam::000000000001:user/x')).toBeUndefined();
  });
});
