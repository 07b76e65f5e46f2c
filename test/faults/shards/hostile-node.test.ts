import { afterEach, describe, expect, test } from '@jest/globals';
import { collect } from '../../../src/core/body.ts';
import { PredastoreError } from '../../../src/core/errors.ts';
import { SHARD_IDLE_TIMEOUT_MS } from '../../../src/core/limits.ts';
import type { ShardUpload } from '../../../src/shards/shard-client.ts';
import { encodeErrorReply, encodePutReply } from '../../../src/shards/wire-format.ts';
import { getReply, hang, honestPings, HOSTILE, HostileNode, type Play } from '../../support/hostile-node.ts';
import { hashOf, keyOf } from '../../support/segment-stores.ts';

let node: HostileNode | undefined;
afterEach(async () => {
  await node?.close();
  node = undefined;
});

const MIB = 1024 * 1024;
const ENOUGH_MS = 10 * SHARD_IDLE_TIMEOUT_MS;

async function start(play: Play): Promise<HostileNode> {
  node = await HostileNode.start(honestPings(play));
  return node;
}

async function download(target: HostileNode, lengthBytes: number): Promise<Buffer> {
  const outcome = await target.client.get(HOSTILE, keyOf(1), { start: 0, end: lengthBytes });
  if (outcome.kind === 'absent') throw new Error('absent');
  return collect(outcome.download.bytes, MIB * 64);
}

function upload(target: HostileNode, lengthBytes: number): Promise<ShardUpload> {
  return target.client.put(HOSTILE, { key: keyOf(1), objectHash: hashOf(keyOf(1)), lengthBytes });
}

/** How `work` ends while the clock runs on: the code, or `ok`. */
async function ending(target: HostileNode, work: Promise<unknown>): Promise<string> {
  const ended = work.then(
    () => 'ok',
    (error: unknown) => (error instanceof PredastoreError ? error.code : `foreign: ${String(error)}`),
  );
  await target.clock.advance(ENOUGH_MS);
  return Promise.race([ended, new Promise<string>((resolve) => setImmediate(() => resolve('pending')))]);
}

const rogueGets: readonly [string, number, string, Play][] = [
  ['never answers', 100, 'peer-stalled', () => hang()],
  [
    'stops in the middle',
    1000,
    'peer-stalled',
    async (stream) => {
      await stream.write(getReply(1000, Buffer.alloc(500)));
      await hang();
    },
  ],
  ['ends too early', 1000, 'peer-protocol', (stream) => stream.end(getReply(1000, Buffer.alloc(999)))],
  ['ends without a word', 1000, 'peer-protocol', (stream) => stream.end()],
  [
    'sends one byte too many',
    1000,
    'peer-protocol',
    (stream) => stream.end(getReply(1000, Buffer.alloc(1001))),
  ],
  [
    'never ends',
    1000,
    'peer-protocol',
    async (stream) => {
      await stream.write(getReply(1000));
      for (;;) await stream.write(Buffer.alloc(65_536));
    },
  ],
  ['keeps the end to itself', 1000, 'peer-stalled', (stream) => stream.write(getReply(1000))],
  ['has a shorter shard', 1000, 'shard-corrupt', (stream) => stream.end(getReply(999))],
  [
    'claims an absurd length',
    1000,
    'peer-protocol',
    (stream) => stream.end(Buffer.alloc(9, 0xff).fill(0, 0, 1)),
  ],
  ['answers garbage', 1000, 'peer-protocol', (stream) => stream.end(Buffer.from('HTTP/1.1 400 Bad Request'))],
  ['is full', 1000, 'store-full', (stream) => stream.end(encodeErrorReply('store-full', 'no room'))],
  [
    'refuses with an endless reason',
    1000,
    'peer-protocol',
    (stream) => stream.end(Buffer.from('0200ffff', 'hex')),
  ],
  [
    'aborts with a reason',
    1000,
    'shard-corrupt',
    async (stream) => {
      await stream.write(getReply(1000, Buffer.alloc(10)));
      stream.abort(new PredastoreError('shard-corrupt', 'fragment 3'));
    },
  ],
];

