// Signature Version 2: what it covers, held against the examples in AWS's manual, and what it must not let through.

import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { ConfiguredCredentials } from '../../../src/auth/credentials.ts';
import type { SignatureV2Use } from '../../../src/auth/sigv2.ts';
import { SignatureVerifier, type Authentication } from '../../../src/auth/sigv4.ts';
import { isS3Error } from '../../../src/contracts/s3-errors.ts';
import { systemClock } from '../../../src/platform/clock.ts';

/** The keys of AWS's manual, which everybody knows. */
const KEY = 'AKIAIOSFODNN7EXAMPLE';
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const ACCOUNT = '000000000000';
const credentials = new ConfiguredCredentials([
  { accessKeyId: KEY, secretAccessKey: SECRET, accountId: ACCOUNT },
]);

interface Asked {
  readonly method?: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly hostBucket?: string;
  readonly nowMs?: number;
  readonly use?: SignatureV2Use;
}

const EXPIRES_S = 1_175_139_620;
const BEFORE_MS = (EXPIRES_S - 60) * 1000;

function authenticate(asked: Asked): Promise<Authentication> {
  const { method = 'GET', target, headers = {}, hostBucket, nowMs = BEFORE_MS, use = 'presigned' } = asked;
  const clock = { ...systemClock, nowMs: () => nowMs };
  const verifier = new SignatureVerifier({ credentials, region: 'us-east-1', clock, signatureV2: use });
  const received = { method, target, headers: new Map(Object.entries(headers)) };
  const query = new Map(new URL(target, 'http://host').searchParams);
  return verifier.authenticate(hostBucket === undefined ? received : { ...received, hostBucket }, query);
}

function presigned(
  path: string,
  { method = 'GET', expires = EXPIRES_S, lines = '\n', amz = '', resource = path } = {},
): string {
  const text = `${method}\n${lines}\n${expires}\n${amz}${resource}`;
  const signature = createHmac('sha1', SECRET).update(text).digest('base64');
  const join = path.includes('?') ? '&' : '?';
  return `${path}${join}AWSAccessKeyId=${KEY}&Signature=${encodeURIComponent(signature)}&Expires=${expires}`;
}

