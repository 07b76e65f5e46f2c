// The permission templates on a real nats-server: a node, a gateway, a client and an operator, each with its own NKEY, do all of
// their work under them; what is not allowed is refused by the server.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect, nkeyAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { connectBus, type Bus } from '../../../src/bus/connection.ts';
import { deriveNkey, type NatsRole } from '../../../src/bus/nkey.ts';
import { createClient } from '../../../src/client/client.ts';
import { operationNames, operations } from '../../../src/contracts/operations.ts';
import { bodyOf, collect } from '../../../src/core/body.ts';
import { nodeId } from '../../../src/core/ids.ts';
import { INBOX_PREFIX, NATS_ROLES, nscCommand, permissionsConf } from '../../../src/host/nats-permissions.ts';
import { busOptions, patternBytes } from '../../support/bus-fixture.ts';
import { TEST_CREDENTIALS, TestCluster } from '../../support/cluster.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { SpinifexIam, statement } from '../../support/spinifex-iam.ts';

const MASTER = Buffer.alloc(32, 5);
const ADMIN = deriveNkey(Buffer.alloc(32, 6), 'node');
const ACCOUNT = TEST_CREDENTIALS.accountId;
const USER_KEYS = { accessKeyId: 'AKIAEVE000000000', secretAccessKey: 'eve' };

let nats: TestNats;
let cluster: TestCluster;
let directory: string;
const connections: (NatsConnection | Bus)[] = [];

beforeAll(async () => {
  const users = NATS_ROLES.map(
    (role) => `{ nkey: ${deriveNkey(MASTER, role).publicKey}, permissions: ${permissionsConf(role)} }`,
  );
  nats = await startNats({
    config: `authorization { users: [ { nkey: ${ADMIN.publicKey} }\n${users.join('\n')} ] }`,
  });
  directory = await mkdtemp(join(tmpdir(), 'predastore-permissions-'));
  const seedFile = join(directory, 'node.nk');
  await writeFile(seedFile, deriveNkey(MASTER, 'node').seed, { mode: 0o600 });
  const keyFile = join(directory, 'iam.key');
  const admin = await connect({
    servers: nats.urls,
    authenticator: nkeyAuthenticator(Buffer.from(ADMIN.seed)),
  });
  connections.push(admin);
  const iam = await SpinifexIam.create(admin);
  await writeFile(keyFile, iam.masterKey, { mode: 0o600 });
  await iam.user(ACCOUNT, 'eve', { inline: { all: statement('Allow', '*') } });
  await iam.accessKey(ACCOUNT, 'eve', USER_KEYS);
  cluster = await TestCluster.start({
    nodes: 1,
    dataShards: 1,
    parityShards: 0,
    config: `
[nats]
urls = ["${nats.server.url}"]
nkey_seed_file = "${seedFile}"
inbox_prefix = "${INBOX_PREFIX.node}"
sync_interval_always = true
[iam]
master_key_path = "${keyFile}"
`,
  });
  await cluster.s3().send(new CreateBucketCommand({ Bucket: 'photos' }));
}, 60_000);

afterAll(async () => {
  for (const connection of connections) await connection.close();
  await cluster.close();
  await nats.stop();
  await rm(directory, { recursive: true, force: true });
});

async function plain(role: NatsRole): Promise<NatsConnection> {
  const { seed } = deriveNkey(MASTER, role);
  const connection = await connect({
    servers: nats.urls,
    authenticator: nkeyAuthenticator(Buffer.from(seed)),
    inboxPrefix: INBOX_PREFIX[role],
  });
  connections.push(connection);
  return connection;
}

/** `answered` by a node, whatever it said; `refused` by the server; `nobody` was listening. */
async function ask(connection: NatsConnection, subject: string): Promise<string> {
  try {
    await connection.request(subject, '{}', { timeout: 5_000 });
    return 'answered';
  } catch (error) {
    const text = `${String(error)} ${String((error as Error).cause)}`;
    return /permission/i.test(text) ? 'refused' : /no responders/i.test(text) ? 'nobody' : text;
  }
}

async function hears(connection: NatsConnection, subject: string): Promise<string> {
  const subscription = connection.subscribe(subject);
  const refused = (async (): Promise<string> => {
    try {
      for await (const _message of subscription) return 'heard';
      return 'ended';
    } catch (error) {
      return /permission/i.test(String(error)) ? 'refused' : String(error);
    }
  })();
  await connection.flush();
  return Promise.race([refused, connection.flush().then(() => 'allowed')]);
}

test('a node does all of its work under its template', async () => {
  const s3 = cluster.s3();
  const body = patternBytes(6 * 1024 * 1024);
  await s3.send(
    new PutBucketVersioningCommand({ Bucket: 'photos', VersioningConfiguration: { Status: 'Enabled' } }),
  );
  await s3.send(new PutObjectCommand({ Bucket: 'photos', Key: 'a', Body: body }));
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket: 'photos', Key: 'b' }));
  const part = { Bucket: 'photos', Key: 'b', UploadId, PartNumber: 1 };
  const { ETag } = await s3.send(new UploadPartCommand({ ...part, Body: body }));
  const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
  await s3.send(
    new CompleteMultipartUploadCommand({ Bucket: 'photos', Key: 'b', UploadId, MultipartUpload }),
  );
  const got = await s3.send(new GetObjectCommand({ Bucket: 'photos', Key: 'b' }));
  expect(Buffer.from(await got.Body!.transformToByteArray()).equals(body)).toBe(true);
  await s3.send(new DeleteObjectCommand({ Bucket: 'photos', Key: 'a' }));
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'photos' }));
  expect(Contents?.map(({ Key }) => Key)).toEqual(['b']);
});

