// Who is believed on the bus: headers, signatures made with the AWS signer, and the seal of gateways. On a real nats-server.

import { createHash } from 'node:crypto';
import { GetObjectCommand, PutBucketPolicyCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import { OriginSeal } from '../../../src/bus/origin-seal.ts';
import { EXIT, runStoreCommand } from '../../../src/bin/store/store-command.ts';
import type { Output } from '../../../src/bin/store/output.ts';
import { stat } from '../../../src/bin/store/stat.ts';
import { Client } from '../../../src/client/client.ts';
import { storeOver } from '../../../src/client/store.ts';
import { nodeId } from '../../../src/core/ids.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { AccessBench, outcomeOf } from '../../support/access-bench.ts';
import { patternBytes } from '../../support/bus-fixture.ts';
import { awsSigner } from '../../support/aws-signer.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { ACCOUNT, OTHER_ACCOUNT, REGION } from '../../support/service-bench.ts';

const OURS = { accessKeyId: 'AKIAOURS', secretAccessKey: 'ours' };
const THEIRS = { accessKeyId: 'AKIATHEIRS', secretAccessKey: 'theirs' };
const READER = { accessKeyId: 'AKIAREADER', secretAccessKey: 'reader' };
const CREDENTIALS = [
  { ...OURS, accountId: ACCOUNT, displayName: 'ours' },
  { ...THEIRS, accountId: OTHER_ACCOUNT, displayName: 'theirs' },
  {
    ...READER,
    accountId: ACCOUNT,
    displayName: 'reader',
    policy: [{ bucket: 'photos', actions: ['s3:GetObject'] }],
  },
];

type Headers = Readonly<Record<string, string>>;

let nats: TestNats;
let trusting: AccessBench;
let strict: AccessBench;

beforeAll(async () => {
  nats = await startNats();
  trusting = await AccessBench.start({ urls: nats.urls, credentials: CREDENTIALS });
  strict = await AccessBench.start({ urls: nats.urls, credentials: CREDENTIALS, node: 2, trust: 'signed' });
  for (const { bench } of [trusting, strict]) {
    await bench.ask('PutObject', { Bucket: 'photos', Key: 'cat' }, { body: 'meow' });
  }
});

afterAll(async () => {
  await strict.close();
  await trusting.close();
  await nats.stop();
});

/** The headers that the AWS signer makes for a message, as docs/nats-api.md says. */
async function signed(
  operation: string,
  payload: string,
  wish: {
    readonly keys?: typeof OURS;
    readonly also?: Headers;
    readonly date?: Date;
    readonly region?: string;
  } = {},
): Promise<Headers> {
  const signer = awsSigner(wish.keys ?? OURS, wish.region ?? REGION);
  const request = {
    method: 'POST',
    protocol: 'https:',
    hostname: 'predastore',
    path: `/${operation}`,
    headers: { host: 'predastore', ...wish.also },
    body: payload,
    query: {},
  };
  const made = await signer.sign(request, wish.date === undefined ? {} : { signingDate: wish.date });
  return made.headers;
}

async function ask(node: 1 | 2, operation: string, payload: string, extra: Headers): Promise<string> {
  const all = headers();
  for (const [name, value] of Object.entries(extra)) if (name !== 'host') all.set(name, value);
  const subject = `s3.node.${node}.${operation}`;
  const reply = await plain().request(subject, payload, { headers: all, timeout: 5_000 });
  return reply.json<{ Code?: string }>().Code ?? 'ok';
}

const plain = (): NatsConnection => trusting.plain;
const GET = JSON.stringify({ Bucket: 'photos', Key: 'cat' });
const get = (node: 1 | 2, extra: Headers): Promise<string> => ask(node, 'getobject', GET, extra);

describe.each([1, 2] as const)('a signed request at node %i', (node) => {
  test('is its signer', async () => {
    expect(await get(node, await signed('s3.getobject', GET))).toBe('ok');
    expect(await get(node, await signed('s3.getobject', GET, { keys: THEIRS }))).toBe('AccessDenied');
    const put = JSON.stringify({ Bucket: 'photos', Key: 'x', Body: '' });
    expect(await ask(node, 'putobject', put, await signed('s3.putobject', put))).toBe('ok');
    const reader = await signed('s3.putobject', put, { keys: READER });
    expect(await ask(node, 'putobject', put, reader)).toBe('AccessDenied');
  });

  test('may cover what its signer adds: the length of the body, other headers', async () => {
    const length = { 'content-length': String(GET.length) };
    const { 'content-length': _, ...sent } = await signed('s3.getobject', GET, { also: length });
    expect(sent['authorization']).toContain('SignedHeaders=content-length;host;');
    expect(await get(node, sent)).toBe('ok');
    const type = { 'content-type': 'application/json' };
    const typed = await signed('s3.getobject', GET, { also: type });
    expect(typed['authorization']).toContain('content-type;');
    expect(await get(node, typed)).toBe('ok');
    expect(await get(node, { ...typed, 'content-type': 'text/plain' })).toBe('SignatureDoesNotMatch');
    const longer = await signed('s3.getobject', GET, { also: { 'content-length': '1' } });
    expect(await get(node, { ...longer, 'content-length': String(GET.length) })).toBe(
      'SignatureDoesNotMatch',
    );
  });

  test('may say whose it is, but not somebody else', async () => {
    const own = { 'x-account-id': ACCOUNT };
    expect(await get(node, { ...(await signed('s3.getobject', GET, { also: own })), ...own })).toBe('ok');
    const other = { 'x-account-id': ACCOUNT };
    const wish = { keys: THEIRS, also: other };
    expect(await get(node, { ...(await signed('s3.getobject', GET, wish)), ...other })).toBe('AccessDenied');
  });

  test.each<[string, () => Promise<Headers>, string]>([
    ['of another operation', () => signed('s3.headobject', GET), 'SignatureDoesNotMatch'],
    ['of other parameters', () => signed('s3.getobject', `${GET} `), 'XAmzContentSHA256Mismatch'],
    [
      'with a wrong secret',
      () => signed('s3.getobject', GET, { keys: { ...OURS, secretAccessKey: 'no' } }),
      'SignatureDoesNotMatch',
    ],
    [
      'of a key that nobody has',
      () => signed('s3.getobject', GET, { keys: { ...OURS, accessKeyId: 'AKIANOBODY' } }),
      'InvalidAccessKeyId',
    ],
    [
      'that is old',
      () => signed('s3.getobject', GET, { date: new Date(Date.now() - 3_600_000) }),
      'RequestTimeTooSkewed',
    ],
    [
      'for another region',
      () => signed('s3.getobject', GET, { region: 'us-west-2' }),
      'AuthorizationHeaderMalformed',
    ],
    [
      'that is garbage',
      () =>
        Promise.resolve({
          authorization: 'Basic abc',
          'x-amz-content-sha256': createHash('sha256').update(GET).digest('hex'),
        }),
      'InvalidArgument',
    ],
    [
      'without a digest',
      async () => ({ ...(await signed('s3.getobject', GET)), 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }),
      'InvalidRequest',
    ],
    [
      'with an account added',
      async () => ({ ...(await signed('s3.getobject', GET)), 'x-account-id': ACCOUNT }),
      'AccessDenied',
    ],
    [
      'with an idempotency key added',
      async () => ({ ...(await signed('s3.getobject', GET)), 'spinifex-idempotency-key': 'k' }),
      'AccessDenied',
    ],
  ])('%s is refused', async (_what, make, code) => {
    expect(await get(node, await make())).toBe(code);
  });
});

describe('headers without a signature', () => {
  test('are believed where the operator says so', async () => {
    expect(await get(1, { 'x-account-id': ACCOUNT })).toBe('ok');
    expect(await get(1, { 'x-account-id': OTHER_ACCOUNT })).toBe('AccessDenied');
  });

  test('are refused where only signatures count; nobody in particular may still ask', async () => {
    expect(await get(2, { 'x-account-id': ACCOUNT })).toBe('AccessDenied');
    expect(await get(2, { 'x-principal-arn': `arn:aws:iam::${ACCOUNT}:user/AKIAOURS` })).toBe('AccessDenied');
    expect(await get(2, {})).toBe('AccessDenied');
    await allowEverybody(strict, {});
    expect(await get(2, {})).toBe('ok');
    await strict.bench.ask('DeleteBucketPolicy', { Bucket: 'photos' });
  });

  test.each<[string, Headers]>([
    ['an account of thirteen digits', { 'x-account-id': `${ACCOUNT}0` }],
    [
      'a principal of another account',
      { 'x-account-id': OTHER_ACCOUNT, 'x-principal-arn': `arn:aws:iam::${ACCOUNT}:root` },
    ],
    ['a principal without an account', { 'x-principal-arn': `arn:aws:iam::${ACCOUNT}:root` }],
    ['an account in capitals', { 'X-ACCOUNT-ID': OTHER_ACCOUNT }],
    ['a seal that nobody made', { 'x-account-id': OTHER_ACCOUNT, 's3-origin': 'e30.AAAA' }],
  ])('with %s read nothing of another account', async (_what, extra) => {
    expect(await get(1, extra)).toMatch(/^(AccessDenied|ValidationError)$/);
    expect(await get(2, extra)).toMatch(/^(AccessDenied|ValidationError)$/);
  });
});

describe('how a request came in', () => {
  const FROM_HERE = { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } };

  test('is known to every operation of the gateway, also over the bus', async () => {
    await allowEverybody(strict, FROM_HERE);
    const s3 = strict.s3(THEIRS);
    expect(await outcomeOf(s3.send(new GetObjectCommand({ Bucket: 'photos', Key: 'cat' })))).toBe('ok');
    const put = new PutObjectCommand({ Bucket: 'photos', Key: 'dog', Body: 'woof' });
    expect(await outcomeOf(s3.send(put))).toBe('ok');
    await strict.bench.ask('DeleteBucketPolicy', { Bucket: 'photos' });
  });

  test('is not what a caller on the bus says of itself', async () => {
    await allowEverybody(trusting, FROM_HERE);
    const context = { requestId: 'r1', accountId: OTHER_ACCOUNT };
    const forged = new OriginSeal(Buffer.alloc(32, 9), systemClock);
    const seal = forged.seal('GetObject', context, { sourceIp: '127.0.0.1', secure: true });
    const claim = { 'x-account-id': OTHER_ACCOUNT, 'x-amz-request-id': 'r1', 's3-origin': seal };
    expect(await get(1, claim)).toBe('AccessDenied');
    expect(await get(1, { 'x-account-id': OTHER_ACCOUNT })).toBe('AccessDenied');
    await trusting.bench.ask('DeleteBucketPolicy', { Bucket: 'photos' });
  });

  test('can be made a condition of a Deny, for the whole API', async () => {
    const onlyTls = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: ['arn:aws:s3:::photos', 'arn:aws:s3:::photos/*'],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    };
    const s3 = strict.s3(OURS);
    await s3.send(new PutBucketPolicyCommand({ Bucket: 'photos', Policy: JSON.stringify(onlyTls) }));
    const put = new PutObjectCommand({ Bucket: 'photos', Key: 'dog', Body: 'woof' });
    expect(await outcomeOf(s3.send(put))).toBe('403 AccessDenied');
    await strict.bench.ask('DeleteBucketPolicy', { Bucket: 'photos' });
    expect(await outcomeOf(s3.send(put))).toBe('ok');
  });
});