describe('a presigned URL of version 2', () => {
  const LINK = `/johnsmith/photos/puppy.jpg?AWSAccessKeyId=${KEY}&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=${EXPIRES_S}`;

  test('is taken as in the manual, path style and by host, until it expires', async () => {
    const byPath = await authenticate({ target: LINK });
    expect(byPath).toMatchObject({
      kind: 'signed',
      presigned: true,
      version: 2,
      payload: 'UNSIGNED-PAYLOAD',
    });
    expect(byPath.kind === 'signed' && byPath.credential.accountId).toBe(ACCOUNT);
    const byHost = await authenticate({ target: LINK.replace('/johnsmith', ''), hostBucket: 'johnsmith' });
    expect(byHost.kind).toBe('signed');
    await expect(authenticate({ target: LINK, nowMs: EXPIRES_S * 1000 + 1 })).rejects.toMatchObject({
      code: 'AccessDenied',
      message: 'Request has expired.',
    });
    // Nobody can tell when it was made: conditions on the age of a signature hold it for the oldest.
    expect(await authenticate({ target: LINK, nowMs: 0 })).toMatchObject({ signedAtMs: 0 });
  });

  test('is of no use for another method, key, time, parameter or header', async () => {
    const mismatch = { code: 'SignatureDoesNotMatch' };
    await expect(authenticate({ target: LINK, method: 'DELETE' })).rejects.toMatchObject(mismatch);
    await expect(authenticate({ target: LINK.replace('puppy', 'other') })).rejects.toMatchObject(mismatch);
    await expect(authenticate({ target: LINK.replace('9620', '9621') })).rejects.toMatchObject(mismatch);
    for (const more of [
      'acl',
      'retention',
      'legal-hold',
      'versionId=x',
      'uploadId=1&partNumber=1',
      'x-amz-acl=public-read',
    ])
      await expect(authenticate({ target: `${LINK}&${more}` })).rejects.toMatchObject(mismatch);
    for (const headers of [
      { 'x-amz-copy-source': '/b/k' },
      { 'content-type': 'text/x' },
      { 'content-md5': 'x' },
    ])
      await expect(authenticate({ target: LINK, headers })).rejects.toMatchObject(mismatch);
    await expect(
      authenticate({ target: LINK, headers: { 'x-predastore-owner': '1' } }),
    ).rejects.toMatchObject({
      code: 'AccessDenied',
    });
  });

  test('covers overrides by their decoded values, sub-resources, moved headers and a session token', async () => {
    const disposition = 'attachment; filename="a+b é"';
    const target = presigned(
      `/b/k?response-content-disposition=${encodeURIComponent(disposition)}&versionId=v`,
      {
        resource: `/b/k?response-content-disposition=${disposition}&versionId=v`,
      },
    );
    expect((await authenticate({ target })).kind).toBe('signed');
    const put = presigned('/b/k?x-amz-acl=private', {
      method: 'PUT',
      lines: '\ntext/plain',
      amz: 'x-amz-acl:private\nx-amz-meta-a:b\n',
      resource: '/b/k',
    });
    const headers = { 'content-type': 'text/plain', 'x-amz-meta-a': 'b' };
    expect((await authenticate({ target: put, method: 'PUT', headers })).kind).toBe('signed');
    // A key that stays the same is not a session's: the token is not overlooked.
    const token = presigned('/b/k?x-amz-security-token=t', {
      amz: 'x-amz-security-token:t\n',
      resource: '/b/k',
    });
    await expect(authenticate({ target: token })).rejects.toMatchObject({ code: 'InvalidToken' });
  });

  test('of a bucket is good with a slash at its end and without, and for no key', async () => {
    for (const [signed, sent] of [
      ['/johnsmith/', '/johnsmith'],
      ['/johnsmith', '/johnsmith/'],
    ] as const) {
      const target = presigned(`${sent}?prefix=a&list-type=2&x-id=1`, { resource: signed });
      expect((await authenticate({ target })).kind).toBe('signed');
      const byHost = presigned('/?max-keys=3', { resource: signed });
      expect((await authenticate({ target: byHost, hostBucket: 'johnsmith' })).kind).toBe('signed');
    }
    for (const [signed, sent] of [
      ['/b/k/', '/b/k'],
      ['/b%2Fk/', '/b%2Fk'],
      ['/', ''],
    ] as const)
      await expect(authenticate({ target: presigned(sent, { resource: signed }) })).rejects.toMatchObject({
        code: 'SignatureDoesNotMatch',
      });
  });

  test('whose file name holds a sub-resource is no permission for that sub-resource', async () => {
    const name = 'a&tagging';
    const meant = presigned(`/b/k?response-content-disposition=${encodeURIComponent(name)}`, {
      resource: `/b/k?response-content-disposition=${name}`,
    });
    expect((await authenticate({ target: meant })).kind).toBe('signed');
    const bent = meant.replace(encodeURIComponent(name), name);
    await expect(authenticate({ target: bent })).rejects.toMatchObject({ code: 'InvalidRequest' });
  });

  test('of a session is good with the token that it was signed with, and with no other', async () => {
    const session = {
      accessKeyId: 'ASIASESSION',
      secretAccessKey: SECRET,
      accountId: ACCOUNT,
      principalArn: `arn:aws:sts::${ACCOUNT}:assumed-role/r/s`,
      displayName: 's',
    };
    const verifier = new SignatureVerifier({
      credentials: {
        find: (id, token) => (id === session.accessKeyId && token === 'to+ken/=' ? session : undefined),
      },
      region: 'us-east-1',
      clock: { ...systemClock, nowMs: () => BEFORE_MS },
      signatureV2: 'presigned',
    });
    const outcome = async (target: string): Promise<string> => {
      const query = new Map(new URL(target, 'http://host').searchParams);
      const asked = verifier.authenticate({ method: 'GET', target, headers: new Map() }, query);
      try {
        return (await asked).kind;
      } catch (error) {
        return isS3Error(error) ? error.code : String(error);
      }
    };
    const token = `x-amz-security-token=${encodeURIComponent('to+ken/=')}`;
    const link = presigned(`/b/k?${token}`, {
      amz: 'x-amz-security-token:to+ken/=\n',
      resource: '/b/k',
    }).replace(KEY, session.accessKeyId);
    expect(await outcome(link)).toBe('signed');
    expect(await outcome(link.replace(token, 'x-id=1'))).toBe('InvalidAccessKeyId');
    expect(await outcome(link.replace(token, `${token}&x-amz-acl=private`))).toBe('SignatureDoesNotMatch');
    // Signed as if there were no token.
    const bare = presigned('/b/k').replace(KEY, session.accessKeyId);
    expect(await outcome(`${bare}&${token}`)).toBe('SignatureDoesNotMatch');
  });

  test('that is malformed is refused, and where the version is not taken it is named', async () => {
    await expect(authenticate({ target: LINK, use: 'none' })).rejects.toMatchObject({
      code: 'InvalidRequest',
    });
    for (const given of ['short', '', '%00'.repeat(28), 'A'.repeat(28)])
      await expect(
        authenticate({ target: LINK.replace(/Signature=[^&]*/, `Signature=${given}`) }),
      ).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
    for (const part of ['AWSAccessKeyId', 'Signature', 'Expires'])
      await expect(
        authenticate({ target: LINK.replace(new RegExp(`${part}=[^&]*`), 'x-id=1') }),
      ).rejects.toMatchObject({
        code: 'AccessDenied',
        message: expect.stringMatching(/requires the Signature/),
      });
    await expect(authenticate({ target: LINK.replace(/Expires=.*/, 'Expires=soon') })).rejects.toMatchObject({
      code: 'AccessDenied',
    });
    await expect(authenticate({ target: LINK.replace(KEY, 'AKIANOBODY') })).rejects.toMatchObject({
      code: 'InvalidAccessKeyId',
    });
  });
});

