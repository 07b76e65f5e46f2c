import { afterEach, describe, expect, test } from '@jest/globals';
import { createUser } from '@nats-io/nkeys';

import type { BusAuth, BusOptions } from '../../../src/bus/connection.ts';
import { connectBus } from '../../../src/bus/connection.ts';
import { connectClient } from '../../../src/client/index.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { BusFixture, CONTEXT, busOptions, eventually } from '../../support/bus-fixture.ts';
import { freePort, startNats, type TestNats } from '../../support/nats-server.ts';
import { underLoad } from '../../support/load.ts';

let nats: TestNats | undefined;

afterEach(async () => {
  await nats?.stop();
  nats = undefined;
});

const user = createUser();
const seed = Buffer.from(user.getSeed()).toString();
const AUTH: [string, string, BusAuth, BusAuth][] = [
  [
    'token',
    'authorization { token: "s3cret" }',
    { kind: 'token', token: 's3cret' },
    { kind: 'token', token: 'wrong' },
  ],
  [
    'password',
    'authorization { user: a, password: b }',
    { kind: 'password', user: 'a', password: 'b' },
    { kind: 'password', user: 'a', password: 'c' },
  ],
  [
    'nkey',
    `authorization { users: [{ nkey: ${user.getPublicKey()} }] }`,
    { kind: 'nkey', seed: `${seed}\n` },
    { kind: 'nkey', seed: Buffer.from(createUser().getSeed()).toString() },
  ],
];

describe('connecting', () => {
  test.each(AUTH)(
    'with %s works; with a wrong one fails at once and says why',
    async (_, config, good, bad) => {
      nats = await startNats({ config });
      const bus = await connectBus({ ...busOptions(nats.urls, 'good'), auth: good });
      await bus.close();
      const refused = connectBus({ ...busOptions(nats.urls, 'bad'), auth: bad });
      await expect(refused).rejects.toMatchObject({ code: 'invalid-config' });
      await expect(connectBus(busOptions(nats.urls, 'none'))).rejects.toThrow(/refuses our credentials/);
    },
  );

  test('waits for a server that comes later, and not for ever', async () => {
    const port = await freePort();
    const options: BusOptions = {
      ...busOptions([`nats://127.0.0.1:${port}`], 'early'),
      connectPatienceMs: 600,
    };
    const started = performance.now();
    await expect(connectBus(options)).rejects.toMatchObject({ code: 'peer-unreachable' });
    expect(performance.now() - started).toBeLessThan(underLoad(2_000));
    nats = await startNats();
    const { server } = nats;
    await server.kill();
    const late = connectBus({ ...busOptions(nats.urls, 'early'), connectPatienceMs: 20_000 });
    await systemClock.sleep(300);
    server.start();
    const bus = await late;
    expect(bus.control.connected).toBe(true);
    await bus.close();
  });

  test('a program without a bus gets a client in one call', async () => {
    nats = await startNats();
    const fixture = new BusFixture(nats.urls);
    await fixture.node(1);
    const own = await connectClient({ servers: nats.urls, inboxPrefix: '_INBOX_me' });
    const reply = await own.client.call('HeadBucket', { Bucket: 'b' }, { context: CONTEXT });
    expect(reply.result).toEqual({ BucketRegion: 'here' });
    await own.close();
    await fixture.close();
  });
});

describe('permissions', () => {
  test('a client that may publish s3.> and hear its own inbox can do everything', async () => {
    const config = `authorization { users: [
      { user: node, password: n }
      { user: me, password: m, permissions: { publish: "s3.>", subscribe: "_INBOX_me.>" } }
    ] }`;
    nats = await startNats({ config });
    const fixture = new BusFixture(nats.urls);
    const nodeBus = await fixture.bus('node', { auth: { kind: 'password', user: 'node', password: 'n' } });
    await fixture.node(1, { bus: nodeBus });
    const auth: BusAuth = { kind: 'password', user: 'me', password: 'm' };
    const own = await connectClient({ servers: nats.urls, auth, inboxPrefix: '_INBOX_me' });
    const bytes = Buffer.alloc(3_000_000, 7);
    async function* source(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(bytes);
    }
    const body = { lengthBytes: bytes.length, bytes: source(), announced: [], claims: () => [] };
    await own.client.call('PutObject', { Bucket: 'b', Key: 'k' }, { context: CONTEXT, body });
    const got = await own.client.call('GetObject', { Bucket: 'b', Key: 'k' }, { context: CONTEXT });
    let length = 0;
    for await (const piece of got.body!.bytes) length += piece.length;
    expect(length).toBe(bytes.length);
    await own.close();
    await fixture.close();
  });
});

describe('losing the server', () => {
  test('is noticed, calls under way fail, and service resumes by itself', async () => {
    nats = await startNats();
    const { server } = nats;
    const fixture = new BusFixture(nats.urls);
    await fixture.node(1);
    const bus = await fixture.bus('client');
    const client = await fixture.client({ bus });
    let lost = 0;
    bus.control.onLost(() => (lost += 1));
    fixture.store.beforeRead = () => new Promise(() => undefined);
    const body = { lengthBytes: 1, bytes: once(), announced: [], claims: () => [] };
    async function* once(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from('x'));
    }
    const hanging = client.call('PutObject', { Bucket: 'b', Key: 'k' }, { context: CONTEXT, body });
    const failed = expect(hanging).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    await eventually(() => fixture.store.calls.length === 1);
    await server.kill();
    await failed;
    expect(lost).toBeGreaterThan(0);
    expect(bus.control.connected).toBe(false);
    await server.restart();
    await eventually(() => bus.control.connected);
    const deadline = performance.now() + underLoad(5_000);
    for (;;) {
      const call = client.call('HeadBucket', { Bucket: 'b' }, { context: CONTEXT });
      if ((await call.catch(() => undefined)) !== undefined) break;
      expect(performance.now()).toBeLessThan(deadline);
    }
    await fixture.close();
  });

  test('closing ends within seconds although the server is frozen', async () => {
    nats = await startNats();
    const fixture = new BusFixture(nats.urls);
    const bus = await fixture.bus('frozen');
    nats.server.pause();
    const started = performance.now();
    await bus.close();
    expect(performance.now() - started).toBeLessThan(underLoad(5_000));
    nats.server.resume();
    await fixture.close();
  });
});
