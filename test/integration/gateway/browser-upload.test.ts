// Browser uploads over real sockets: forms as browsers send them, and forms as nobody should send them.

import { createHash, createHmac, randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { FORM_FIELDS_BYTES_MAX, FORM_FILE_BUFFER_BYTES_MAX } from '../../../src/core/limits.ts';
import {
  ACCESS_KEY,
  ACCOUNT,
  RawConnection,
  SECRET_KEY,
  signedHead,
  startGateway,
  type RawReply,
  type TestGateway,
} from '../../support/test-gateway.ts';
import {
  BOUNDARY,
  formBody,
  formHead,
  signedFields,
  type FormFile,
  type FormPlan,
} from '../../support/upload-form.ts';

let gateway: TestGateway;
let connection: RawConnection;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  await gateway.close();
});

beforeEach(async () => {
  gateway.store.buckets.clear();
  gateway.store.calls.length = 0;
  gateway.store.addBucket('photos');
  connection = await RawConnection.open(gateway.port);
});

afterEach(() => {
  connection.close();
});

const HELLO = { bytes: Buffer.from('hello') };
const inStore = (key: string): Buffer | undefined =>
  gateway.store.buckets.get('photos')?.objects.get(key)?.bytes;

async function post(plan: FormPlan, file: FormFile = HELLO): Promise<RawReply> {
  const body = formBody(signedFields(plan), file);
  connection.send(formHead(body.length));
  connection.send(body);
  return connection.reply();
}

function outcome({ status, body }: RawReply): string {
  const code = /<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? '';
  const message = /<Message>(.*)<\/Message>/.exec(body)?.[1] ?? '';
  return `${status} ${code}: ${message.replaceAll('&quot;', '"')}`;
}

