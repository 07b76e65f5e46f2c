// The other process dies, hangs or stays away; ours notices within its bound and ends by itself.

import { describe, expect, test } from '@jest/globals';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { PipeNetwork } from '../../../src/transport/pipe-transport.ts';
import { generateNodeKey } from '../../../src/transport/node-key.ts';
import type { TransportStream } from '../../../src/transport/transport.ts';
import { newTransport } from '../../support/transport-pair.ts';
import { spawnEcho, spawnVisit } from '../../support/transport-child.ts';
import { underLoad } from '../../support/load.ts';

const HERE = '127.0.0.1';
const BOUNDS_MS = [
  ['quic', underLoad(4_500)],
  ['tls', underLoad(1_000)],
] as const;

describe.each(BOUNDS_MS)('%s', (kind, boundMs) => {
  test('streams of a killed peer fail within the bound, readers and writers alike', async () => {
    const child = await spawnEcho(kind);
    const client = newTransport(kind, () => true, new PipeNetwork());
    const connection = await client.connect({ host: HERE, port: child.port }, child.peer);
    const streams: TransportStream[] = [];
    for (let i = 0; i < 5; i += 1) {
      const stream = await connection.openStream();
      await stream.write(Buffer.from('x'));
      expect(Buffer.from((await stream.read()) ?? [])).toEqual(Buffer.from('x'));
      streams.push(stream);
    }
    const lost = { code: 'peer-unreachable' };
    const readers = streams.slice(1).map((stream) => expect(stream.read()).rejects.toMatchObject(lost));
    const filling = async (): Promise<void> => {
      for (;;) await streams[0]!.write(Buffer.alloc(256 * 1024));
    };
    child.process.kill('SIGSTOP');
    const writer = expect(filling()).rejects.toMatchObject(lost);
    const begun = performance.now();
    child.process.kill('SIGKILL');
    await Promise.all([...readers, writer]);
    expect(await connection.closed).toMatchObject(lost);
    expect(performance.now() - begun).toBeLessThan(boundMs);
    await expect(connection.openStream()).rejects.toMatchObject(lost);
    await client.close();
  });
});

describe.each(['quic', 'tls', 'pipe'] as const)('%s', (kind) => {
  test('a process that closed its transports exits by itself', async () => {
    expect(await spawnVisit(kind)).toBe(0);
  });
});

test('a TLS dial to somebody who accepts and says nothing is bounded', async () => {
  const sockets: Socket[] = [];
  const mute = createServer((socket) => sockets.push(socket)).listen(0, HERE);
  await once(mute, 'listening');
  const client = newTransport('tls', () => true, new PipeNetwork());
  const begun = performance.now();
  const dialled = client.connect(
    { host: HERE, port: (mute.address() as AddressInfo).port },
    generateNodeKey().peerId,
  );
  await expect(dialled).rejects.toMatchObject({ code: 'peer-unreachable' });
  expect(performance.now() - begun).toBeLessThan(underLoad(4_000));
  for (const socket of sockets) socket.destroy();
  mute.close();
  await client.close();
});

test('a QUIC listener survives garbage and handshakes that are never finished', async () => {
  const server = newTransport('quic', () => true, new PipeNetwork());
  const client = newTransport('quic', () => true, new PipeNetwork());
  const listener = await server.listen(
    { host: HERE, port: 0 },
    (stream) => void stream.end(Buffer.from('alive')),
  );
  const noise = createSocket('udp4');
  for (let i = 0; i < 500; i += 1) {
    const datagram = Buffer.alloc(1200, i);
    // Half of them look like QUIC Initial packets.
    if (i % 2 === 0) datagram.set([0xc3, 0, 0, 0, 1, 8]);
    await new Promise((resolve) => noise.send(datagram, listener.port, HERE, resolve));
  }
  const connection = await client.connect({ host: HERE, port: listener.port }, server.self);
  const stream = await connection.openStream();
  await stream.end(Buffer.from('?'));
  expect(Buffer.from((await stream.read()) ?? [])).toEqual(Buffer.from('alive'));
  noise.close();
  await client.close();
  await server.close();
});
