// One suite for every adapter: whatever carries the streams, they behave the same.

import { afterEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { PredastoreError } from '../../../src/core/errors.ts';
import { TRANSPORT_CONNECTIONS_PER_PEER_MAX, TRANSPORT_CREDIT_BYTES } from '../../../src/core/limits.ts';
import { generateNodeKey } from '../../../src/transport/node-key.ts';
import { PipeNetwork } from '../../../src/transport/pipe-transport.ts';
import type { StreamHandler, TransportStream } from '../../../src/transport/transport.ts';
import {
  echo,
  newTransport,
  readAll,
  sha256,
  TRANSPORT_KINDS,
  transportPair,
  type TransportPair,
} from '../../support/transport-pair.ts';
import { underLoad } from '../../support/load.ts';

const MIB = 1024 * 1024;
const HERE = '127.0.0.1';
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const timed = async (work: Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work.catch(() => undefined);
  return performance.now() - begun;
};

/** The first stream that reaches the handler, and the handler. */
function oneStream(): { handler: StreamHandler; arrived: Promise<TransportStream> } {
  let handler: StreamHandler = () => undefined;
  const arrived = new Promise<TransportStream>((resolve) => (handler = (stream) => resolve(stream)));
  return { handler, arrived };
}

async function request(pair: TransportPair, body: Uint8Array): Promise<Buffer> {
  const stream = await pair.connection.openStream();
  const reply = readAll(stream);
  await stream.end(body);
  return await reply;
}

test('quic: a member that dials again and again keeps its newest connections, and costs no more than its share', async () => {
  const pair = await transportPair('quic', echo);
  try {
    const address = { host: HERE, port: pair.listener.port };
    const later = [];
    for (let more = 0; more < TRANSPORT_CONNECTIONS_PER_PEER_MAX; more += 1)
      later.push(await pair.client.connect(address, pair.server.self));
    expect(await pair.connection.closed).toMatchObject({ code: 'peer-unreachable' });
    for (const connection of later)
      expect(await request({ ...pair, connection }, Buffer.from('x'))).toEqual(Buffer.from('x'));
  } finally {
    await pair.close();
  }
});

describe.each(TRANSPORT_KINDS)('%s', (kind) => {
  let pair: TransportPair | undefined;
  const open = async (handler: StreamHandler): Promise<TransportPair> =>
    (pair = await transportPair(kind, handler));

  afterEach(async () => {
    await pair?.close();
    pair = undefined;
  });

  test('2000 concurrent streams of random sizes come back byte by byte', async () => {
    const { connection } = await open(echo);
    const sizes = [0, 1, 5, 1024, 8192, 65_536, 200_000];
    const source = randomBytes(2 * MIB);
    let begun = 0;
    const worker = async (): Promise<void> => {
      while (begun < 2000) {
        const at = begun++;
        const length = at % 100 === 0 ? source.length : (sizes[at % sizes.length] ?? 0) + (at % 13);
        const body = source.subarray(0, length);
        const stream = await connection.openStream();
        const reply = readAll(stream);
        for (let from = 0; from < length; from += 70_000)
          await stream.write(body.subarray(from, from + 70_000));
        await stream.end();
        expect(sha256(await reply)).toBe(sha256(body));
      }
    };
    await Promise.all(Array.from({ length: 32 }, worker));
  });

  test('three thousand streams one after the other find a free slot each', async () => {
    await open(echo);
    for (let i = 0; i < 3000; i += 1)
      expect(await request(pair!, Buffer.from(`n${i}`))).toEqual(Buffer.from(`n${i}`));
  });

  test('twelve hundred streams aborted in the middle leave no slot taken', async () => {
    const { connection } = await open(echo);
    for (let i = 0; i < 1200; i += 1) {
      const stream = await connection.openStream();
      await stream.write(Buffer.from('half'));
      await stream.read();
      stream.abort(new PredastoreError('cancelled', 'enough'));
    }
    expect(await request(pair!, Buffer.from('still here'))).toEqual(Buffer.from('still here'));
  });

  test('a reader that never reads stops the writer at the credit, and nobody else', async () => {
    let streams = 0;
    const { connection } = await open((stream) => {
      streams += 1;
      if (streams > 1) echo(stream);
    });
    const blocked = await connection.openStream();
    let accepted = 0;
    const portion = Buffer.alloc(256 * 1024, 7);
    const writing = (async (): Promise<void> => {
      for (;;) {
        await blocked.write(portion);
        accepted += portion.length;
      }
    })();
    const stopped = writing.catch((error: unknown) => error);
    await sleep(400);
    const before = accepted;
    expect(before).toBeGreaterThanOrEqual(TRANSPORT_CREDIT_BYTES - portion.length);
    expect(before).toBeLessThanOrEqual(TRANSPORT_CREDIT_BYTES + 2 * portion.length);
    const reply = request(pair!, Buffer.from('meanwhile'));
    expect(await timed(reply)).toBeLessThan(underLoad(2_000));
    expect(await reply).toEqual(Buffer.from('meanwhile'));
    expect(accepted).toBe(before);
    const reason = new PredastoreError('cancelled', 'waited long enough');
    const begun = performance.now();
    blocked.abort(reason);
    expect(await stopped).toBe(reason);
    expect(performance.now() - begun).toBeLessThan(underLoad(1_000));
  });

  test('a slow reader gets every byte of 12 MiB and holds the writer back', async () => {
    const { handler, arrived } = oneStream();
    const { connection } = await open(handler);
    const body = randomBytes(12 * MIB);
    const stream = await connection.openStream();
    let sent = 0;
    const sending = (async (): Promise<void> => {
      for (; sent < body.length; sent += 128 * 1024)
        await stream.write(body.subarray(sent, sent + 128 * 1024));
      await stream.end();
    })();
    const far = await arrived;
    const parts: Uint8Array[] = [];
    let read = 0;
    let nap = 0;
    for (let part = await far.read(); part !== null; part = await far.read()) {
      parts.push(part);
      read += part.length;
      expect(sent - read).toBeLessThanOrEqual(TRANSPORT_CREDIT_BYTES + 512 * 1024);
      if (read > nap) {
        nap += MIB;
        await sleep(20);
      }
    }
    await sending;
    expect(sha256(Buffer.concat(parts))).toBe(sha256(body));
  });

  test('an abort reaches the other end with its reason and ends a blocked read at once', async () => {
    const { handler, arrived } = oneStream();
    const { connection } = await open(handler);
    const stream = await connection.openStream();
    await stream.write(Buffer.from('x'));
    const far = await arrived;
    await far.read();
    const blockedRead = far.read();
    stream.abort(new PredastoreError('store-full', 'the disk of node 3 is full'));
    stream.abort(new Error('a second one changes nothing'));
    await expect(blockedRead).rejects.toMatchObject({
      code: 'stream-aborted',
      message: 'the disk of node 3 is full',
      cause: { code: 'store-full' },
    });
    await expect(far.write(Buffer.from('y'))).rejects.toMatchObject({ code: 'stream-aborted' });
    await expect(stream.read()).rejects.toMatchObject({ code: 'store-full' });
  });

  test('an acceptor that aborts releases a writer that is blocked on credit', async () => {
    const { connection } = await open((stream) => {
      setTimeout(() => stream.abort(new PredastoreError('store-failed', 'EIO')), 100);
    });
    const stream = await connection.openStream();
    const writing = stream.write(Buffer.alloc(8 * MIB));
    await expect(writing).rejects.toMatchObject({ code: 'stream-aborted', message: 'EIO' });
  });

  test('a download that is cancelled half-way leaves the connection usable', async () => {
    const { connection } = await open((stream) => {
      const serve = async (): Promise<void> => {
        const wanted = await readAll(stream);
        await stream.end(wanted.length > 10 ? wanted : Buffer.alloc(8 * MIB));
      };
      serve().catch(() => undefined);
    });
    for (let i = 0; i < 20; i += 1) {
      const stream = await connection.openStream();
      await stream.end(Buffer.from('all'));
      await stream.read();
      stream.abort(new PredastoreError('cancelled', 'seen enough'));
      const next = await request(pair!, Buffer.from(`a longer request ${i}`));
      expect(next).toEqual(Buffer.from(`a longer request ${i}`));
    }
  });

  test('either direction may end first', async () => {
    const { handler, arrived } = oneStream();
    const { connection } = await open(handler);
    const stream = await connection.openStream();
    await stream.write(Buffer.from('begin'));
    const far = await arrived;
    await far.end(Buffer.from('early reply'));
    expect(await readAll(stream)).toEqual(Buffer.from('early reply'));
    expect(await stream.read()).toBeNull();
    await stream.write(Buffer.from(' and '));
    await stream.end(Buffer.from('end'));
    expect(await readAll(far)).toEqual(Buffer.from('begin and end'));
  });

  test('bytes that arrived before both ends finished can be read afterwards', async () => {
    await open((stream) => void readAll(stream).then(() => stream.end(Buffer.alloc(100_000, 3))));
    const stream = await pair!.connection.openStream();
    await stream.end(Buffer.from('go'));
    await sleep(50);
    expect(await request(pair!, Buffer.from('next on the same lane'))).toHaveLength(100_000);
    expect(sha256(await readAll(stream))).toBe(sha256(Buffer.alloc(100_000, 3)));
  });

  test('a handler that throws costs only its own stream', async () => {
    let calls = 0;
    await open((stream) => {
      calls += 1;
      if (calls === 1) throw new Error('handler bug');
      echo(stream);
    });
    await expect(request(pair!, Buffer.from('a'))).rejects.toMatchObject({ code: 'stream-aborted' });
    expect(await request(pair!, Buffer.from('b'))).toEqual(Buffer.from('b'));
  });

  test('closing the listener fails streams with peer-unreachable', async () => {
    const { handler, arrived } = oneStream();
    const { connection, listener } = await open(handler);
    const stream = await connection.openStream();
    await stream.write(Buffer.from('x'));
    await arrived;
    const reading = expect(stream.read()).rejects.toMatchObject({ code: 'peer-unreachable' });
    await listener.close();
    await reading;
    expect(await connection.closed).toMatchObject({ code: 'peer-unreachable' });
    await expect(connection.openStream()).rejects.toMatchObject({ code: 'peer-unreachable' });
  });

  test('a dialler that is no member is refused and its bytes reach nobody', async () => {
    const network = new PipeNetwork();
    const server = newTransport(kind, () => false, network);
    const stranger = newTransport(kind, () => true, network);
    let handed = 0;
    try {
      const listener = await server.listen({ host: HERE, port: 0 }, () => (handed += 1));
      const dialled = stranger.connect({ host: HERE, port: listener.port }, server.self);
      await expect(dialled).rejects.toMatchObject({ code: 'peer-rejected' });
      expect(handed).toBe(0);
    } finally {
      await stranger.close();
      await server.close();
    }
  });

  test('a dialler refuses a listener with another key, and one that is no member', async () => {
    const network = new PipeNetwork();
    const server = newTransport(kind, () => true, network);
    const wary = newTransport(kind, () => false, network);
    const client = newTransport(kind, () => true, network);
    try {
      const listener = await server.listen({ host: HERE, port: 0 }, echo);
      const address = { host: HERE, port: listener.port };
      const other = generateNodeKey().peerId;
      await expect(client.connect(address, other)).rejects.toMatchObject({ code: 'peer-rejected' });
      await expect(wary.connect(address, server.self)).rejects.toMatchObject({ code: 'peer-rejected' });
    } finally {
      await wary.close();
      await client.close();
      await server.close();
    }
  });

  test('dialling a dead port fails within its bound', async () => {
    const client = newTransport(kind, () => true, new PipeNetwork());
    const dialled = client.connect({ host: HERE, port: 9 }, generateNodeKey().peerId);
    const elapsed = await timed(dialled);
    await expect(dialled).rejects.toMatchObject({ code: 'peer-unreachable' });
    expect(elapsed).toBeLessThan(underLoad(4_000));
    await client.close();
  });

  test('a port that is taken is refused with invalid-config', async () => {
    const { server, listener } = await open(echo);
    const again = server.listen({ host: HERE, port: listener.port }, echo);
    await expect(again).rejects.toMatchObject({ code: 'invalid-config' });
  });
});