describe('a seal', () => {
  const now = { ms: 1_000_000 };
  const clock = { ...systemClock, nowMs: () => now.ms };
  const seal = new OriginSeal(Buffer.alloc(32, 1), clock);
  const context = { requestId: 'r', accountId: ACCOUNT, principalArn: 'p' };

  test('is good for its own request, for a while', () => {
    const header = seal.seal('PutObject', context, { sourceIp: '10.0.0.1' });
    expect(seal.open(header, 'PutObject', context)).toEqual({ sourceIp: '10.0.0.1' });
    expect(seal.open(header, 'DeleteObject', context)).toBeUndefined();
    for (const other of [{ requestId: 'x' }, { accountId: OTHER_ACCOUNT }, { principalArn: 'q' }]) {
      expect(seal.open(header, 'PutObject', { ...context, ...other })).toBeUndefined();
    }
    expect(new OriginSeal(Buffer.alloc(32, 2), clock).open(header, 'PutObject', context)).toBeUndefined();
    now.ms += 300_001;
    expect(seal.open(header, 'PutObject', context)).toBeUndefined();
  });

  test('stays small whatever a client writes', () => {
    const header = seal.seal('PutObject', context, {
      userAgent: 'x'.repeat(16_000),
      referer: '→'.repeat(9_000),
    });
    expect(header.length).toBeLessThan(8_192);
    expect(seal.open(header, 'PutObject', context)?.userAgent).toBe('x'.repeat(1024));
  });
});

