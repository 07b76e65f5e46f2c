// The disk formats, byte by byte, read by an implementation of their own: only docs/formats.md, node:crypto and Buffer.

import {
  createCipheriv,
  createDecipheriv,
  createHash,
  hkdfSync,
  type CipherGCM,
  type DecipherGCM,
} from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { createSecretKey } from 'node:crypto';
import { FragmentCodec } from '../../../src/segments/fragment.ts';
import { decodeState, encodeState } from '../../../src/segments/state-file.ts';
import {
  MASTER_KEY,
  bytesOf,
  hashOf,
  inTemporaryDirectory,
  keyOf,
  openStore,
  recordOf,
  store,
} from '../../support/segment-stores.ts';

const FRAGMENT = 8240;

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function openGcm(key: Buffer, nonce: Buffer, context: Buffer, sealed: Buffer): Buffer {
  const decipher: DecipherGCM = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAAD(context);
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}

/** The data key, unwrapped from `at`: epoch u32, nonce 12, sealed key 32, tag 16. */
function unwrap(bytes: Buffer, at: number, storeId: Buffer): Buffer {
  const wrapping = Buffer.from(hkdfSync('sha256', MASTER_KEY, storeId, 'predastore segment v1', 32));
  const epoch = bytes.subarray(at, at + 4);
  const context = Buffer.concat([Buffer.from('predastore data key v1'), storeId, epoch]);
  return openGcm(wrapping, bytes.subarray(at + 4, at + 16), context, bytes.subarray(at + 16, at + 64));
}

async function writtenFiles(lengthBytes: number) {
  return inTemporaryDirectory(async (directory) => {
    const shards = await openStore(directory);
    await store(shards, keyOf(5, 3), lengthBytes);
    await shards.close();
    return {
      state: await readFile(join(directory, 'state')),
      segment: await readFile(join(directory, 'segments', '0000000000000001.seg')),
      sidecar: await readFile(join(directory, 'segments', '0000000000000001.idx')),
    };
  });
}

describe('files on disk', () => {
  test('a segment is read with its own header and the master key alone', async () => {
    const size = 2 * 8192 + 100;
    const { segment } = await writtenFiles(size);
    expect(segment.toString('latin1', 0, 8)).toBe('PDSEGMNT');
    expect(segment.subarray(8, 16)).toEqual(Buffer.concat([u32(1), u32(4096)]));
    expect(createHash('sha256').update(segment.subarray(0, 112)).digest()).toEqual(
      segment.subarray(112, 144),
    );
    expect(segment.readBigUInt64BE(32)).toBe(1n);
    expect(segment.length).toBe(4096 + 3 * FRAGMENT);
    const storeId = segment.subarray(16, 32);
    const key = unwrap(segment, 48, storeId);
    const first = segment.readBigUInt64BE(4096);
    const parts = [0, 1, 2].map((ordinal) => {
      const at = 4096 + ordinal * FRAGMENT;
      const dataBytes = ordinal === 2 ? 100 : 8192;
      const header = Buffer.concat([
        u64(first + BigInt(ordinal)),
        u64(1n),
        u32(ordinal),
        u32(dataBytes),
        u32(ordinal === 2 ? 1 : 0),
        u32(0x0001_0001),
      ]);
      expect(segment.subarray(at, at + 32)).toEqual(header);
      const { writeId, index } = keyOf(5, 3);
      const context = Buffer.concat([Buffer.from(writeId, 'hex'), hashOf(keyOf(5, 3)), u32(index), header]);
      const nonce = Buffer.concat([header.subarray(0, 8), storeId.subarray(12)]);
      const plain = openGcm(key, nonce, context, segment.subarray(at + 32, at + FRAGMENT));
      expect(plain.subarray(dataBytes).every((byte) => byte === 0)).toBe(true);
      return plain.subarray(0, dataBytes);
    });
    expect(Buffer.concat(parts)).toEqual(bytesOf(keyOf(5, 3), size));
  });

  test('a sidecar row names shard, extent and record', async () => {
    const { sidecar, state } = await writtenFiles(8193);
    expect(sidecar.toString('latin1', 0, 8)).toBe('PDSIDECR');
    const storeId = state.subarray(16, 32);
    const row = sidecar.subarray(4096);
    const header = row.subarray(0, 32);
    expect(header.readUInt32BE(0)).toBe(0x5052_0001);
    expect(crc32(header.subarray(0, 28))).toBe(header.readUInt32BE(28));
    const plainBytes = header.readUInt32BE(4);
    expect(row.length).toBe(Math.ceil((32 + plainBytes + 16) / 64) * 64);
    const nonce = Buffer.concat([header.subarray(8, 16), storeId.subarray(12)]);
    const context = Buffer.concat([header, storeId, u64(1n)]);
    const plain = openGcm(unwrap(state, 72, storeId), nonce, context, row.subarray(32, 32 + plainBytes + 16));
    const first = header.readBigUInt64BE(8) - 2n;
    expect(plain.subarray(0, 90)).toEqual(
      Buffer.concat([
        Buffer.from(keyOf(5).writeId, 'hex'),
        Buffer.from([0, 3]),
        hashOf(keyOf(5)),
        u64(4096n),
        u32(2),
        u64(first),
        u64(1n),
        u64(8193n),
        u32(1),
      ]),
    );
    expect(plain.subarray(90)).toEqual(recordOf(keyOf(5, 3)));
  });

  test('the state file is checked as a whole: any flipped bit is noticed', async () => {
    const { state } = await writtenFiles(1);
    expect(encodeState(decodeState(state))).toEqual(state);
    expect(state.toString('latin1', 0, 8)).toBe('PDSTATE\0');
    expect(createHash('sha256').update(state.subarray(0, -32)).digest()).toEqual(state.subarray(-32));
    for (let at = 0; at < state.length; at += 1) {
      const damaged = Buffer.from(state);
      damaged[at]! ^= 1 << (at % 8);
      expect(() => decodeState(damaged)).toThrow(expect.objectContaining({ code: 'store-damaged' }));
    }
    for (const length of [0, 10, state.length - 1]) {
      expect(() => decodeState(state.subarray(0, length))).toThrow(/state file/);
    }
  });
});