describe('a form', () => {
  test('stores its file with what its fields say, in the name of its signer', async () => {
    const fields = {
      key: 'user/${filename}',
      'Content-Type': 'image/jpeg',
      'Cache-Control': 'no-cache',
      'x-amz-meta-owner': 'Zoë',
      acl: 'private',
    };
    const reply = await post({ fields }, { ...HELLO, name: 'C:\\pictures\\cät.jpg' });
    expect([reply.status, reply.body]).toEqual([204, '']);
    expect(reply.headers['location']).toBe('http://127.0.0.1/photos/user/c%C3%A4t.jpg');
    expect(reply.headers['x-predastore-pool-pressure']).toBe('nearfull');
    expect(inStore('user/cät.jpg')?.toString()).toBe('hello');
    const [call] = gateway.store.calls;
    expect(call?.parameters).toEqual({
      Bucket: 'photos',
      Key: 'user/cät.jpg',
      ContentType: 'image/jpeg',
      CacheControl: 'no-cache',
      Metadata: { owner: 'Zoë' },
      ACL: 'private',
      ContentLength: 5,
    });
    expect(call?.options.context.accountId).toBe(ACCOUNT);
    expect(call?.options.context.principalArn).toContain(ACCOUNT);
  });

  test('of a real client is taken', async () => {
    const form = new FormData();
    for (const [name, value] of Object.entries(signedFields({}))) form.append(name, value);
    const bytes = randomBytes(3 * FORM_FILE_BUFFER_BYTES_MAX);
    form.append('file', new Blob([bytes]), 'big.bin');
    const reply = await fetch(`${gateway.endpoint}/photos`, { method: 'POST', body: form });
    expect([reply.status, await reply.text()]).toEqual([204, '']);
    expect(inStore('k')?.equals(bytes)).toBe(true);
  });

  test('is taken in pieces, and the connection serves on', async () => {
    const file = { bytes: randomBytes(FORM_FILE_BUFFER_BYTES_MAX + 12_345) };
    const body = formBody(signedFields({}), file);
    connection.send(formHead(body.length));
    for (let at = 0; at < body.length; at += 33_333) {
      connection.send(body.subarray(at, at + 33_333));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await connection.reply()).status).toBe(204);
    expect(inStore('k')?.equals(file.bytes)).toBe(true);
    expect((await post({}, HELLO)).status).toBe(204);
  });

  test('is taken by a bucket in the host name', async () => {
    const body = formBody(signedFields({}), HELLO);
    connection.send(formHead(body.length, '/', 'photos.s3.test.example'));
    connection.send(body);
    const reply = await connection.reply();
    expect([reply.status, reply.headers['location']]).toEqual([204, 'http://photos.s3.test.example/k']);
  });

  test('chooses its answer', async () => {
    expect((await post({ fields: { success_action_status: '200' } })).status).toBe(200);
    expect((await post({ fields: { success_action_status: '404' } })).status).toBe(204);
    const created = await post({ fields: { success_action_status: '201' } });
    const etag = createHash('md5').update('hello').digest('hex');
    expect([created.status, created.body]).toEqual([
      201,
      `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>http://127.0.0.1/photos/k</Location><Bucket>photos</Bucket><Key>k</Key><ETag>&quot;${etag}&quot;</ETag></PostResponse>`,
    ]);
    const redirected = await post({ fields: { success_action_redirect: 'https://example.org/done?a=1' } });
    expect([redirected.status, redirected.headers['location']]).toEqual([
      303,
      `https://example.org/done?a=1&bucket=photos&key=k&etag=%22${etag}%22`,
    ]);
    expect((await post({ fields: { success_action_redirect: 'javascript:alert(1)' } })).status).toBe(204);
  });

  test('has its checksum verified', async () => {
    const sha256 = createHash('sha256').update('hello').digest('base64');
    const good = await post({ fields: { 'x-amz-checksum-sha256': sha256 } });
    expect([good.status, good.headers['x-amz-checksum-sha256']]).toEqual([204, sha256]);
    const bad = await post(
      { fields: { key: 'bad', 'x-amz-checksum-sha256': sha256 } },
      { bytes: Buffer.from('x') },
    );
    expect(outcome(bad)).toMatch(/^400 BadDigest/);
    expect(inStore('bad')).toBeUndefined();
  });

  test('may end without a line end, and have fields after a short file', async () => {
    const endings = [
      `\r\n--${BOUNDARY}--`,
      `\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; name="submit"\r\n\r\nGo\r\n--${BOUNDARY}--\r\n`,
    ];
    for (const ending of endings) {
      expect((await post({}, { ...HELLO, ending })).status).toBe(204);
      expect(inStore('k')?.toString()).toBe('hello');
    }
  });
});

