// Spinifex's identities, from KV buckets on a real nats-server to what the AWS SDK and a NATS caller may do.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Kvm } from '@nats-io/kv';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { AccessBench, outcomeOf, type Keys } from '../../support/access-bench.ts';
import { awsSigner } from '../../support/aws-signer.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { ACCOUNT, OTHER_ACCOUNT, REGION } from '../../support/service-bench.ts';
import { SpinifexIam, statement, type Document, type Grants } from '../../support/spinifex-iam.ts';

const EVERYTHING = statement('Allow', '*');
const DENIED = '403 AccessDenied';
const ADVICE = 'arn:aws:iam::aws:policy';

let nats: TestNats;
let connection: NatsConnection;
let iam: SpinifexIam;
let bench: AccessBench;
let directory: string;
let keyNumber = 0;

beforeAll(async () => {
  nats = await startNats();
  connection = await connect({ servers: nats.urls });
  iam = await SpinifexIam.create(connection);
  directory = await mkdtemp(join(tmpdir(), 'predastore-iam-'));
  const masterKeyFile = join(directory, 'master.key');
  await writeFile(masterKeyFile, iam.masterKey, { mode: 0o640 });
  bench = await AccessBench.start({
    urls: nats.urls,
    credentials: [
      { accessKeyId: 'AKIACONFIGURED00', secretAccessKey: 'c', accountId: ACCOUNT, displayName: 'c' },
    ],
    iam: { masterKeyFile },
  });
  await bench.bench.ask('PutObject', { Bucket: 'photos', Key: 'cat' }, { body: 'meow' });
});

afterAll(async () => {
  await bench.close();
  await connection.close();
  await nats.stop();
  await rm(directory, { recursive: true, force: true });
});

interface Person extends Keys {
  readonly name: string;
  readonly arn: string;
  readonly s3: S3Client;
}

/** A user of ACCOUNT with a key. */
async function person(
  grants: Grants & { readonly groups?: readonly string[]; readonly path?: string; readonly id?: string } = {},
  account = ACCOUNT,
): Promise<Person> {
  keyNumber += 1;
  const name = `user${keyNumber}`;
  const accessKeyId = `AKIA${String(keyNumber).padStart(16, '0')}`;
  const secretAccessKey = `secret/of+${name}`;
  const arn = await iam.user(account, name, grants);
  await iam.accessKey(account, name, { accessKeyId, secretAccessKey });
  return { name, arn, accessKeyId, secretAccessKey, s3: bench.s3({ accessKeyId, secretAccessKey }) };
}

const inline = (...documents: readonly Document[]): Grants => ({
  inline: Object.fromEntries(documents.map((document, index) => [`p${index}`, document])),
});

const read = (s3: S3Client): Promise<string> =>
  outcomeOf(s3.send(new GetObjectCommand({ Bucket: 'photos', Key: 'cat' })));
const write = (s3: S3Client): Promise<string> =>
  outcomeOf(s3.send(new PutObjectCommand({ Bucket: 'photos', Key: 'dog', Body: 'woof' })));
const list = (s3: S3Client): Promise<string> =>
  outcomeOf(s3.send(new ListObjectsV2Command({ Bucket: 'photos' })));
const readOverNats = (principalArn: string, accountId = ACCOUNT): Promise<string> =>
  bench.nats('GetObject', { Bucket: 'photos', Key: 'cat' }, { accountId, principalArn });