describe('a fragment', () => {
  const storeId = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
  const rawKey = Buffer.alloc(32, 0x42);
  const dataKey = { epoch: 1, key: createSecretKey(rawKey), storeId };
  const identity = { key: keyOf(0xabc, 2), objectHash: Buffer.alloc(32, 0x11) };
  const extent = {
    segment: 9,
    offset: 4096,
    firstFragment: 0x1_0000_0002,
    shardNumber: 77,
    lengthBytes: 8200,
    keyEpoch: 1,
  };

  test('has exactly the bytes the format prescribes', () => {
    const body = Buffer.alloc(8192);
    body.write('12345678');
    const sealed = Buffer.alloc(FRAGMENT);
    new FragmentCodec(dataKey, identity, extent).seal(1, body, sealed, 0);
    const header = Buffer.from(
      '0000000100000003' + '000000000000004d' + '00000001' + '00000008' + '00000001' + '00010001',
      'hex',
    );
    const cipher: CipherGCM = createCipheriv(
      'aes-256-gcm',
      rawKey,
      Buffer.from('00000001000000030c0d0e0f', 'hex'),
    );
    cipher.setAAD(
      Buffer.concat([Buffer.from('abc'.padStart(32, '0'), 'hex'), Buffer.alloc(32, 0x11), u32(2), header]),
    );
    const expected = Buffer.concat([header, cipher.update(body), cipher.final(), cipher.getAuthTag()]);
    expect(sealed).toEqual(expected);
    // Known answer: this digest never changes while format version 1 is read.
    expect(createHash('sha256').update(sealed).digest('hex')).toBe(
      '4ef01ae904013ed09e7bb0c6d65a208808b5f04cd9ae201f1d2c724f9f83ab76',
    );
    expect(new FragmentCodec(dataKey, identity, extent).open(1, sealed, 0)).toEqual(body.subarray(0, 8));
  });

  test('opens as nothing but itself', () => {
    const sealed = Buffer.alloc(FRAGMENT);
    new FragmentCodec(dataKey, identity, extent).seal(0, Buffer.alloc(8192, 5), sealed, 0);
    const others: [typeof identity, typeof extent][] = [
      [{ ...identity, key: keyOf(0xabd, 2) }, extent],
      [{ ...identity, key: keyOf(0xabc, 1) }, extent],
      [{ ...identity, objectHash: Buffer.alloc(32, 0x12) }, extent],
      [identity, { ...extent, firstFragment: extent.firstFragment + 1 }],
      [identity, { ...extent, shardNumber: 78 }],
      [identity, { ...extent, lengthBytes: 8192 }],
      [identity, { ...extent, lengthBytes: 8191 }],
    ];
    for (const [who, where] of others) {
      expect(() => new FragmentCodec(dataKey, who, where).open(0, sealed, 0)).toThrow(/fragment 0 of shard/);
    }
    expect(() => new FragmentCodec(dataKey, identity, extent).open(1, sealed, 0)).toThrow(/wrong header/);
    for (const bit of [0, 8 * 17, 8 * 21, 8 * 27, 8 * 40, 8 * 8239 + 7]) {
      const damaged = Buffer.from(sealed);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => new FragmentCodec(dataKey, identity, extent).open(0, damaged, 0)).toThrow(
        expect.objectContaining({ code: 'shard-corrupt' }),
      );
    }
  });
});
