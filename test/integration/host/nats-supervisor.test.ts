// The node's own NATS server, for real: started, killed, orphaned, replaced; and what its derived credentials may do.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, nkeyAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { deriveNkey, type NatsRole } from '../../../src/bus/nkey.ts';
import { parseConfig } from '../../../src/config/load-config.ts';
import { natsNodes, type Config } from '../../../src/config/config.ts';
import { natsServerName, renderNatsConf } from '../../../src/host/nats-conf.ts';
import { INBOX_PREFIX } from '../../../src/host/nats-permissions.ts';
import { NatsSupervisor, natsRecordFile } from '../../../src/host/nats-supervisor.ts';
import { ensureNatsServer } from '../../../src/host/nats-binary.ts';
import { recordOf, writeRecord } from '../../../src/host/process-record.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { freePort } from '../../support/nats-server.ts';

const master = Buffer.alloc(32, 42);
let binary: string;
let root: string;
let config: Config;
const running: NatsSupervisor[] = [];
const connections: NatsConnection[] = [];

async function configOf(servers: number): Promise<Config> {
  const ids = Array.from({ length: servers }, (_, index) => index + 1);
  const db = await Promise.all(
    ids.map(
      async (id) =>
        `[[db]]\nid = ${id}\nhost = "127.0.0.1"\nport = ${await freePort()}\ncluster_port = ${await freePort()}\n`,
    ),
  );
  const text = `version = 1\nregion = "r"\n[rs]\ndata = 1\nparity = 0\n[[storage]]\nid = 1\nhost = "127.0.0.1"\nport = 9\n${db.join('')}`;
  return parseConfig(text, { file: 'x', directory: '/', overrides: {}, readSecret: () => '' });
}

async function start(index: number, masterKey = master): Promise<NatsSupervisor> {
  const node = natsNodes(config)[index]!;
  const directory = join(root, `nats-${node.id}`);
  const supervisor = await NatsSupervisor.start({
    binary,
    directory,
    conf: renderNatsConf({ config, node, directory, masterKey }),
    serverName: natsServerName(node),
    host: node.natsServer.host,
    port: node.natsServer.port,
    clock: systemClock,
    random: systemRandom,
    log: silentLogger,
  });
  running.push(supervisor);
  return supervisor;
}

async function login(role: NatsRole, masterKey = master): Promise<NatsConnection> {
  const { seed } = deriveNkey(masterKey, role);
  const connection = await connect({
    servers: natsNodes(config)[0]!.natsServer.host + ':' + String(natsNodes(config)[0]!.natsServer.port),
    authenticator: nkeyAuthenticator(Buffer.from(seed)),
    inboxPrefix: INBOX_PREFIX[role],
    reconnect: false,
    timeout: 3000,
  });
  connections.push(connection);
  return connection;
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error('it did not happen');
    await systemClock.sleep(50);
  }
}

