// A lane against peers that are honest, greedy, lying or silent; the pipe is in the test's hand.

import { describe, expect, test } from '@jest/globals';
import { errorCodeOf, PredastoreError } from '../../../src/core/errors.ts';
import {
  TRANSPORT_ABORT_LINGER_MS,
  TRANSPORT_CREDIT_BYTES,
  TRANSPORT_FRAME_BYTES_MAX,
} from '../../../src/core/limits.ts';
import { systemClock, type Clock } from '../../../src/platform/clock.ts';
import { BatchBuffers } from '../../../src/transport/batch-buffers.ts';
import * as frame from '../../../src/transport/frame.ts';
import type { FramedStream } from '../../../src/transport/framed-stream.ts';
import { Lane } from '../../../src/transport/lane.ts';
import { readAll } from '../../support/transport-pair.ts';
import { ScriptPipe } from '../../support/script-pipe.ts';

const PREFACE = Buffer.from(frame.PREFACE);
const FIN = frame.controlFrame(frame.FIN, 0);
const CREDIT_FRAMES = TRANSPORT_CREDIT_BYTES / TRANSPORT_FRAME_BYTES_MAX;
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function header(type: number, value: number): Buffer {
  const bytes = Buffer.alloc(frame.FRAME_HEADER_BYTES);
  frame.putHeader(bytes, 0, type, value);
  return bytes;
}

function data(payload: string | Uint8Array): Buffer {
  const bytes = Buffer.from(payload as Uint8Array);
  return Buffer.concat([header(frame.DATA, bytes.length), bytes]);
}

interface Rig {
  readonly pipe: ScriptPipe;
  readonly lane: Lane;
  readonly streams: FramedStream[];
  readonly log: string[];
}

function rig(role: 'dialer' | 'acceptor', clock: Clock = systemClock): Rig {
  const pipe = new ScriptPipe();
  const streams: FramedStream[] = [];
  const log: string[] = [];
  const lane = new Lane(pipe, {
    role,
    clock,
    buffers: new BatchBuffers(),
    events: {
      stream: (stream) => streams.push(stream),
      welcomed: () => log.push('welcomed'),
      idle: () => log.push('idle'),
      gone: (_lane, error, ending) => log.push(`gone ${ending} ${errorCodeOf(error)}`),
    },
  });
  lane.start();
  return { pipe, lane, streams, log };
}

/** A clock whose one timer the test fires. */
function handClock(): { clock: Clock; fire: () => void; delays: number[] } {
  let action: (() => void) | undefined;
  const delays: number[] = [];
  const after: Clock['after'] = (delayMs, callback) => {
    action = callback;
    delays.push(delayMs);
    return { cancel: () => (action = undefined) };
  };
  return { clock: { ...systemClock, after }, fire: () => action?.(), delays };
}

describe('a lane between honest ends', () => {
  test('a small reply with its end is one raw write', async () => {
    const { pipe, streams } = rig('acceptor');
    pipe.push(PREFACE, data('question'), FIN);
    await tick();
    pipe.written.length = 0;
    await streams[0]!.end(Buffer.from('answer'));
    expect(pipe.written).toEqual([Buffer.concat([data('answer'), FIN])]);
  });

  test('writes during a raw write go out together afterwards', async () => {
    const { pipe, lane } = rig('dialer');
    await tick();
    pipe.written.length = 0;
    pipe.stuck = true;
    const stream = lane.open();
    await stream.write(Buffer.from('a'));
    await stream.write(Buffer.from('b'));
    await stream.end(Buffer.from('c'));
    expect(pipe.written).toHaveLength(1);
    pipe.unstick();
    await tick();
    expect(pipe.written).toEqual([data('a'), Buffer.concat([data('b'), data('c'), FIN])]);
  });

  test('a chunk may be reused as soon as its write has resolved', async () => {
    const { pipe, lane } = rig('dialer');
    const stream = lane.open();
    const chunk = Buffer.from('first');
    await stream.write(chunk);
    chunk.fill(0);
    await tick();
    expect(pipe.bytes.includes('first')).toBe(true);
  });

  test('streams follow one another, and a late ABORT of the last cannot hit the next', async () => {
    const { pipe, streams, log } = rig('acceptor');
    pipe.push(PREFACE, data('1'), FIN);
    await streams[0]!.end();
    pipe.push(data('2'), frame.abortFrame(1, new PredastoreError('cancelled', 'late')), FIN);
    expect(await readAll(streams[1]!)).toEqual(Buffer.from('2'));
    await streams[1]!.end();
    expect(log).toEqual(['welcomed', 'idle', 'idle']);
  });

  test('a stream given up before its first byte says nothing and frees the lane', async () => {
    const { pipe, lane, log } = rig('dialer');
    await tick();
    lane.open().abort(new PredastoreError('cancelled', 'never mind'));
    expect(log).toEqual(['idle']);
    expect(pipe.bytes).toEqual(PREFACE);
  });

  test('after an abort the lane is free once the other end has acknowledged it', async () => {
    const { pipe, lane, log } = rig('dialer');
    const stream = lane.open();
    await stream.write(Buffer.from('x'));
    stream.abort(new PredastoreError('cancelled', 'enough'));
    expect(log).toEqual([]);
    pipe.push(
      PREFACE,
      data('on its way'),
      frame.abortFrame(1, new PredastoreError('stream-aborted', 'enough')),
    );
    expect(log).toEqual(['welcomed', 'idle']);
  });

  test('credit comes back only as the reader reads', async () => {
    const { pipe, streams } = rig('acceptor');
    pipe.push(PREFACE);
    await tick();
    pipe.written.length = 0;
    const grantFrames = TRANSPORT_CREDIT_BYTES / 4 / TRANSPORT_FRAME_BYTES_MAX;
    for (let i = 0; i < 2 * grantFrames; i += 1) pipe.push(data(Buffer.alloc(TRANSPORT_FRAME_BYTES_MAX)));
    await tick();
    expect(pipe.written).toEqual([]);
    for (let i = 0; i < grantFrames; i += 1) await streams[0]!.read();
    await tick();
    expect(pipe.bytes).toEqual(header(frame.WINDOW, TRANSPORT_CREDIT_BYTES / 4));
  });
});