describe('what a user may do', () => {
  test('is nothing without a policy, on both planes', async () => {
    const { s3, arn } = await person();
    expect([await read(s3), await write(s3), await readOverNats(arn)]).toEqual([
      DENIED,
      DENIED,
      'AccessDenied',
    ]);
  });

  test.each<[string, () => Promise<Person>]>([
    ['a policy of its own', () => person(inline(statement('Allow', 's3:GetObject')))],
    [
      'an attached policy',
      async () => {
        const attached = [await iam.policy(ACCOUNT, 'reads', statement('Allow', ['s3:GetObject']))];
        return person({ attached });
      },
    ],
    [
      'an attached policy with a path',
      async () =>
        person({ attached: [await iam.policy(ACCOUNT, 'deep', statement('Allow', 's3:Get*'), '/team/')] }),
    ],
    [
      'a group',
      async () => {
        await iam.group(ACCOUNT, 'readers', inline(statement('Allow', 'S3:getobject')));
        return person({ groups: ['readers', 'nobody-made-this-group'] });
      },
    ],
    ['a policy that AWS manages', () => person({ attached: [`${ADVICE}/AmazonS3ReadOnlyAccess`] })],
    ['an account path', () => person({ ...inline(statement('Allow', 's3:GetObject')), path: '/team/a/' })],
  ])('comes from %s', async (_from, make) => {
    const { s3, arn } = await make();
    expect([await read(s3), await readOverNats(arn), await write(s3)]).toEqual(['ok', 'ok', DENIED]);
  });

  test('is less by an explicit Deny wherever it stands', async () => {
    await iam.group(ACCOUNT, 'kept-out', inline(statement('Deny', 's3:GetObject')));
    const { s3, arn } = await person({ groups: ['kept-out'], ...inline(EVERYTHING) });
    expect([await read(s3), await readOverNats(arn), await list(s3)]).toEqual([DENIED, 'AccessDenied', 'ok']);
  });

  test('does not come from an unknown policy of AWS, which takes nothing either', async () => {
    const { s3 } = await person({
      attached: [`${ADVICE}/AmazonEKSWorkerNodePolicy`],
      ...inline(statement('Allow', 's3:ListBucket')),
    });
    expect([await list(s3), await read(s3)]).toEqual(['ok', DENIED]);
  });

  test.each<[string, Grants]>([
    ['an attached policy that is gone', { attached: [`arn:aws:iam::${ACCOUNT}:policy/gone`] }],
    ['a policy of another account', { attached: [`arn:aws:iam::${OTHER_ACCOUNT}:policy/theirs`] }],
    ['a policy that is no JSON', inline('{"Version":')],
    ['no sense in an ARN', { attached: ['policy'] }],
  ])('is nothing beside %s: 403, not 500', async (_what, grants) => {
    await iam.policy(OTHER_ACCOUNT, 'theirs', EVERYTHING);
    const { s3 } = await person({ ...grants, inline: { ...grants.inline, all: EVERYTHING } });
    expect([await read(s3), await list(s3)]).toEqual([DENIED, DENIED]);
  });

  test.each<[string, Document, string]>([
    [
      'a condition that holds',
      statement('Allow', 's3:*', { Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      'ok',
    ],
    [
      'one that does not',
      statement('Allow', 's3:*', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
      DENIED,
    ],
    [
      'an unknown operator',
      statement('Allow', 's3:*', { Condition: { StringSounds: { 'aws:userid': 'x' } } }),
      DENIED,
    ],
    [
      'an unknown key',
      statement('Allow', 's3:*', { Condition: { StringNotEquals: { 'aws:SourceVpc': 'v' } } }),
      DENIED,
    ],
    [
      'NotAction',
      { Version: '2012-10-17', Statement: [{ Effect: 'Allow', NotAction: 's3:GetObject', Resource: '*' }] },
      DENIED,
    ],
    ['a resource that is it', statement('Allow', 's3:*', { Resource: 'arn:aws:s3:::photos/c*' }), 'ok'],
    ['a resource that is not', statement('Allow', 's3:*', { Resource: 'arn:aws:s3:::photos/C*' }), DENIED],
    [
      'its own name',
      statement('Allow', 's3:*', { Condition: { StringLike: { 'aws:username': 'user*' } } }),
      'ok',
    ],
  ])('is judged by %s', async (_what, document, expected) => {
    const { s3 } = await person(inline(document));
    expect(await read(s3)).toBe(expected);
  });

  test('stays within the account, and buckets it makes belong to it', async () => {
    const { s3 } = await person(inline(EVERYTHING), OTHER_ACCOUNT);
    expect([await read(s3), await list(s3)]).toEqual([DENIED, DENIED]);
    await s3.send(new CreateBucketCommand({ Bucket: 'theirs' }));
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['theirs']);
    const ours = await person(inline(EVERYTHING));
    const { Buckets: own } = await ours.s3.send(new ListBucketsCommand({}));
    expect(own?.map(({ Name }) => Name)).toEqual(['photos']);
  });
});

describe('a change', () => {
  const soon = eventuallyIs;

  test('of a user, a group, a policy or a key counts at once', async () => {
    const { s3, name, accessKeyId, secretAccessKey, arn } = await person();
    expect(await read(s3)).toBe(DENIED);
    const policy = await iam.policy(ACCOUNT, 'changing', EVERYTHING);
    await iam.user(ACCOUNT, name, { attached: [policy] });
    await soon(() => read(s3), 'ok');
    await soon(() => readOverNats(arn), 'ok');
    await iam.policy(ACCOUNT, 'changing', statement('Deny', '*'));
    await soon(() => read(s3), DENIED);
    await soon(() => readOverNats(arn), 'AccessDenied');
    await iam.user(ACCOUNT, name, { groups: ['late'] });
    await iam.group(ACCOUNT, 'late', inline(EVERYTHING));
    await soon(() => read(s3), 'ok');
    await iam.accessKey(ACCOUNT, name, { accessKeyId, secretAccessKey, status: 'Inactive' });
    await soon(() => read(s3), '403 InvalidAccessKeyId');
    await iam.accessKey(ACCOUNT, name, { accessKeyId, secretAccessKey });
    await soon(() => read(s3), 'ok');
    await iam.remove('spinifex-iam-users', `${ACCOUNT}.${name}`);
    await soon(() => read(s3), '403 InvalidAccessKeyId');
  });

  test.each(['SUSPENDED', 'TERMINATING'])('of its account to %s closes it', async (status) => {
    const account = '777777777777';
    await iam.account(account);
    const { s3, arn } = await person(inline(EVERYTHING), account);
    const ask = (): Promise<string> => outcomeOf(s3.send(new ListBucketsCommand({})));
    expect(await ask()).toBe('ok');
    await iam.account(account, status);
    await soon(ask, DENIED);
    expect(await bench.nats('ListBuckets', {}, { accountId: account, principalArn: arn })).toBe(
      'AccessDenied',
    );
    expect(await bench.nats('ListBuckets', {}, { accountId: account })).toBe('AccessDenied');
    await iam.account(account);
    await soon(ask, 'ok');
  });
});

describe('keys that are not good', () => {
  test.each<[string, (id: string) => Promise<unknown>]>([
    ['no JSON', (id) => iam.put('spinifex-iam-access-keys', id, 'oops')],
    [
      'a secret sealed with another key',
      (id) => iam.put('spinifex-iam-access-keys', id, { ...good(id), secret_access_key: 'AAAA' }),
    ],
    [
      'another id inside',
      (id) => iam.put('spinifex-iam-access-keys', id, { ...good(id), access_key_id: 'AKIAOTHER0000000' }),
    ],
    ['no account', (id) => iam.put('spinifex-iam-access-keys', id, { ...good(id), account_id: '' })],
    [
      'a status nobody knows',
      (id) => iam.put('spinifex-iam-access-keys', id, { ...good(id), status: 'active' }),
    ],
    [
      'a user that does not exist',
      (id) => iam.put('spinifex-iam-access-keys', id, { ...good(id), user_name: 'ghost' }),
    ],
    ['no record at all', () => Promise.resolve()],
  ])('%s is InvalidAccessKeyId', async (_what, put) => {
    await person(inline(EVERYTHING));
    keyNumber += 1;
    const accessKeyId = `AKIABAD${String(keyNumber).padStart(13, '0')}`;
    await put(accessKeyId);
    expect(await read(bench.s3({ accessKeyId, secretAccessKey: 'x' }))).toBe('403 InvalidAccessKeyId');
  });

  const good = (id: string): Record<string, unknown> => ({
    access_key_id: id,
    secret_access_key: iam.seal('x'),
    user_name: `user${keyNumber - 1}`,
    account_id: ACCOUNT,
    status: 'Active',
    created_at: '',
  });

  test('a wrong secret is SignatureDoesNotMatch', async () => {
    const { accessKeyId } = await person(inline(EVERYTHING));
    expect(await read(bench.s3({ accessKeyId, secretAccessKey: 'wrong' }))).toBe('403 SignatureDoesNotMatch');
  });

  test('the key of the version is no key', async () => {
    expect(await read(bench.s3({ accessKeyId: '_version', secretAccessKey: '1' }))).toBe(
      '403 InvalidAccessKeyId',
    );
  });
});

describe('sessions', () => {
  const ROLE_SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/app/i-1`;

  async function roleSession(fields: Readonly<Record<string, unknown>> = {}): Promise<Keys> {
    keyNumber += 1;
    const accessKeyId = `ASIA${String(keyNumber).padStart(16, '0')}`;
    const sessionToken = await iam.session(accessKeyId, 's', {
      account_id: ACCOUNT,
      principal_type: 'assumed-role',
      assumed_role_arn: ROLE_SESSION,
      underlying_role_arn: `arn:aws:iam::${ACCOUNT}:role/app`,
      role_id: 'AROAAPP',
      assumed_role_id: 'AROAAPP:i-1',
      session_name: 'i-1',
      ...fields,
    });
    return { accessKeyId, secretAccessKey: 's', sessionToken };
  }

  beforeAll(async () => {
    await iam.role(ACCOUNT, 'app', inline(statement('Allow', 's3:GetObject')));
  });

  test('of a role do what the role may, on both planes', async () => {
    const s3 = bench.s3(await roleSession());
    expect([await read(s3), await write(s3), await readOverNats(ROLE_SESSION)]).toEqual(['ok', DENIED, 'ok']);
    const older = bench.s3(await roleSession({ principal_type: undefined }));
    expect(await read(older)).toBe('ok');
  });

  test('of a user do what the user may now', async () => {
    const { name } = await person({ ...inline(EVERYTHING), id: 'AIDAME' });
    const keys = await roleSession({
      principal_type: 'user',
      session_name: name,
      user_id: 'AIDAME',
      role_id: '',
      assumed_role_arn: '',
      underlying_role_arn: '',
    });
    const s3 = bench.s3(keys);
    expect([await read(s3), await write(s3)]).toEqual(['ok', 'ok']);
    await iam.user(ACCOUNT, name, { id: 'AIDASOMEBODYELSE', ...inline(EVERYTHING) });
    await eventuallyIs(() => read(s3), '403 InvalidAccessKeyId');
  });

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['expired', { expires_at: '2026-01-01T00:00:00.123456789Z' }, '400 ExpiredToken'],
    ['of a role made anew', { role_id: 'AROABEFORE' }, '403 InvalidAccessKeyId'],
    [
      'of a role in another account',
      { underlying_role_arn: `arn:aws:iam::${OTHER_ACCOUNT}:role/app` },
      '403 InvalidAccessKeyId',
    ],
    ['of a malformed role', { underlying_role_arn: 'role/app' }, '403 InvalidAccessKeyId'],
    [
      'of a role that is gone',
      { underlying_role_arn: `arn:aws:iam::${ACCOUNT}:role/gone` },
      '403 InvalidAccessKeyId',
    ],
    ['of a kind nobody knows', { principal_type: 'federated-user' }, '403 InvalidAccessKeyId'],
    ['of no account', { account_id: '' }, '403 InvalidAccessKeyId'],
  ])('that are %s are refused', async (_what, fields, expected) => {
    expect(await read(bench.s3(await roleSession(fields)))).toBe(expected);
  });

  test('need their own token', async () => {
    const { accessKeyId, secretAccessKey } = await roleSession();
    const other = await roleSession();
    expect(await read(bench.s3({ accessKeyId, secretAccessKey }))).toBe('403 InvalidAccessKeyId');
    const wrong = { accessKeyId, secretAccessKey, sessionToken: other.sessionToken ?? '' };
    expect(await read(bench.s3(wrong))).toBe('400 InvalidToken');
    const { accessKeyId: akia, secretAccessKey: secret } = await person(inline(EVERYTHING));
    const borrowed = { accessKeyId: akia, secretAccessKey: secret, sessionToken: other.sessionToken ?? '' };
    expect(await read(bench.s3(borrowed))).toBe('400 InvalidToken');
  });

  test('sign URLs as well, with the token in them', async () => {
    const keys = await roleSession();
    const { port } = bench.gateway;
    const urlOf = async (given: Keys): Promise<string> => {
      const { query = {} } = await awsSigner(given, REGION).presign(
        {
          method: 'GET',
          protocol: 'http:',
          hostname: '127.0.0.1',
          port,
          path: '/photos/cat',
          headers: { host: `127.0.0.1:${port}`, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
          query: {},
        },
        { expiresIn: 60 },
      );
      return `http://127.0.0.1:${port}/photos/cat?${new URLSearchParams(query as Record<string, string>).toString()}`;
    };
    const good = await fetch(await urlOf(keys));
    expect([good.status, await good.text()]).toEqual([200, 'meow']);
    const { accessKeyId, secretAccessKey } = keys;
    const bare = await fetch(await urlOf({ accessKeyId, secretAccessKey }));
    expect([bare.status, await bare.text()]).toEqual([403, expect.stringContaining('InvalidAccessKeyId')]);
    const other = await fetch(await urlOf({ ...keys, sessionToken: 'another' }));
    expect([other.status, await other.text()]).toEqual([400, expect.stringContaining('InvalidToken')]);
  });

  test('end when they are taken back, because nobody remembers them', async () => {
    const keys = await roleSession();
    const s3 = bench.s3(keys);
    expect(await read(s3)).toBe('ok');
    await iam.remove('spinifex-iam-session-credentials', keys.accessKeyId);
    expect(await read(s3)).toBe('403 InvalidAccessKeyId');
  });
});