describe('a form of version 2', () => {
  const policy = Buffer.from('{"expiration":"2030-01-01T00:00:00Z","conditions":[]}').toString('base64');
  const fields = new Map([
    ['awsaccesskeyid', KEY],
    ['policy', policy],
    ['signature', createHmac('sha1', SECRET).update(policy).digest('base64')],
  ]);
  const verifierFor = (signatureV2: SignatureV2Use): SignatureVerifier =>
    new SignatureVerifier({ credentials, region: 'us-east-1', clock: systemClock, signatureV2 });

  test('is taken wherever the version is, over the very text of the policy', async () => {
    for (const use of ['presigned', 'all'] as const)
      expect((await verifierFor(use).authenticateForm(fields)).accountId).toBe(ACCOUNT);
    await expect(verifierFor('none').authenticateForm(fields)).rejects.toMatchObject({
      code: 'InvalidRequest',
    });
    // A character of two bytes whose lower one is that of the policy.
    const bent = `${String.fromCharCode(policy.charCodeAt(0) + 0x100)}${policy.slice(1)}`;
    for (const change of [bent, `${policy}A`, ''])
      await expect(
        verifierFor('all').authenticateForm(new Map(fields).set('policy', change)),
      ).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
  });
});

describe('a header of version 2', () => {
  const SIGNED_MS = Date.UTC(2007, 2, 27, 19, 36, 42);
  const headers = {
    date: 'Tue, 27 Mar 2007 19:36:42 +0000',
    authorization: `AWS ${KEY}:qgk2+6Sv9/oM7G3qLEjTH1a1l1g=`,
  };
  const asked: Asked = {
    target: '/photos/puppy.jpg',
    hostBucket: 'awsexamplebucket1',
    headers,
    nowMs: SIGNED_MS,
    use: 'all',
  };

  test('is taken as in the manual where it is allowed, within the skew', async () => {
    expect(await authenticate(asked)).toMatchObject({
      kind: 'signed',
      presigned: false,
      version: 2,
      signedAtMs: SIGNED_MS,
    });
    await expect(authenticate({ ...asked, nowMs: SIGNED_MS + 900_001 })).rejects.toMatchObject({
      code: 'RequestTimeTooSkewed',
    });
    await expect(authenticate({ ...asked, use: 'presigned' })).rejects.toMatchObject({
      code: 'InvalidRequest',
    });
  });

  test('signs x-amz-date in place of Date, and nothing but this time counts', async () => {
    const sign = (text: string): string => createHmac('sha1', SECRET).update(text).digest('base64');
    const amzDate = 'Tue, 27 Mar 2007 19:36:42 +0000';
    const signature = sign(`GET\n\n\n\nx-amz-date:${amzDate}\n/b/k`);
    const good = { authorization: `AWS ${KEY}:${signature}`, 'x-amz-date': amzDate, date: 'long ago' };
    expect(await authenticate({ ...asked, target: '/k', hostBucket: 'b', headers: good })).toMatchObject({
      signedAtMs: SIGNED_MS,
    });
    for (const date of ['', 'yesterday', 'Fri, 07 Jul 1950 21:53:04 GMT'])
      await expect(
        authenticate({ ...asked, headers: { ...headers, date, authorization: `AWS ${KEY}:${signature}` } }),
      ).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  test('does not go with signed chunks, nor with a second signature in the query', async () => {
    const chunked = { ...headers, 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' };
    await expect(authenticate({ ...asked, headers: chunked })).rejects.toMatchObject({
      code: 'InvalidRequest',
    });
    for (const use of ['none', 'presigned', 'all'] as const)
      for (const other of ['AWSAccessKeyId', 'Signature', 'X-Amz-Algorithm', 'X-Amz-Signature'])
        await expect(
          authenticate({ ...asked, use, target: `${asked.target}?${other}=x` }),
        ).rejects.toMatchObject({ code: 'InvalidArgument' });
  });
});
