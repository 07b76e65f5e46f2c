import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  SHARD_HEADER_BYTES_MAX,
  SHARD_IDLE_TIMEOUT_MS,
  SHARD_RECORD_BYTES_MAX,
  STORAGE_IDLE_TIMEOUT_MS,
} from '../../../src/core/limits.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { encodeRequest } from '../../../src/shards/wire-format.ts';
import type { TransportConnection } from '../../../src/transport/transport.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { ask, putRequest, replyOn, wholePut } from '../../support/raw-requests.ts';
import { bytesOf, keyOf } from '../../support/segment-stores.ts';
import { getShard, putShard, REMOTE, ShardNodes } from '../../support/shard-nodes.ts';

const KEY = keyOf(1);
/** More than enough for 2 MiB of credit to arrive on a busy machine. */
const IN_FLIGHT_MS = 1_000;
const PING = encodeRequest({ kind: 'ping' });

let nodes: ShardNodes;
let clock: ManualClock;
let peer: TransportConnection;

beforeEach(async () => {
  clock = new ManualClock();
  nodes = await ShardNodes.start({ serverClock: clock, readsMax: 1 });
  const { address, peerId } = nodes.locations.get(REMOTE)!;
  peer = await nodes.addTransport().connect(address, peerId);
});
afterEach(() => nodes.close());

/** Nothing of the shard is visible, its key is free, and its node and its connection work. */
async function expectUnharmed(): Promise<void> {
  expect(await nodes.remoteStore.stat(KEY)).toBeUndefined();
  expect(await ask(peer, PING)).toBe('ok');
  expect(await ask(peer, wholePut(KEY, 20_000))).toBe('ok');
  expect(await nodes.remoteStore.stat(KEY)).toMatchObject({ lengthBytes: 20_000 });
}

/** Moves the clock until `work` has ended, and asserts that this takes no longer than the bounds of the server allow. */
async function within<T>(work: Promise<T>, meanwhile?: () => Promise<void>): Promise<T> {
  const progress = { over: false };
  const ended = work.finally(() => (progress.over = true));
  for (let elapsedMs = 0; !progress.over;) {
    await meanwhile?.();
    // The engine works in real time, beside the clock of the test, which moves only while the server waits for the peer.
    if (clock.pending === 0) await systemClock.sleep(1);
    else await clock.advance(1000);
    if (clock.pending > 0) elapsedMs += 1000;
    expect(elapsedMs).toBeLessThan(STORAGE_IDLE_TIMEOUT_MS + 2 * SHARD_IDLE_TIMEOUT_MS);
  }
  return ended;
}

function header(version: number, operation: number, headerBytes: number, bytes = 0): Buffer {
  const preamble = Buffer.from([version, operation, 0, 0, 0, 0]);
  preamble.writeUInt32BE(headerBytes, 2);
  return Buffer.concat([preamble, Buffer.alloc(bytes)]);
}

describe('what breaks the protocol is answered with peer-protocol and leaves nothing', () => {
  const put = wholePut(KEY, 20_000);
  const recordAt = putRequest(KEY, 20_000).length + 20_000;
  const hugeRecord = Buffer.from(put);
  hugeRecord.writeUInt32BE(SHARD_RECORD_BYTES_MAX + 1, recordAt);

  test.each<[string, Uint8Array]>([
    ['nothing at all', Buffer.alloc(0)],
    ['half a preamble', Buffer.from([1, 1, 0])],
    ['an unknown version', header(2, 5, 0)],
    ['an unknown operation', header(1, 6, 0)],
    ['zeros', Buffer.alloc(100)],
    ['garbage', Buffer.from('GET / HTTP/1.1\r\nHost: storage\r\n\r\n')],
    ['an oversized header', header(1, 3, SHARD_HEADER_BYTES_MAX + 1)],
    ['a header that never comes', header(1, 1, 57, 20)],
    ['a header of the wrong size', header(1, 1, 56, 56)],
    ['a list that lies about its count', Buffer.concat([header(1, 3, 2), Buffer.from([4, 0])])],
    ['a shard index beyond all codes', header(1, 2, 33, 33).fill(0xff, 22, 23)],
    ['bytes after a ping', Buffer.concat([PING, Buffer.alloc(1)])],
    ['a put without data', putRequest(KEY, 20_000)],
    ['a put with half its data', put.subarray(0, 10_000)],
    ['a put without its record', put.subarray(0, recordAt)],
    ['a put with half its record', put.subarray(0, put.length - 1)],
    ['a put with an oversized record', hugeRecord],
    ['a put with bytes after its end', Buffer.concat([put, Buffer.alloc(1)])],
    ['a put larger than any segment', putRequest(KEY, 2 ** 33)],
  ])('%s', async (_what, bytes) => {
    expect(await ask(peer, bytes)).toBe('peer-protocol');
    await expectUnharmed();
  });
});