describe('a lane whose other end breaks the protocol', () => {
  const violations: [string, Buffer[]][] = [
    ['speaks another protocol', [Buffer.from('GET / HTTP/1.1\n')]],
    ['speaks another version', [Buffer.from('predastore-shard/2\n')]],
    ['never ends its preface', [Buffer.alloc(40, 0x61)]],
    ['sends an unknown frame', [PREFACE, header(9, 0)]],
    ['announces an oversized frame', [PREFACE, header(frame.DATA, TRANSPORT_FRAME_BYTES_MAX + 1)]],
    ['announces an endless frame', [PREFACE, header(frame.DATA, 0xffffffff)]],
    ['sends an empty frame', [PREFACE, header(frame.DATA, 0)]],
    ['sends data after its end', [PREFACE, data('x'), FIN, data('y')]],
    ['ends twice', [PREFACE, data('x'), FIN, FIN]],
    ['gives credit that cannot be', [PREFACE, header(frame.WINDOW, 1)]],
    ['gives a huge credit', [PREFACE, header(frame.WINDOW, 0xffffffff)]],
    ['aborts a stream to come', [PREFACE, data('x'), frame.abortFrame(2, new Error('?'))]],
    ['sends a malformed abort', [PREFACE, data('x'), header(frame.ABORT, 2), Buffer.from('xx')]],
    ['sends an endless abort', [PREFACE, data('x'), header(frame.ABORT, 1 << 20)]],
    [
      'sends more than its credit',
      [
        PREFACE,
        ...Array.from({ length: CREDIT_FRAMES + 1 }, () => data(Buffer.alloc(TRANSPORT_FRAME_BYTES_MAX))),
      ],
    ],
  ];

  test.each(violations)('a peer that %s loses the lane', async (_what, parts) => {
    const { pipe, streams, log } = rig('acceptor');
    pipe.push(...parts);
    expect(log.at(-1)).toBe('gone violation peer-protocol');
    await tick();
    expect(pipe.ended).toBe(true);
    expect(pipe.bytes.includes('peer-protocol')).toBe(true);
    if (streams[0] !== undefined)
      await expect(streams[0].read()).rejects.toMatchObject({ code: 'peer-protocol' });
    const said = pipe.written.length;
    pipe.push(data('more'));
    expect(pipe.written).toHaveLength(said);
  });

  test('a dialler accepts nothing before it has asked', () => {
    const { pipe, log } = rig('dialer');
    pipe.push(PREFACE, data('unasked'));
    expect(log.at(-1)).toBe('gone violation peer-protocol');
  });

  test('a peer that provokes answers and reads none of them is cut off', () => {
    const { pipe, log } = rig('acceptor');
    pipe.stuck = true;
    pipe.push(PREFACE);
    for (let i = 1; i < 20_000 && !pipe.destroyed; i += 1) {
      pipe.push(data('x'), frame.abortFrame(i, new PredastoreError('cancelled', 'no')));
    }
    expect(pipe.destroyed).toBe(true);
    expect(log.at(-1)).toBe('gone violation peer-stalled');
  });

  test('a peer that never acknowledges an abort loses the lane after a while', async () => {
    const { clock, fire, delays } = handClock();
    const { pipe, lane, log } = rig('dialer', clock);
    const stream = lane.open();
    await stream.write(Buffer.from('x'));
    stream.abort(new PredastoreError('cancelled', 'enough'));
    expect(delays).toEqual([TRANSPORT_ABORT_LINGER_MS]);
    fire();
    expect(pipe.destroyed).toBe(true);
    expect(log).toEqual(['gone retired peer-stalled']);
  });

  test('a million one-byte frames take memory for a million bytes, not for a million buffers', async () => {
    const { pipe, streams } = rig('acceptor');
    pipe.push(PREFACE);
    const burst = Buffer.concat(Array.from({ length: 10_000 }, () => data('z')));
    for (let i = 0; i < 100; i += 1) pipe.push(burst);
    pipe.push(FIN);
    let portions = 0;
    let bytes = 0;
    for (let part = await streams[0]!.read(); part !== null; part = await streams[0]!.read()) {
      portions += 1;
      bytes += part.length;
    }
    expect(bytes).toBe(1_000_000);
    expect(portions).toBeLessThan(100);
  });
});

describe('a lane whose pipe fails', () => {
  test('its stream fails with peer-unreachable', async () => {
    const { pipe, streams, log } = rig('acceptor');
    pipe.push(PREFACE, data('x'));
    await streams[0]!.read();
    const reading = expect(streams[0]!.read()).rejects.toMatchObject({ code: 'peer-unreachable' });
    pipe.pushEnd();
    await reading;
    expect(log.at(-1)).toBe('gone pipe peer-unreachable');
  });

  test('a refusal instead of a preface says that we are strangers', () => {
    const { pipe, log } = rig('dialer');
    pipe.push(Buffer.from(frame.REFUSAL));
    expect(log).toEqual(['gone violation peer-rejected']);
  });
});