describe('refused forms', () => {
  const POLICY = '403 AccessDenied: Invalid according to Policy:';

  test.each<[string, FormPlan, string]>([
    ['another secret', { secret: 'wrong' }, '403 SignatureDoesNotMatch'],
    ['an expired policy', { expiration: '2020-01-01T00:00:00Z' }, `${POLICY} Policy expired.`],
    [
      'a field nobody signed',
      { extra: { 'x-amz-meta-a': 'b' } },
      `${POLICY} Extra input fields: x-amz-meta-a`,
    ],
    [
      'a condition that fails',
      { conditions: [['starts-with', '$key', 'user/']] },
      `${POLICY} Policy Condition failed: ["starts-with","$key","user/"]`,
    ],
    [
      'a policy for another bucket',
      { conditions: [{ bucket: 'other' }] },
      `${POLICY} Policy Condition failed: ["eq", "$bucket", "other"]`,
    ],
    [
      'a policy for no bucket',
      { onlyConditions: [['starts-with', '$key', '']] },
      `${POLICY} Extra input fields: x-amz-algorithm, x-amz-credential, x-amz-date, bucket`,
    ],
    ['a file too long', { conditions: [['content-length-range', 0, 4]] }, '400 EntityTooLarge'],
    ['a file too short', { conditions: [['content-length-range', 6, 10]] }, '400 EntityTooSmall'],
    [
      'a policy that is no JSON',
      { policy: 'nonsense' },
      '400 InvalidPolicyDocument: Invalid Policy: Invalid JSON.',
    ],
    ['an empty key', { fields: { key: '' } }, '400 InvalidArgument: Bucket POST must contain a field named'],
    ['a key too long', { fields: { key: 'k'.repeat(1025) } }, '400 KeyTooLongError'],
    ['tags that are none', { fields: { tagging: '<Tagging/>' } }, '400 MalformedXML'],
    ['a copy', { fields: { 'x-amz-copy-source': 'photos/other' } }, '501 NotImplemented'],
    [
      'fields too long',
      { fields: { 'x-amz-meta-a': 'x'.repeat(FORM_FIELDS_BYTES_MAX) } },
      '400 MaxPostPreDataLengthExceededError',
    ],
  ])('%s', async (_name, plan, expected) => {
    expect(outcome(await post(plan))).toContain(expected);
    expect(gateway.store.calls).toEqual([]);
    expect((await post({})).status).toBe(204);
  });

  test.each([
    ['policy', '400 InvalidArgument'],
    ['x-amz-signature', '400 InvalidArgument'],
    ['x-amz-credential', '400 InvalidArgument'],
    ['x-amz-date', '400 InvalidArgument'],
    ['x-amz-algorithm', '400 InvalidArgument'],
  ])('without the field %s', async (name, expected) => {
    const fields = Object.entries(signedFields({})).filter(([field]) => field !== name);
    const body = formBody(Object.fromEntries(fields), HELLO);
    connection.send(formHead(body.length));
    connection.send(body);
    expect(outcome(await connection.reply())).toContain(expected);
    expect(gateway.store.calls).toEqual([]);
  });

  test.each([
    ['of nobody we know', { AWSAccessKeyId: 'AKIA' }, '403 InvalidAccessKeyId'],
    ['over another policy', { policy: 'e30=' }, '403 SignatureDoesNotMatch'],
    ['that is missing', { signature: '' }, '400 InvalidArgument'],
    ['as AWS took it before version 4', {}, '204'],
  ])('a signature of the old form %s', async (_what, change, expected) => {
    const conditions = [{ bucket: 'photos' }, { key: 'k' }];
    const expiration = new Date(Date.now() + 60_000).toISOString();
    const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
    const signature = createHmac('sha1', SECRET_KEY).update(policy).digest('base64');
    const body = formBody({ key: 'k', AWSAccessKeyId: ACCESS_KEY, policy, signature, ...change }, HELLO);
    connection.send(formHead(body.length));
    connection.send(body);
    expect(outcome(await connection.reply())).toContain(expected);
  });

  test('a long file that is not the last field leaves nothing behind', async () => {
    const bytes = randomBytes(FORM_FILE_BUFFER_BYTES_MAX);
    const ending = `\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; name="submit"\r\n\r\nGo\r\n--${BOUNDARY}--\r\n`;
    expect(outcome(await post({}, { bytes, ending }))).toContain(
      '400 MalformedPOSTRequest: In a form of more than 1048576 bytes the file must be the last field',
    );
    expect(inStore('k')).toBeUndefined();
  });

  test('a form that breaks off leaves nothing behind', async () => {
    const body = formBody(signedFields({}), { bytes: randomBytes(2 * FORM_FILE_BUFFER_BYTES_MAX) });
    connection.send(formHead(body.length));
    connection.send(body.subarray(0, FORM_FILE_BUFFER_BYTES_MAX));
    await new Promise((resolve) => setTimeout(resolve, 50));
    connection.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(inStore('k')).toBeUndefined();
  });

  test('a form without a length', async () => {
    const head = formHead(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked');
    connection.send(`${head}0\r\n\r\n`);
    expect(outcome(await connection.reply())).toContain('411 MissingContentLength');
  });

  test('a POST that is no form', async () => {
    connection.send(
      'POST /photos HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello',
    );
    expect(outcome(await connection.reply())).toContain('412 PreconditionFailed');
  });

  test('a POST signed in its headers', async () => {
    const body = formBody(signedFields({}), HELLO);
    const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
    const { head } = signedHead({ method: 'POST', path: '/photos', headers });
    connection.send(`${head}Content-Length: ${body.length}\r\n\r\n`);
    connection.send(body);
    expect(outcome(await connection.reply())).toContain('400 InvalidRequest');
    expect(gateway.store.calls).toEqual([]);
  });
});
