// Embedded NATS servers with TLS: what connects, what does not, and who is let into their cluster.

import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { jetstreamManager } from '@nats-io/jetstream';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { deriveNkey } from '../../../src/bus/nkey.ts';
import { connectBus } from '../../../src/bus/connection.ts';
import { natsEncrypted, natsNodes, type Config } from '../../../src/config/config.ts';
import { parseConfig } from '../../../src/config/load-config.ts';
import { natsAuthorityPem } from '../../../src/host/nats-certificates.ts';
import type { NatsSupervisor } from '../../../src/host/nats-supervisor.ts';
import type { NodeSettings, Runtime } from '../../../src/host/node-settings.ts';
import { startNatsServer } from '../../../src/host/start-nats-server.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { busOptions } from '../../support/bus-fixture.ts';
import { freePort } from '../../support/nats-server.ts';
import { until } from '../../support/until.ts';

const CLUSTER_KEY = Buffer.alloc(32, 42);
const STRANGER_KEY = Buffer.alloc(32, 43);
const running: NatsSupervisor[] = [];
let root: string;
let config: Config;

const textOf = (nats: string, db: readonly string[]): string =>
  `version = 1\nregion = "r"\n${nats}[rs]\ndata = 1\nparity = 0\n[[storage]]\nid = 1\nhost = "127.0.0.1"\nport = 9\n${db.join('')}`;
const parse = (text: string): Config =>
  parseConfig(text, { file: 'x', directory: '/', overrides: {}, readSecret: () => '' });

async function start(index: number, masterKey: Buffer, name: string): Promise<void> {
  const runtime = { clock: systemClock, random: systemRandom, log: silentLogger } as unknown as Runtime;
  const node = natsNodes(config)[index]!;
  const plan = { node, directory: join(root, name), masterKey };
  const environment = process.env['NATS_SERVER_BIN'];
  const settings = {
    config,
    ...(environment && { natsServerBinary: environment }),
  } as unknown as NodeSettings;
  running.push(await startNatsServer(settings, plan, runtime));
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'nats-tls-'));
  const db: string[] = [];
  for (const id of [1, 2, 3]) {
    const ports = `port = ${await freePort()}\ncluster_port = ${await freePort()}\n`;
    db.push(`[[db]]\nid = ${id}\nhost = "127.0.0.1"\n${ports}`);
  }
  config = parse(textOf('[nats]\ntls = true\n', db));
  await start(0, CLUSTER_KEY, 'one');
  await start(1, CLUSTER_KEY, 'two');
}, 60_000);

afterAll(async () => {
  for (const server of running) await server.stop();
  rmSync(root, { recursive: true, force: true });
});

const url = (index: number): string => {
  const { host, port } = natsNodes(config)[index]!.natsServer;
  return `nats://${host}:${port}`;
};
const auth = { kind: 'nkey', seed: deriveNkey(CLUSTER_KEY, 'node').seed } as const;

test('servers with the same key find each other over TLS and form a JetStream of two', async () => {
  const bus = await connectBus({
    ...busOptions([url(0)], 'inside'),
    auth,
    tls: { ca: await natsAuthorityPem(CLUSTER_KEY) },
  });
  try {
    const manager = await jetstreamManager(bus.control.nats, { checkAPI: false });
    await until(async () => (await manager.getAccountInfo().catch(() => undefined)) !== undefined, 30_000);
    const { cluster } = await manager.streams.add({ name: 'both', subjects: ['both'], num_replicas: 2 });
    expect(cluster?.replicas).toHaveLength(1);
  } finally {
    await bus.close();
  }
}, 60_000);

test('nobody gets in who does not know the authority, or does not speak TLS', async () => {
  const options = {
    servers: url(0),
    authenticator: nkeyAuthenticator(Buffer.from(auth.seed)),
    reconnect: false,
  };
  await expect(connect(options)).rejects.toThrow(/certificate/);
  await expect(connect({ ...options, tls: { ca: await natsAuthorityPem(STRANGER_KEY) } })).rejects.toThrow();
  await expect(connect({ ...options, tls: null })).rejects.toThrow();
  const { host, port } = natsNodes(config)[0]!.natsServer;
  const socket = connectTcp(port, host);
  let heard = '';
  socket.on('data', (bytes) => (heard += bytes.toString()));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  socket.write('CONNECT {"verbose":true}\r\nPING\r\n');
  await closed;
  expect(heard).toMatch(/"tls_required":true/);
  expect(heard).not.toMatch(/PONG/);
});

test('a server with another key is no member', async () => {
  await start(2, STRANGER_KEY, 'stranger');
  const bus = await connectBus({
    ...busOptions([url(2)], 'stranger'),
    auth: { kind: 'nkey', seed: deriveNkey(STRANGER_KEY, 'node').seed },
    tls: { ca: await natsAuthorityPem(STRANGER_KEY) },
  });
  try {
    // Two of three have a quorum, one alone never sees a leader.
    const manager = await jetstreamManager(bus.control.nats, { checkAPI: false, timeout: 2_000 });
    await expect(manager.getAccountInfo()).rejects.toThrow();
  } finally {
    await bus.close();
  }
}, 60_000);

test('the authority is the same for ever', async () => {
  expect(await natsAuthorityPem(CLUSTER_KEY)).toBe(await natsAuthorityPem(Buffer.from(CLUSTER_KEY)));
  expect(await natsAuthorityPem(CLUSTER_KEY)).not.toBe(await natsAuthorityPem(STRANGER_KEY));
});

test('encryption is the default as soon as a server is not on the loopback', () => {
  const db = (host: string): string => `[[db]]\nid = 1\nhost = "${host}"\nport = 4222\ncluster_port = 6222\n`;
  const of = (nats: string, host: string): Config =>
    parse(textOf(nats, [db(host)]).replaceAll('"127.0.0.1"', `"${host}"`));
  expect(natsEncrypted(of('', '127.0.0.1'))).toBe(false);
  expect(natsEncrypted(of('', '10.1.2.3'))).toBe(true);
  const open = of('[nats]\ntls = false\n', '10.1.2.3');
  expect(natsEncrypted(open)).toBe(false);
  expect(open.notices.join()).toMatch(/\[nats\] tls = false/);
  expect(() =>
    parse(textOf('[nats]\nurls = ["nats://a:1"]\ntls = true\nsync_interval_always = true\n', [])),
  ).toThrow(/embedded/);
});
