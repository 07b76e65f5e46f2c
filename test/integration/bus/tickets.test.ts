// Bodies past NATS: a real nats-server, real QUIC on loopback, and the node's own door for guests.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { END_RECORD_BYTES_MAX, PipeReader, readAdmission, ticketFrame } from '../../../src/bus/byte-pipe.ts';
import type { Client } from '../../../src/client/client.ts';
import { QuicWay } from '../../../src/client/quic-way.ts';
import { TICKETS_PER_GUEST_MAX } from '../../../src/core/limits.ts';
import { startTickets, type TicketDoor } from '../../../src/host/start-tickets.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { noMetrics } from '../../../src/platform/metrics.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { createTransport } from '../../../src/transport/create-transport.ts';
import { generateNodeKey } from '../../../src/transport/node-key.ts';
import type { Transport, TransportStream } from '../../../src/transport/transport.ts';
import { BusFixture, CONTEXT, eventually, inPieces, patternBytes } from '../../support/bus-fixture.ts';
import { startNats, type TestNats } from '../../support/nats-server.ts';
import { call, request } from '../../support/plain-s3.ts';

const MIB = 1024 * 1024;
const HERE = '127.0.0.1';
const runtime = { clock: systemClock, random: systemRandom, log: silentLogger, metrics: noMetrics };

let nats: TestNats;
let fixture: BusFixture;
let door: TicketDoor;
let way: QuicWay;
let client: Client;

beforeAll(async () => {
  nats = await startNats();
});
afterAll(async () => nats.stop());
beforeEach(async () => {
  fixture = new BusFixture(nats.urls);
  door = await startTickets({ host: HERE, port: await freeUdpPort() }, runtime);
  await fixture.node(1, { tickets: door.desk });
  way = await QuicWay.open(systemClock, silentLogger);
  client = await fixture.client({ quic: way });
});
afterEach(async () => {
  await way.close();
  await fixture.close();
  await door.close();
});

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, HERE);
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}

async function put(key: string, bytes: Buffer, pieces = inPieces(bytes, 100_000)): Promise<unknown> {
  const digest = createHash('sha256').update(bytes).digest();
  const body = {
    lengthBytes: bytes.length,
    bytes: pieces,
    announced: ['sha256'] as const,
    claims: () => [{ algorithm: 'sha256', digest } as const],
  };
  const { result } = await client.call('PutObject', { Bucket: 'b', Key: key }, { context: CONTEXT, body });
  return result;
}

async function get(key: string): Promise<Buffer> {
  const { body } = await client.call('GetObject', { Bucket: 'b', Key: key }, { context: CONTEXT });
  const parts: Uint8Array[] = [];
  for await (const part of body!.bytes) parts.push(Uint8Array.from(part));
  return Buffer.concat(parts);
}

/** Bytes that the nats-server took from its clients. */
async function bytesOverNats(): Promise<number> {
  const { in_bytes: bytes } = (await (await fetch(`${nats.server.monitorUrl}/varz`)).json()) as {
    in_bytes: number;
  };
  return bytes;
}

describe('a client with QUIC and a node that grants tickets', () => {
  test('bodies go both ways past NATS, byte for byte, with their digests; small ones stay inside messages', async () => {
    const bytes = patternBytes(24 * MIB + 17);
    const before = await bytesOverNats();
    await put('large', bytes);
    expect(fixture.store.objects.get('large')?.equals(bytes)).toBe(true);
    expect(fixture.store.calls[0]?.body?.claims().map(({ algorithm }) => algorithm)).toEqual(['sha256']);
    expect((await get('large')).equals(bytes)).toBe(true);
    await put('small', bytes.subarray(0, 1000));
    expect((await get('small')).equals(bytes.subarray(0, 1000))).toBe(true);
    expect((await bytesOverNats()) - before).toBeLessThan(MIB);
    expect(door.desk.open).toBe(0);
    expect(fixture.store.openReads).toBe(0);
  });

  test('more bodies at once than there are places: all arrive, by one way or the other', async () => {
    const bytes = patternBytes(3 * MIB);
    const keys = Array.from({ length: TICKETS_PER_GUEST_MAX + 8 }, (_, at) => `k${at}`);
    await Promise.all(keys.map((key) => put(key, bytes)));
    for (const read of await Promise.all(keys.map(get))) expect(read.equals(bytes)).toBe(true);
    expect(door.desk.open).toBe(0);
  });

  test('a slow reader holds the node back, and one that stops lets it go', async () => {
    fixture.store.objects.set('large', patternBytes(64 * MIB));
    const { body } = await client.call('GetObject', { Bucket: 'b', Key: 'large' }, { context: CONTEXT });
    for await (const part of body!.bytes) {
      expect(part.length).toBeGreaterThan(0);
      break;
    }
    await eventually(() => fixture.store.openReads === 0);
    await put('after', patternBytes(MIB));
  });

  test('a source that fails, or says too little or too much, leaves nothing behind', async () => {
    const bytes = patternBytes(4 * MIB);
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* inPieces(bytes.subarray(0, MIB), 64 * 1024);
      throw new Error('the disk of the caller');
    }
    await expect(put('k', bytes, failing())).rejects.toMatchObject({ name: 'S3Error' });
    await expect(put('k', bytes, inPieces(bytes.subarray(1), 100_000))).rejects.toMatchObject({
      code: 'IncompleteBody',
    });
    const more = Buffer.concat([bytes, bytes.subarray(0, 1)]);
    await expect(put('k', bytes, inPieces(more, 100_000))).rejects.toMatchObject({ name: 'S3Error' });
    await eventually(() => fixture.store.calls.length === 3);
    expect(fixture.store.objects.has('k')).toBe(false);
    await put('k', bytes);
  });

  test('a handler that refuses in the middle is heard with its own words', async () => {
    fixture.store.beforeRead = () => Promise.reject(new Error('no'));
    await expect(put('k', patternBytes(32 * MIB))).rejects.toMatchObject({ code: 'InternalError' });
    fixture.store.beforeRead = () => Promise.resolve();
    await put('k', patternBytes(MIB));
  });

  test('a node that is not reached past NATS costs a pause, once: the body goes over NATS', async () => {
    await door.close();
    const bytes = patternBytes(2 * MIB);
    await put('k', bytes);
    expect((await get('k')).equals(bytes)).toBe(true);
    // It is not dialled again meanwhile: the pause is not paid by every body.
    const startedMs = performance.now();
    for (let at = 0; at < 8; at += 1) await put(`k${at}`, patternBytes(MIB));
    expect(performance.now() - startedMs).toBeLessThan(8 * 1_500);
  });
});