describe('a download from a node that', () => {
  test.each(rogueGets)('%s (%i bytes) fails as %s', async (_how, lengthBytes, code, play) => {
    const target = await start(play);
    expect(await ending(target, download(target, lengthBytes))).toBe(code);
    target.play = (stream) => stream.end(getReply(lengthBytes));
    expect(await ending(target, download(target, lengthBytes))).toBe('ok');
    expect([target.dials, target.client.condition(HOSTILE)]).toEqual([1, 'up']);
    expect(target.clock.pending).toBe(0);
  });

  test('drips one byte a second is given up within the bound', async () => {
    const target = await start(async (stream) => {
      await stream.write(getReply(1000, Buffer.alloc(0)));
      for (;;) {
        await target.clock.sleep(1000);
        await stream.write(Buffer.alloc(1));
      }
    });
    const started = target.clock.monotonicMs();
    let endedMs = 0;
    const work = download(target, 1000).catch((error: unknown) => {
      endedMs = target.clock.monotonicMs();
      throw error;
    });
    expect(await ending(target, work)).toBe('peer-stalled');
    expect(endedMs - started).toBeLessThanOrEqual(SHARD_IDLE_TIMEOUT_MS + 1000);
  });

  test('dies in the middle fails at once', async () => {
    const target = await start(async (stream) => {
      await stream.write(getReply(MIB, Buffer.alloc(1000)));
      await hang();
    });
    const outcome = await target.client.get(HOSTILE, keyOf(1), { start: 0, end: MIB });
    if (outcome.kind === 'absent') throw new Error('absent');
    const chunks = outcome.download.bytes[Symbol.asyncIterator]();
    await chunks.next();
    const rest = chunks.next();
    await target.die();
    await expect(rest).rejects.toMatchObject({ code: 'peer-unreachable' });
  });

  test('waits for a slow reader of ours is not blamed', async () => {
    const target = await start((stream) => stream.end(getReply(20 * MIB)));
    const outcome = await target.client.get(HOSTILE, keyOf(1), { start: 0, end: 20 * MIB });
    if (outcome.kind === 'absent') throw new Error('absent');
    let total = 0;
    for await (const chunk of outcome.download.bytes) {
      total += chunk.length;
      await target.clock.advance(ENOUGH_MS);
    }
    expect(total).toBe(20 * MIB);
  });
});

describe('an upload to a node that', () => {
  test('never reads is given up when its credit is used up', async () => {
    const target = await start(() => hang());
    const shard = await upload(target, 64 * MIB);
    const all = async (): Promise<void> => {
      for (let i = 0; i < 64; i += 1) await shard.write(Buffer.alloc(MIB));
    };
    expect(await ending(target, all())).toBe('peer-stalled');
    await expect(shard.commit(Buffer.alloc(1))).rejects.toMatchObject({ code: 'peer-stalled' });
  });

  test.each([100, MIB])('never confirms the commit of %i bytes is given up', async (lengthBytes) => {
    const target = await start(async (stream) => {
      while ((await stream.read()) !== null);
      await hang();
    });
    const shard = await upload(target, lengthBytes);
    await shard.write(Buffer.alloc(lengthBytes));
    expect(await ending(target, shard.commit(Buffer.from('{}')))).toBe('peer-stalled');
  });

  test('is full tells so in the middle, and frees a write that waits for credit', async () => {
    const target = await start((stream) => stream.end(encodeErrorReply('store-full', 'no room')));
    const shard = await upload(target, 64 * MIB);
    const all = async (): Promise<void> => {
      for (let i = 0; i < 64; i += 1) await shard.write(Buffer.alloc(MIB));
    };
    await expect(all()).rejects.toMatchObject({ code: 'store-full' });
    expect(target.client.condition(HOSTILE)).toBe('up');
  });

  test('confirms before the end is not believed', async () => {
    const target = await start((stream) => stream.end(encodePutReply(false)));
    const shard = await upload(target, 64 * MIB);
    const all = async (): Promise<void> => {
      for (let i = 0; i < 64; i += 1) await shard.write(Buffer.alloc(MIB));
    };
    await expect(all()).rejects.toMatchObject({ code: 'peer-protocol' });
  });

  test('dies before the commit fails at once', async () => {
    const target = await start(() => hang());
    const shard = await upload(target, MIB);
    await shard.write(Buffer.alloc(MIB));
    const committed = shard.commit(Buffer.from('{}'));
    await target.die();
    await expect(committed).rejects.toMatchObject({ code: 'peer-unreachable' });
  });

  test('says it is nearly full is heard', async () => {
    const target = await start(async (stream) => {
      while ((await stream.read()) !== null);
      await stream.end(encodePutReply(true));
    });
    const shard = await upload(target, 10);
    await shard.write(Buffer.alloc(10));
    expect(await shard.commit(Buffer.from('{}'))).toEqual({ nearFull: true });
  });

  test('gets a slow body opens no stream before there is something to say', async () => {
    const target = await start(() => hang());
    const shard = await upload(target, 1000);
    await shard.write(Buffer.alloc(500));
    await target.clock.advance(ENOUGH_MS);
    expect(target.arrived).toEqual([]);
    shard.abort(new Error('the client is gone'));
    expect(target.clock.pending).toBe(0);
  });
});

test('stats and removes take only answers of the right shape', async () => {
  const target = await start((stream) => stream.end(Buffer.from([0, 2])));
  await expect(target.client.stat(HOSTILE, [keyOf(1)])).rejects.toMatchObject({ code: 'peer-protocol' });
  await expect(target.client.stat(HOSTILE, [keyOf(1), keyOf(2)])).rejects.toMatchObject({
    code: 'peer-protocol',
  });
  await expect(target.client.remove(HOSTILE, [keyOf(1)])).rejects.toMatchObject({ code: 'peer-protocol' });
  target.play = (stream) => stream.end(Buffer.from([1]));
  await expect(target.client.remove(HOSTILE, [keyOf(1)])).rejects.toMatchObject({ code: 'peer-protocol' });
});