describe('callers on the bus', () => {
  test.each([
    ['a user of another account', `arn:aws:iam::${OTHER_ACCOUNT}:user/user1`],
    ['a user that does not exist', `arn:aws:iam::${ACCOUNT}:user/ghost`],
    ['a user under another path', `arn:aws:iam::${ACCOUNT}:user/other/user1`],
    ['a session of a role that is gone', `arn:aws:sts::${ACCOUNT}:assumed-role/gone/x`],
    ['something that is no ARN', 'admin'],
  ])('that claim to be %s are refused', async (_what, arn) => {
    expect(await readOverNats(arn)).toBe('AccessDenied');
  });
});

describe('trouble of NATS', () => {
  test('is 503 while it lasts, and over when it is: nobody gives up', async () => {
    const lonely = await startNats();
    const own = await connect({ servers: lonely.urls });
    const elsewhere = await SpinifexIam.create(own);
    const masterKeyFile = join(directory, 'elsewhere.key');
    await writeFile(masterKeyFile, elsewhere.masterKey, { mode: 0o600 });
    await elsewhere.user(ACCOUNT, 'eve', inline(EVERYTHING));
    await elsewhere.accessKey(ACCOUNT, 'eve', { accessKeyId: 'AKIAEVE000000000', secretAccessKey: 'e' });
    const configured = { accessKeyId: 'AKIACONFIGURED00', secretAccessKey: 'c' };
    const second = await AccessBench.start({
      urls: nats.urls,
      node: 2,
      credentials: [{ ...configured, accountId: ACCOUNT, displayName: 'c' }],
      iam: { masterKeyFile, nats: { url: lonely.server.url, login: { kind: 'none' } } },
    });
    try {
      const eve = second.s3({ accessKeyId: 'AKIAEVE000000000', secretAccessKey: 'e' });
      const ask = (s3: S3Client): Promise<string> => outcomeOf(s3.send(new ListBucketsCommand({})));
      expect(await ask(eve)).toBe('ok');
      await own.close();
      await lonely.server.kill();
      const deaf = await ask(second.s3({ accessKeyId: 'AKIANEW000000000', secretAccessKey: 'n' }));
      expect(deaf).toMatch(/^503 /);
      expect(await ask(second.s3(configured))).toBe('ok');
      await lonely.server.restart();
      await eventuallyIs(() => ask(eve), 'ok');
      const again = await connect({ servers: lonely.urls });
      await (await kvOf(again, 'spinifex-iam-access-keys')).delete('AKIAEVE000000000');
      await eventuallyIs(() => ask(eve), '403 InvalidAccessKeyId');
      await again.close();
    } finally {
      await second.close();
      await lonely.stop();
    }
  }, 60_000);
});

async function kvOf(nc: NatsConnection, name: string): ReturnType<Kvm['open']> {
  return new Kvm(nc).open(name);
}

async function eventuallyIs(ask: () => Promise<string>, wanted: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const last = await ask();
    if (last === wanted) return;
    if (performance.now() > deadline) throw new Error(`it stayed ${last}, not ${wanted}`);
  }
}
