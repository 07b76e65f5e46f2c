// Parsers of what other nodes and NATS clients send.

import type { Msg } from '@nats-io/transport-node';
import { operationNames } from '../../../src/contracts/operations.ts';
import { validateReply, validateRequest, withoutNulls } from '../../../src/contracts/validators.ts';
import { NAME, readAnnounced, readClaims, readContext, readError } from '../../../src/bus/envelope.ts';
import { decodeRequest, readAccept } from '../../../src/bus/operation-request.ts';
import { agreeShape, shapeFor } from '../../../src/bus/byte-stream.ts';
import { PredastoreError } from '../../../src/core/errors.ts';
import * as records from '../../../src/metadata/record-codec.ts';
import { decodeSealedRecord } from '../../../src/metadata/sealed-record.ts';
import { decodeSuccession, encodeSuccession } from '../../../src/metadata/succession-record.ts';
import { decodeName, parseSubject } from '../../../src/metadata/subjects.ts';
import * as wire from '../../../src/shards/wire-format.ts';
import {
  abortFrame,
  controlFrame,
  DATA,
  FIN,
  PREFACE,
  putHeader,
  WINDOW,
} from '../../../src/transport/frame.ts';
import { FrameParser } from '../../../src/transport/frame-parser.ts';
import type { SeededChance } from '../seeded-chance.ts';
import { blob, bucket, member, object, part, ring, upload } from './record-samples.ts';
import { Wrong, type FuzzTarget } from './target.ts';

const text = (value: unknown): Buffer =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const writeId = blob.write;
const key = { writeId, index: 2 };
const objectHash = Buffer.alloc(32, 1);

/** Bytes in portions as a socket might cut them. */
export function portions(input: Buffer, chance: SeededChance): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < input.length;) {
    const bytes = chance.chance(0.2) ? 1 : chance.integer(1, 4_096);
    parts.push(input.subarray(at, at + bytes));
    at += bytes;
  }
  return parts;
}

const dataFrame = Buffer.alloc(5 + 300, 3);
putHeader(dataFrame, 0, DATA, 300);

function parseShardStream(input: Buffer): void {
  const take = (at: number, bytes: number): Buffer => {
    if (at + bytes > input.length) throw new PredastoreError('peer-protocol', 'cut short');
    return input.subarray(at, at + bytes);
  };
  const { operation, headerBytes } = wire.decodePreamble(take(0, wire.PREAMBLE_BYTES));
  if (headerBytes > 64 * 1024) throw new Wrong(`a header of ${headerBytes} bytes would be waited for`);
  const request = wire.decodeHeader(operation, take(wire.PREAMBLE_BYTES, headerBytes));
  if (request.kind !== 'put') return;
  const { lengthBytes } = request.put;
  if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 0)
    throw new Wrong(`a shard of ${lengthBytes} bytes`);
  const record = wire.decodeRecordLength(
    take(wire.PREAMBLE_BYTES + headerBytes + lengthBytes, wire.RECORD_LENGTH_BYTES),
  );
  if (record > 64 * 1024) throw new Wrong(`a record of ${record} bytes would be waited for`);
}

function parseShardReply(input: Buffer): void {
  wire.decodePutFlags(input[0] ?? 0);
  wire.decodeHeld(input);
  const held = Buffer.concat([input, Buffer.alloc(wire.DESCRIPTION_HEAD_BYTES)]);
  wire.decodeCount(held);
  wire.decodeDescriptionHead(held);
  wire.decodeShardLength(held);
  wire.decodeErrorCode(input);
  wire.decodeMessageLength(held);
}

const DECODERS: readonly ((bytes: Buffer) => unknown)[] = [
  records.decodeObject,
  records.decodeSummary,
  records.decodeUpload,
  records.decodePart,
  records.decodeBucket,
  records.decodeNode,
  records.decodeRing,
  decodeSuccession,
  decodeSealedRecord,
  records.decodeRepair,
  records.decodeWitness,
];

/** Every decoder gets every input: what is stored under a wrong subject is read by the wrong one. */
function decodeRecords(input: Buffer): void {
  let refusal: Error | undefined;
  let accepted = false;
  for (const decode of DECODERS) {
    try {
      decode(input);
      accepted = true;
    } catch (error) {
      if (!(error instanceof PredastoreError) || error.code !== 'metadata-corrupt') throw error;
      refusal = error;
    }
  }
  if (!accepted && refusal !== undefined) throw refusal;
}