describe('a peer that', () => {
  test('opens a stream and says half a header is dropped in time', async () => {
    const stream = await peer.openStream();
    await stream.write(PING.subarray(0, 3));
    const reply = replyOn(stream);
    await clock.advance(SHARD_IDLE_TIMEOUT_MS);
    expect(await reply).toBe('aborted: peer-stalled');
    await expectUnharmed();
  });

  test('hangs in the middle of a put is dropped in time', async () => {
    const stream = await peer.openStream();
    await stream.write(wholePut(KEY, 20_000).subarray(0, 10_000));
    expect(await within(replyOn(stream))).toBe('aborted: peer-stalled');
    await expectUnharmed();
  });

  test('drips its data is dropped in time', async () => {
    const stream = await peer.openStream();
    await stream.write(putRequest(KEY, 20_000));
    const drip = (): Promise<void> => stream.write(Buffer.alloc(1)).catch(() => undefined);
    expect(await within(replyOn(stream), drip)).toBe('aborted: peer-stalled');
    await expectUnharmed();
  });

  test('aborts in the middle of a put leaves nothing', async () => {
    const stream = await peer.openStream();
    await stream.write(wholePut(KEY, 20_000).subarray(0, 15_000));
    await clock.advance(1);
    stream.abort(new Error('changed my mind'));
    await clock.advance(1);
    await expectUnharmed();
  });

  test('dies in the middle of a put leaves nothing', async () => {
    const stream = await peer.openStream();
    await stream.write(wholePut(KEY, 20_000).subarray(0, 15_000));
    await clock.advance(1);
    await peer.close();
    await clock.advance(1);
    const { address, peerId } = nodes.locations.get(REMOTE)!;
    peer = await nodes.addTransport().connect(address, peerId);
    await expectUnharmed();
  });

  test('goes on sending after it was refused is cut off', async () => {
    const stream = await peer.openStream();
    await stream.write(header(9, 9, 9));
    const endless = async (): Promise<void> => {
      for (;;) await stream.write(Buffer.alloc(65_536));
    };
    await expect(endless()).rejects.toMatchObject({ code: 'stream-aborted' });
    await expectUnharmed();
  });

  test('asks for a shard and does not read it is dropped in time', async () => {
    await putShard(nodes.client, REMOTE, KEY, 6_000_000);
    const stream = await peer.openStream();
    await stream.end(encodeRequest({ kind: 'get', key: KEY, range: { start: 0, end: 6_000_000 } }));
    // Bytes travel in real time until the credit is used up, and each of them is progress: the clock must not run ahead.
    await systemClock.sleep(IN_FLIGHT_MS);
    // It holds the only place for reads; whoever comes next gets it when the sleeper is dropped.
    const next = ask(peer, encodeRequest({ kind: 'get', key: KEY, range: { start: 0, end: 10 } }));
    expect(await within(next)).toBe('ok');
    expect(await replyOn(stream)).toBe('aborted: peer-stalled');
  });

  test('replays a put does not change what is stored', async () => {
    const original = wholePut(KEY, 20_000);
    expect(await ask(peer, original)).toBe('ok');
    const forged = Buffer.from(original).fill(7, 100, 19_000);
    expect(await ask(peer, forged)).not.toBe('ok');
    expect(await ask(peer, original)).not.toBe('ok');
    const bytes = await getShard(nodes.client, REMOTE, KEY, { start: 0, end: 20_000 });
    expect(bytes!.equals(bytesOf(KEY, 20_000))).toBe(true);
  });
});