async function allowEverybody(bench: AccessBench, condition: object): Promise<void> {
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: '*',
        Action: ['s3:GetObject', 's3:PutObject'],
        Resource: 'arn:aws:s3:::photos/*',
        ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
      },
    ],
  };
  await bench.bench.ask('PutBucketPolicy', { Bucket: 'photos', Policy: JSON.stringify(policy) });
}

describe('the client library and the command sign', () => {
  const signing = { region: REGION, credentials: OURS };

  /** A name that is nothing but trouble in headers and canonical requests. */
  const NAME = 'ä  b%/=+ .txt';

  test('and are the owner of the key, however the body travels', async () => {
    // One service for both benches would answer in turns: only node 2 believes nothing but signatures.
    const store = storeOver(new Client({ bus: strict.bus, node: nodeId(2), signing }), { attempts: 1 });
    const big = patternBytes(700_000);
    for (const body of ['', 'meow', big]) {
      await store.putObject({ Bucket: 'photos', Key: NAME, Body: body }, { idempotencyKey: 'auto' });
      const { Body } = await store.getObject({ Bucket: 'photos', Key: NAME });
      expect((await Body.bytes()).equals(Buffer.from(body))).toBe(true);
    }
    await expect(store.createBucket({ Bucket: 'signed-bucket' })).resolves.toBeDefined();
  });

  test.each([
    ['a wrong secret', { ...OURS, secretAccessKey: 'no' }, 'SignatureDoesNotMatch'],
    ['a key that nobody has', { ...OURS, accessKeyId: 'AKIANOBODY' }, 'InvalidAccessKeyId'],
    ['another account’s key', THEIRS, 'AccessDenied'],
  ])('with %s they are refused', async (_, keys, code) => {
    const signed = { region: REGION, credentials: () => Promise.resolve(keys) };
    const store = storeOver(new Client({ bus: strict.bus, node: nodeId(2), signing: signed }), {
      attempts: 1,
    });
    await expect(store.headObject({ Bucket: 'photos', Key: 'cat' })).rejects.toMatchObject({ code });
  });

  test('who does not sign and names an account is refused', async () => {
    const store = storeOver(new Client({ bus: strict.bus, node: nodeId(2) }), {
      accountId: ACCOUNT,
      attempts: 1,
    });
    await expect(store.headObject({ Bucket: 'photos', Key: 'cat' })).rejects.toMatchObject({
      code: 'AccessDenied',
    });
  });

  test('`predastore --sign` takes the key from the environment of AWS tools', async () => {
    const written: string[] = [];
    const told: string[] = [];
    const output = (): Output => ({
      json: false,
      isTerminal: false,
      write: async (bytes) => void written.push(String(bytes)),
      tell: (line) => void told.push(line),
      draw: () => undefined,
    });
    const environment = {
      NATS_URL: nats.urls.join(','),
      AWS_ACCESS_KEY_ID: OURS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: OURS.secretAccessKey,
      AWS_REGION: REGION,
    };
    const run = (more: object): Promise<number> =>
      runStoreCommand(stat, ['--sign', 'photos/cat'], { environment: { ...environment, ...more }, output });
    expect(await run({})).toBe(EXIT.ok);
    expect(await run({ AWS_SECRET_ACCESS_KEY: 'no' })).toBe(EXIT.denied);
    expect(told.join()).toMatch(/SignatureDoesNotMatch/);
    await expect(run({ AWS_REGION: '' })).rejects.toThrow(/--sign needs/);
  });
});