beforeAll(async () => {
  const cacheDirectory = fileURLToPath(new URL('../../../.cache', import.meta.url));
  binary = await ensureNatsServer({ cacheDirectory, log: silentLogger });
});
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'supervisor-'));
});
afterEach(async () => {
  for (const connection of connections.splice(0)) await connection.close();
  for (const supervisor of running.splice(0)) await supervisor.stop();
  rmSync(root, { recursive: true });
  root = mkdtempSync(join(tmpdir(), 'supervisor-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the process', () => {
  test('is gone after stop, with its record', async () => {
    config = await configOf(1);
    const supervisor = await start(0);
    const pid = supervisor.pid!;
    await supervisor.stop();
    expect(await recordOf(pid)).toBeUndefined();
    await supervisor.stop();
  });

  test('is started again when it is killed', async () => {
    config = await configOf(1);
    const supervisor = await start(0);
    const first = supervisor.pid!;
    process.kill(first, 'SIGKILL');
    await eventually(async () => supervisor.pid !== undefined && supervisor.pid !== first);
    await eventually(async () => (await login('node').catch(() => undefined)) !== undefined);
    expect(supervisor.exits).toBe(1);
  });

  test('is started again also when it cannot be recorded', async () => {
    config = await configOf(1);
    const supervisor = await start(0);
    const record = natsRecordFile(join(root, `nats-${natsNodes(config)[0]!.id}`));
    rmSync(record);
    mkdirSync(join(record, 'in the way'), { recursive: true });
    const pids = [supervisor.pid!];
    for (const exits of [1, 2]) {
      process.kill(pids.at(-1)!, 'SIGKILL');
      await eventually(async () => supervisor.pid !== undefined && supervisor.pid !== pids.at(-1));
      pids.push(supervisor.pid!);
      expect(supervisor.exits).toBe(exits);
    }
    rmSync(record, { recursive: true });
    await supervisor.stop();
    expect(await recordOf(pids.at(-1)!)).toBeUndefined();
  });

  test('of a run that was killed is replaced, not doubled', async () => {
    config = await configOf(1);
    const node = natsNodes(config)[0]!;
    const directory = join(root, `nats-${node.id}`);
    mkdirSync(directory);
    const conf = join(root, 'orphan.conf');
    writeFileSync(conf, renderNatsConf({ config, node, directory, masterKey: master }));
    const orphan = spawn(binary, ['-c', conf], { stdio: 'ignore' }).pid!;
    await writeRecord(natsRecordFile(directory), orphan);
    const next = await start(0);
    expect(await recordOf(orphan)).toBeUndefined();
    expect(next.pid).not.toBe(orphan);
    expect(next.exits).toBe(0);
  });

  test('that cannot start is reported with its own words', async () => {
    config = await configOf(1);
    const node = natsNodes(config)[0]!;
    await start(0);
    const directory = join(root, 'other');
    const conf = renderNatsConf({ config, node, directory, masterKey: master });
    const attempt = NatsSupervisor.start({
      binary,
      directory,
      conf,
      serverName: 'predastore-other',
      host: node.natsServer.host,
      port: node.natsServer.port,
      clock: systemClock,
      random: systemRandom,
      log: silentLogger,
    });
    await expect(attempt).rejects.toThrow(/address already in use/);
  });
});

describe('the derived credentials', () => {
  test('let a node use JetStream that syncs every write', async () => {
    config = await configOf(1);
    await start(0);
    const manager = await jetstreamManager(await login('node'));
    expect((await manager.getAccountInfo()).limits.max_storage).not.toBe(0);
  });

  test('let a client call s3 and nothing else', async () => {
    config = await configOf(1);
    await start(0);
    const node = await login('node');
    node.subscribe('s3.headbucket', { callback: (_error, message) => void message.respond('yes') });
    await node.flush();
    const client = await login('client');
    expect((await client.request('s3.headbucket', '{}', { timeout: 2000 })).string()).toBe('yes');
    await expect(jetstreamManager(client, { timeout: 1000 })).rejects.toThrow();
    for (const subject of ['$KV.s3.x', 's3.journal.repair.1', '$JS.API.INFO']) {
      await expect(client.request(subject, '', { timeout: 1000 })).rejects.toThrow(/permission/i);
    }
    const spying = client.subscribe('s3.>');
    await expect(
      (async () => {
        for await (const _message of spying) throw new Error('a client heard a request');
      })(),
    ).rejects.toThrow(/permission/i);
  });

  test('of another cluster, or none, open nothing', async () => {
    config = await configOf(1);
    await start(0);
    await expect(login('node', Buffer.alloc(32, 1))).rejects.toThrow(/authorization/i);
    const { host, port } = natsNodes(config)[0]!.natsServer;
    await expect(connect({ servers: `${host}:${port}`, reconnect: false })).rejects.toThrow(/authorization/i);
  });

  test('never put a seed or the master key into nats.conf, which only the owner reads', async () => {
    config = await configOf(2);
    const node = natsNodes(config)[0]!;
    await start(0);
    const file = join(root, `nats-${node.id}`, 'nats.conf');
    const text = readFileSync(file, 'utf8');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const role of ['node', 'client'] as const) expect(text).not.toContain(deriveNkey(master, role).seed);
    expect(text).not.toContain(master.toString('hex'));
  });
});

test('three servers form one JetStream cluster with the derived route password', async () => {
  config = await configOf(3);
  await Promise.all([start(0), start(1), start(2)]);
  const node = await login('node');
  await eventually(async () => {
    const manager = await jetstreamManager(node, { timeout: 2000 }).catch(() => undefined);
    if (manager === undefined) return false;
    const info = await manager.streams
      .add({ name: 'PROBE', subjects: ['probe'], num_replicas: 3 })
      .catch(() => undefined);
    return info?.config.num_replicas === 3;
  });
});
