// The receiving end of a body stream, fed with frames that a NATS client makes up.
//
// An input is a sequence of frames: a byte that says which kind, a byte of length, so many bytes of payload.

import { headers, type Msg } from '@nats-io/transport-node';
import type { BulkLink } from '../../../src/bus/bulk-link.ts';
import { ByteReceiver } from '../../../src/bus/byte-receiver.ts';
import { HEADER } from '../../../src/bus/envelope.ts';
import { S3Error } from '../../../src/contracts/s3-errors.ts';
import { PredastoreError } from '../../../src/core/errors.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { Wrong, type FuzzTarget } from './target.ts';

const LENGTH_BYTES = 40;
const SHAPE = { chunkBytes: 32, windowChunks: 4 };
/** The kind of a frame is its first byte modulo their number. */
const KINDS = ['chunk', 'chunk', 'other chunk', 'end', 'ping', 'abort', 'nonsense'] as const;

const frame = (kind: (typeof KINDS)[number], payload: string | Buffer): Buffer => {
  const bytes = Buffer.from(payload);
  return Buffer.concat([Buffer.from([KINDS.indexOf(kind), bytes.length]), bytes]);
};
const chunks = [frame('chunk', Buffer.alloc(30, 1)), frame('chunk', Buffer.alloc(10, 2))];

async function receive(input: Buffer): Promise<void> {
  const link = { clock: systemClock, add: () => 'data', remove() {}, publish() {} } as unknown as BulkLink;
  const options = { link, ack: 'ack', lengthBytes: LENGTH_BYTES, shape: SHAPE, ownerFinishes: false };
  const receiver = new ByteReceiver({ ...options, onClose() {} });
  const reading = read(receiver);
  reading.catch(() => undefined);
  let sent = 0;
  for (let at = 0; at + 2 <= input.length;) {
    const kind = KINDS[input[at]! % KINDS.length]!;
    const data = input.subarray(at + 2, at + 2 + input[at + 1]!);
    at += 2 + data.length;
    if (kind === 'chunk') sent += 1;
    receiver.onMessage(messageOf(kind, data, sent), undefined);
    await Promise.resolve();
  }
  receiver.onLost(new PredastoreError('peer-unreachable', 'the input is over'));
  const delivered = await reading;
  if (delivered !== LENGTH_BYTES) throw new Wrong(`a body of ${delivered} bytes was taken for whole`);
}

async function read(receiver: ByteReceiver): Promise<number> {
  let delivered = 0;
  for await (const chunk of receiver) {
    delivered += chunk.length;
    if (delivered > LENGTH_BYTES) throw new Wrong('more bytes than declared');
  }
  return delivered;
}

function messageOf(kind: (typeof KINDS)[number], data: Buffer, sent: number): Msg {
  if (kind === 'chunk') return { data, reply: `ack.${sent}` } as unknown as Msg;
  if (kind === 'other chunk') return { data, reply: data.toString('latin1') } as unknown as Msg;
  const head = headers();
  head.set(HEADER.stream, kind);
  return { data, headers: head, reply: 'ack.p' } as unknown as Msg;
}

export const STREAM_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'body-stream',
    seeds: [
      Buffer.concat([...chunks, frame('end', '{"chunks":2,"bytes":40}')]),
      Buffer.concat([
        ...chunks,
        frame('ping', ''),
        frame('end', '{"chunks":2,"bytes":40,"claims":[{"algorithm":"md5","digest":"AAAA"}]}'),
      ]),
      Buffer.concat([chunks[0]!, frame('abort', '{"Code":"SlowDown","Message":"later"}')]),
      Buffer.concat([chunks[0]!, frame('other chunk', 'ack.7')]),
    ],
    parse: async (input) => {
      try {
        await receive(input);
      } catch (error) {
        // The sender's own word for why it broke off, which may be any, also none that can be read.
        if (error instanceof S3Error)
          throw new PredastoreError('peer-protocol', 'the sender broke off', error);
        throw error;
      }
    },
  },
];