describe('a guest that', () => {
  let transport: Transport;

  beforeEach(() => {
    transport = guestTransport();
  });
  afterEach(() => transport.close());

  function guestTransport(): Transport {
    const nodeKey = generateNodeKey();
    return createTransport({
      kind: 'quic',
      nodeKey,
      membership: () => true,
      clock: systemClock,
      logger: silentLogger,
    });
  }

  interface Offer {
    readonly ack: string;
    readonly quic?: { readonly address: string; readonly peer: string; readonly ticket: string };
  }

  /** What the node offers a caller of this identity. */
  async function offered(guest: string): Promise<Required<Offer>> {
    fixture.store.objects.set('large', patternBytes(2 * MIB));
    const reply = await request(await fixture.plain(), 's3.getobject', '{"Bucket":"b","Key":"large"}', {
      'S3-Accept': JSON.stringify({ v: 1, stream: true, quic: guest }),
    });
    return JSON.parse(reply.headers!.get('S3-Body')) as Required<Offer>;
  }

  async function open({ quic }: Required<Offer>, by = transport): Promise<TransportStream> {
    const [host, port] = quic.address.split(':');
    return (await by.connect({ host: host!, port: Number(port) }, quic.peer)).openStream();
  }

  const frameOf = ({ quic }: Required<Offer>, to = '_INBOX.guest'): Buffer =>
    ticketFrame(Buffer.from(quic.ticket, 'base64url'), to);

  test('presents its ticket gets the body and its end record', async () => {
    const offer = await offered(transport.self);
    const stream = await open(offer);
    await stream.end(frameOf(offer));
    const reader = new PipeReader(stream);
    await readAdmission(reader);
    expect((await reader.exactly(2 * MIB)).equals(patternBytes(2 * MIB))).toBe(true);
    const end = JSON.parse((await reader.all(END_RECORD_BYTES_MAX)).toString()) as object;
    expect(end).toEqual({ chunks: 0, bytes: 2 * MIB });
    await call(await fixture.plain(), 's3.headbucket', { Bucket: 'b' });
  });

  test('has no ticket is not let in', async () => {
    const offer = await offered(transport.self);
    const stranger = guestTransport();
    await expect(open(offer, stranger)).rejects.toMatchObject({ code: 'peer-rejected' });
    await stranger.close();
  });

  test('holds the ticket of somebody else gets nothing, and the ticket stays good', async () => {
    const other = guestTransport();
    const theirs = await offered(other.self);
    await offered(transport.self); // lets us in
    const stolen = await open(theirs);
    await stolen.end(frameOf(theirs));
    await expect(stolen.read()).rejects.toMatchObject({ code: 'stream-aborted' });
    const own = await open(theirs, other);
    await own.end(frameOf(theirs));
    await readAdmission(new PipeReader(own));
    await other.close();
  });

  test('uses a ticket twice, after the body began over NATS, or makes one up gets nothing', async () => {
    const offer = await offered(transport.self);
    const first = await open(offer);
    await first.end(frameOf(offer));
    await readAdmission(new PipeReader(first));
    const again = await offered(transport.self);
    for (const frame of [frameOf(offer), ticketFrame(Buffer.alloc(32, 7), '_INBOX.guest')]) {
      const stream = await open(again);
      await stream.end(frame);
      await expect(stream.read()).rejects.toMatchObject({ code: 'stream-aborted' });
    }
    const nc = await fixture.plain();
    const begun = nc.subscribe('_INBOX.guest.data', { max: 1 });
    nc.publish(`${again.ack}.0`, '', { reply: '_INBOX.guest.data' });
    for await (const chunk of begun) expect(chunk.data.length).toBeGreaterThan(0);
    const late = await open(again);
    await late.end(frameOf(again));
    await expect(late.read()).rejects.toMatchObject({ code: 'stream-aborted' });
  });

  test('goes on for ever or aims elsewhere is cut off', async () => {
    const offer = await offered(transport.self);
    const aims = ['$JS.API.STREAM.DELETE.KV_s3', 's3.putobject', 'a b', '*'].map((to) => frameOf(offer, to));
    for (const frame of [...aims, Buffer.alloc(35, 0xff), Buffer.alloc(100_000, 1)]) {
      const stream = await open(offer);
      await stream.write(frame);
      await expect(stream.read()).rejects.toMatchObject({ code: 'stream-aborted' });
    }
    expect(door.desk.open).toBe(1);
  });
});