test('identities of Spinifex are read under it', async () => {
  const eve = cluster.s3(1, 1, USER_KEYS);
  const { Contents } = await eve.send(new ListObjectsV2Command({ Bucket: 'photos' }));
  expect(Contents).toHaveLength(1);
});

describe.each(['client', 'gateway', 'operator'] as const)('a %s', (role) => {
  test('calls every operation, and streams bodies in and out', async () => {
    const connection = await plain(role);
    const calls = operationNames
      .map((name) => operations[name])
      .filter(({ subject }) => !subject.includes('admin'));
    const subjects = calls.flatMap(({ subject, aliases }) => [subject, ...aliases]);
    const answers = await Promise.all(
      subjects.map(async (subject) => `${subject} ${await ask(connection, subject)}`),
    );
    expect(answers.filter((answer) => !answer.endsWith(' answered'))).toEqual([]);
    const bus = await connectBus({
      ...busOptions(nats.urls, role),
      auth: { kind: 'nkey', seed: deriveNkey(MASTER, role).seed },
      inboxPrefix: INBOX_PREFIX[role],
    });
    connections.push(bus);
    const client = createClient(role === 'client' ? { bus } : { bus, node: nodeId(1) });
    const context = { requestId: 'r', accountId: ACCOUNT, idempotencyKey: `${role}-1` };
    const bytes = patternBytes(3 * 1024 * 1024, 3);
    const parameters = { Bucket: 'photos', Key: role, ContentLength: bytes.length };
    await client.call('PutObject', parameters, { context, body: bodyOf(bytes) });
    const { body } = await client.call('GetObject', { Bucket: 'photos', Key: role }, { context });
    expect((await collect(body!.bytes, bytes.length)).equals(bytes)).toBe(true);
    client.close();
  });

  test('is refused by the server what is not its business', async () => {
    const connection = await plain(role);
    const never = [
      '$KV.s3.b.photos',
      '$KV.s3_answers.x',
      '$KV.s3_events.x',
      's3.journal.repair.1',
      's3.events.photos.created',
    ];
    const api = ['$JS.API.STREAM.DELETE.KV_s3', '$JS.API.STREAM.PURGE.KV_s3', '$JS.API.STREAM.UPDATE.KV_s3'];
    const others = ['_INBOX_node.x', '_INBOX_client.x', '_INBOX.x', '$KV.spinifex-iam-users.x'];
    for (const subject of [...never, ...api, ...others]) {
      expect([subject, await ask(connection, subject)]).toEqual([subject, 'refused']);
    }
    for (const subject of ['s3.>', 's3.putobject', 's3.io.>', '$KV.s3.>', '>', '_INBOX_node.>', '$SRV.>']) {
      expect([subject, await hears(connection, subject)]).toEqual([subject, 'refused']);
    }
  });
});

test('only operators and gateways choose a node, only operators administer it', async () => {
  const [client, gateway, operator] = [
    await plain('client'),
    await plain('gateway'),
    await plain('operator'),
  ];
  const node = 's3.node.1.headbucket';
  expect([await ask(client, node), await ask(gateway, node), await ask(operator, node)]).toEqual([
    'refused',
    'answered',
    'answered',
  ]);
  for (const subject of ['s3.admin.1.status', 's3.admin.1.maintenance']) {
    const said = [await ask(client, subject), await ask(gateway, subject), await ask(operator, subject)];
    expect([subject, ...said]).toEqual([subject, 'refused', 'refused', 'answered']);
  }
  expect(await ask(operator, '$JS.API.STREAM.INFO.KV_s3')).toBe('answered');
  expect(await ask(client, '$JS.API.STREAM.INFO.KV_s3')).toBe('refused');
  expect(await ask(gateway, '$JS.API.STREAM.MSG.GET.KV_spinifex-iam-users')).toBe('answered');
  expect(await ask(gateway, '$JS.API.STREAM.MSG.GET.KV_s3')).toBe('refused');
});

test('the server refused nothing that the node wanted', async () => {
  const log = await readFile(join(nats.server.directory, `${nats.server.name}.log`), 'utf8');
  const violations = log
    .split('\n')
    .filter((line) => line.includes('Violation') && line.includes(deriveNkey(MASTER, 'node').publicKey));
  expect(violations).toEqual([]);
  const nodeLog = await cluster.log(1);
  expect(nodeLog.split('\n').filter((line) => /permissions? violation/i.test(line))).toEqual([]);
});

test('the same as commands for a NATS with JWTs', () => {
  for (const role of NATS_ROLES) {
    const command = nscCommand(role);
    expect(command).toContain(`--name predastore-${role}`);
    expect(command).toContain(`${INBOX_PREFIX[role]}.>`);
  }
});
