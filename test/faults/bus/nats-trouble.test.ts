// What clients see when NATS is in trouble: a cluster of three real servers, two nodes, and the client library as programs use it.
// docs/nats-api.md states these effects ("When NATS is in trouble").

import { connect as dial, type Socket } from 'node:net';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OperationServer } from '../../../src/bus/operation-server.ts';
import { connectStore, type Store } from '../../../src/client/index.ts';
import { CALL_SILENCE_TIMEOUT_MS } from '../../../src/core/limits.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { BusFixture, eventually, patternBytes } from '../../support/bus-fixture.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { until } from '../../support/until.ts';
import { underLoad } from '../../support/load.ts';

const ACCOUNT = '123456789012';
const PENDING_BYTES_MAX = 64 * 1024 * 1024;
const STORM = 150;

let nats: TestNats;
let fixture: BusFixture;
let nodes: OperationServer[];
let store: Store;

beforeAll(async () => {
  nats = await startNats({ servers: 3 });
  fixture = new BusFixture(nats.urls);
  nodes = [await fixture.node(1), await fixture.node(2)];
  store = await connectStore({ servers: nats.urls, accountId: ACCOUNT });
}, 60_000);
afterAll(async () => {
  await store.close();
  await fixture.close();
  await nats.stop();
}, 30_000);

function executions(): number {
  return fixture.store.calls.length;
}

test('servers restarted one after the other: reads do not fail, writes are done once or refused', async () => {
  const reads: Promise<number>[] = [];
  const failures: unknown[] = [];
  const written: string[] = [];
  let isOver = false;
  const timed = async (): Promise<number> => {
    const startedMs = performance.now();
    await store.headBucket({ Bucket: 'b' }).catch((error: unknown) => failures.push(error));
    return performance.now() - startedMs;
  };
  const write = async (): Promise<void> => {
    for (let at = 0; !isOver; at += 1) {
      const Key = `write-${at}`;
      const outcome = await store.putObject({ Bucket: 'b', Key, Body: 'x' }).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'ServiceUnavailable' });
      else written.push(Key);
      await systemClock.sleep(5);
    }
  };
  const writing = write();
  for (const server of nats.servers) {
    const restarted = server.restart('SIGKILL');
    for (let at = 0; at < 10; at += 1) {
      reads.push(timed());
      await systemClock.sleep(30);
    }
    await restarted;
    await nats.waitReady();
  }
  isOver = true;
  await writing;
  const longestMs = Math.max(...(await Promise.all(reads)));
  expect(failures).toEqual([]);
  // Lost between two servers, a request is noticed by silence alone: once, and not again when all servers are back.
  expect(longestMs).toBeLessThan(CALL_SILENCE_TIMEOUT_MS + underLoad(4_000));
  const puts = fixture.store.calls
    .map(({ parameters }) => parameters['Key'])
    .filter((key) => key !== undefined);
  expect(new Set(puts).size).toBe(puts.length);
  expect(written.filter((key) => !fixture.store.objects.has(key))).toEqual([]);
}, 90_000);

test('no responders: refused at once, and served again as soon as a node is back', async () => {
  for (const node of nodes) await node.stop(500);
  const impatient = await connectStore({ servers: nats.urls, accountId: ACCOUNT, attempts: 1 });
  try {
    const startedMs = performance.now();
    await expect(impatient.headBucket({ Bucket: 'b' })).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      status: 503,
    });
    expect(performance.now() - startedMs).toBeLessThan(underLoad(1_000));
    const patient = store.headBucket({ Bucket: 'b' });
    nodes = [await fixture.node(1)];
    await patient;
  } finally {
    await impatient.close();
  }
}, 30_000);

/** A program that asks and never reads, over a socket of its own. */
async function silentReader(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = dial(Number(port), hostname);
  socket.on('error', () => undefined); // it is cut off: that is the point
  await new Promise((resolve) => socket.once('data', resolve));
  socket.write(
    'CONNECT {"verbose":false,"headers":true,"no_responders":true,"protocol":1}\r\nSUB _INBOX.slow.> 1\r\n',
  );
  socket.pause();
  return socket;
}

test('a client that does not read what it asked for is cut off by the server, and nobody else waits for it', async () => {
  fixture.store.objects.set('half', patternBytes(380 * 1024));
  const before = executions();
  // Beyond what the server keeps there is what the kernel buffers of both ends take: tcp_rmem and tcp_wmem, up to 37 MiB.
  const asks = Math.ceil((PENDING_BYTES_MAX * 1.5 + 32 * 1024 * 1024) / (512 * 1024));
  const socket = await silentReader(nats.server.url);
  let isCutOff = false;
  socket.once('close', () => (isCutOff = true));
  const document = '{"Bucket":"b","Key":"half"}';
  for (let at = 0; at < asks; at += 1) {
    socket.write(`PUB s3.getobject _INBOX.slow.${at} ${document.length}\r\n${document}\r\n`);
  }
  const durations: number[] = [];
  await eventually(() => executions() > before);
  while (executions() < before + asks) {
    const startedMs = performance.now();
    await store.headBucket({ Bucket: 'b' });
    durations.push(performance.now() - startedMs);
  }
  // Who waited for that client would wait for the server's write deadline, ten seconds; what it asked for is some seconds of work.
  expect(Math.max(...durations)).toBeLessThan(9_000);
  // The last answers are still on their way to the server: whoever begins to read before it gives up may be in time.
  await until(async () => /slow consumer/i.test(await nats.server.logTail()), underLoad(5_000));
  // A paused socket hears of its end only once it reads what is left.
  socket.resume();
  await eventually(() => isCutOff, underLoad(5_000));
  await store.headBucket({ Bucket: 'b' });
}, 60_000);

test('a storm of reconnecting clients is served, every request once', async () => {
  const [first] = nats.urls;
  const clients: NatsConnection[] = await Promise.all(
    Array.from({ length: STORM }, () =>
      connect({ servers: first ?? '', maxReconnectAttempts: -1, reconnectTimeWait: 100 }),
    ),
  );
  try {
    await nats.server.restart('SIGKILL');
    const before = executions();
    const startedMs = performance.now();
    const ask = async (client: NatsConnection): Promise<void> => {
      for (;;) {
        try {
          await client.request('s3.headbucket', '{"Bucket":"b"}', { timeout: 10_000 });
          return;
        } catch {
          await systemClock.sleep(50); // not connected yet, or the route to the node is not up yet
        }
      }
    };
    await Promise.all(clients.map(ask));
    expect(performance.now() - startedMs).toBeLessThan(underLoad(5_000));
    expect(executions() - before).toBeLessThan(STORM * 1.1);
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}, 60_000);