function decodeMessage(input: Buffer): void {
  const [data = '', send = '', params = '', accept = ''] = input.toString('utf8').split('\u0001');
  const headers = new Map<string, string>([
    ['X-Request-ID', params],
    ['X-Account-ID', send],
  ]);
  if (send !== '') headers.set(NAME.send, send);
  if (params !== '') headers.set(NAME.params, params);
  const msg = { data: Buffer.from(data) } as unknown as Msg;
  const attempts: (() => unknown)[] = [
    () => decodeRequest(msg, headers, true).parameters,
    () => decodeRequest(msg, headers, false).parameters,
    () => readAccept(accept),
    () => readContext(headers, () => 'new'),
    () => readError(data),
    () => void agreeShape(shapeFor(1 << 20), Number(send), Number(params)),
  ];
  let refusal: Error | undefined;
  for (const attempt of attempts) {
    try {
      judgeParameters(attempt());
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error)) throw error;
      refusal = error;
    }
  }
  if (refusal !== undefined) throw refusal;
}

function judgeParameters(value: unknown): void {
  const parameters = withoutNulls(value);
  for (const name of operationNames) {
    validateRequest(name, parameters);
    validateReply(name, parameters);
  }
  if (typeof parameters !== 'object' || parameters === null) return;
  const fields = parameters as Record<string, unknown>;
  readClaims(fields['claims']);
  readAnnounced(fields['announced']);
}

const quiet = { preface() {}, beginData() {}, window() {}, fin() {}, aborted() {} };

export const WIRE_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'shard-request',
    seeds: [
      Buffer.concat([
        wire.encodeRequest({ kind: 'put', put: { key, objectHash, lengthBytes: 100 } }),
        Buffer.alloc(100),
        wire.encodeRecord(text(object)),
      ]),
      wire.encodeRequest({ kind: 'get', key, range: { start: 5, end: 900 } }),
      wire.encodeRequest({ kind: 'stat', keys: [key, { ...key, index: 1 }] }),
      wire.encodeRequest({ kind: 'remove', keys: [key] }),
      wire.encodeRequest({ kind: 'describe', key }),
      wire.encodeRequest({ kind: 'ping' }),
    ],
    parse: parseShardStream,
  },
  {
    name: 'shard-reply',
    seeds: [
      Buffer.from(wire.encodePutReply(true)),
      wire.encodeGetReply(700),
      Buffer.from(wire.encodeStatReply([true, false])),
      wire.encodeRemoveReply(3),
      wire.encodeDescription({ lengthBytes: 70, objectHash, record: text(object) }),
      wire.encodeErrorReply('store-full', 'no room'),
    ],
    parse: parseShardReply,
  },
  {
    name: 'transport-frames',
    seeds: [
      Buffer.concat([
        Buffer.from(PREFACE),
        dataFrame,
        controlFrame(WINDOW, 5_000),
        dataFrame,
        controlFrame(FIN, 0),
        abortFrame(1, new PredastoreError('store-full', 'no room')),
      ]),
    ],
    parse: (input, chance) => {
      let delivered = 0;
      const parser = new FrameParser({ ...quiet, data: (bytes) => void (delivered += bytes.length) });
      for (const part of portions(input, chance)) parser.push(part);
      if (delivered > input.length) throw new Wrong('more bytes than came');
    },
  },
  {
    name: 'records',
    seeds: [
      text(object),
      // Large enough to be packed.
      records.encodeObject({
        ...object,
        size: 300_000 * 400,
        blobs: Array.from({ length: 400 }, () => blob),
      }),
      ...[upload, part, bucket, member].map(text),
      text(ring),
      encodeSuccession({ v: 1, from: '2026-01-02T03:04:05Z', applied: 5, done: true }),
      text({ v: 1, bucketId: 'b', key: 'k', blob, damaged: [0] }),
    ],
    parse: decodeRecords,
  },
  {
    name: 'subjects',
    seeds: [
      '$KV.s3.o.b1.a.b=2E',
      '$KV.s3.b.bucket',
      '$KV.s3.p.b1.00000000000000000000000000000000.5',
      '$KV.s3.n.3',
      '$KV.s3._b.1',
    ].map(text),
    parse: (input) => {
      const subject = input.toString('latin1');
      decodeName(subject);
      parseSubject(subject);
    },
  },
  {
    name: 'nats-message',
    seeds: [
      text({ Bucket: 'b', Key: 'k', Body: 'aGVsbG8=' }),
      text(
        `{}\u0001{"v":1,"kind":"stream","length":500,"ack":"_INBOX.a.b","claims":[{"algorithm":"md5","digest":"AAAA"}]}\u0001`,
      ),
      text('x\u0001\u0001{"Bucket":"b","Key":"k"}\u0001{"v":1,"stream":true,"alive":2000}'),
      text({
        Bucket: 'b',
        Delete: { Objects: [{ Key: 'a' }], Quiet: true },
        claims: [],
        announced: ['crc32'],
      }),
      text({
        Bucket: 'b',
        Key: 'k',
        UploadId: 'u',
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag: 'x' }] },
      }),
    ],
    parse: decodeMessage,
  },
];
