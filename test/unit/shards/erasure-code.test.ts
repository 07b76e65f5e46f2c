import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { encode as oracleEncode, reconstruct as oracleReconstruct } from 'wasm-reed-solomon-erasure';
import { kernelSource } from '../../../scripts/generate-erasure-kernel.ts';
import { codeMatrix } from '../../../src/shards/code-matrix.ts';
import { createErasureCode } from '../../../src/shards/reed-solomon.ts';
import { createWasmKernel } from '../../../src/shards/erasure-kernel.ts';

/** Parity rows of klauspost and Backblaze. A change here would make stored parity unreadable. */
const GOLDEN_ROWS: readonly [number, number, string][] = [
  [2, 1, '0302'],
  [3, 2, '010101 0f0806'],
  [4, 2, '1b1c1214 1c1b1412'],
  [8, 4, '1a84ba33e710c627 841a33ba10e727c6 ba331a84c627e710 33ba841a27c610e7'],
  [10, 4, '8196afb8d2c4fee80302 9681b8afc4d2e8fe0203 bfd6620a066fdfb70504 d6bf0a626f06b7df0405'],
];

function sampleCells(count: number, cellBytes: number): Uint8Array[] {
  return Array.from({ length: count }, (_cell, c) =>
    Uint8Array.from({ length: cellBytes }, (_byte, i) => (i * 31 + c * 97 + (i >> 5)) & 0xff),
  );
}

function* erasures(width: number, lossesMax: number): Generator<number[]> {
  for (let mask = 0; mask < 1 << width; mask += 1) {
    const lost = Array.from({ length: width }, (_shard, i) => i).filter((i) => (mask & (1 << i)) !== 0);
    if (lost.length <= lossesMax) yield lost;
  }
}

describe('the matrix of the code', () => {
  test.each(GOLDEN_ROWS)('(%i,%i) has the parity rows of klauspost and Backblaze', (k, m, rows) => {
    const parity = codeMatrix(k, m).slice(k);
    expect(parity.map((row) => Buffer.from(row).toString('hex')).join(' ')).toBe(rows);
  });

  test('parity rows do not depend on M, so that M can be raised later', () => {
    expect(codeMatrix(5, 2)).toEqual(codeMatrix(5, 6).slice(0, 7));
  });
});

describe('the kernel', () => {
  test('this engine runs the SIMD kernel', () => {
    expect(createWasmKernel()?.name).toBe('wasm-simd');
  });

  test('the committed bytes are what the generator makes', async () => {
    const committed = readFileSync(
      new URL('../../../src/shards/erasure-kernel-wasm.ts', import.meta.url),
      'utf8',
    );
    expect(await kernelSource()).toBe(committed);
  });
});

describe('encode', () => {
  test.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [8, 4],
    [10, 4],
    [16, 16],
  ])('(%i,%i) gives the parity of an independent implementation', (k, m) => {
    const data = sampleCells(k, 256);
    const parity = createErasureCode(k, m).encode(data, 256);
    const oracle = oracleEncode(data, m).slice(-m);
    expect(parity.map((cell) => Buffer.from(cell).toString('hex'))).toEqual(
      oracle.map((cell) => Buffer.from(cell).toString('hex')),
    );
  });

  test('shorter and empty cells count as zero-padded, also right after full ones', () => {
    const code = createErasureCode(3, 2);
    const [first, second, third] = sampleCells(3, 1000);
    code.encode([first!, second!, third!], 1000);
    const padded = Buffer.alloc(1000);
    padded.set(second!.subarray(0, 333));
    expect(code.encode([first!, second!.subarray(0, 333), new Uint8Array()], 1000)).toEqual(
      code.encode([first!, padded, Buffer.alloc(1000)], 1000),
    );
  });

  test.each([1, 31, 32, 33, 65_536, 65_537, 200_001])('cells of %i bytes survive a loss', (cellBytes) => {
    const code = createErasureCode(2, 1);
    const data = sampleCells(2, cellBytes);
    const [parity] = code.encode(data, cellBytes);
    expect(parity).toHaveLength(cellBytes);
    const [rebuilt] = code.reconstruct([undefined, data[1], parity], cellBytes, [0]);
    expect(Buffer.compare(rebuilt!, data[0]!)).toBe(0);
  });

  test('without parity there is nothing to compute', () => {
    expect(createErasureCode(4, 0).encode(sampleCells(4, 64), 64)).toEqual([]);
  });

  test('results are buffers of their own', () => {
    const code = createErasureCode(2, 1);
    const before = code.encode(sampleCells(2, 64), 64)[0]!;
    const copy = Buffer.from(before);
    code.encode([Buffer.alloc(64, 1), Buffer.alloc(64, 2)], 64);
    expect(Buffer.compare(before, copy)).toBe(0);
  });
});

describe('reconstruct', () => {
  test.each([
    [1, 1],
    [1, 3],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
    [6, 3],
    [8, 4],
  ])('(%i,%i) rebuilds data and parity after every loss of up to M shards', (k, m) => {
    const code = createErasureCode(k, m);
    const data = sampleCells(k, 96);
    const all = [...data, ...code.encode(data, 96)];
    for (const lost of erasures(k + m, m)) {
      const cells = all.map((cell, i) => (lost.includes(i) ? undefined : cell));
      const rebuilt = code.reconstruct(cells, 96, lost);
      rebuilt.forEach((cell, i) => {
        if (Buffer.compare(cell, all[lost[i]!]!) !== 0) throw new Error(`wrong after losing ${lost.join()}`);
      });
      expect(rebuilt).toHaveLength(lost.length);
    }
  });

  test('agrees with an independent implementation', () => {
    const data = sampleCells(8, 256);
    const code = createErasureCode(8, 4);
    const all = [...data, ...code.encode(data, 256)];
    const lost = [0, 3, 7, 9];
    const damaged = all.map((cell, i) => (lost.includes(i) ? new Uint8Array(256) : Uint8Array.from(cell)));
    const oracle = oracleReconstruct(damaged, 4, Uint32Array.from(lost));
    const cells = all.map((cell, i) => (lost.includes(i) ? undefined : cell));
    const rebuilt = code.reconstruct(cells, 256, lost);
    lost.forEach((index, i) => expect(Buffer.compare(rebuilt[i]!, oracle[index]!)).toBe(0));
  });

  test('the order of `wanted` is the order of the results, and present shards may be wanted too', () => {
    const code = createErasureCode(4, 2);
    const data = sampleCells(4, 64);
    const all = [...data, ...code.encode(data, 64)];
    const cells = all.map((cell, i) => (i === 1 || i === 4 ? undefined : cell));
    const [parity, first, second] = code.reconstruct(cells, 64, [4, 0, 1]);
    expect([parity, first, second].map((cell) => Buffer.from(cell!))).toEqual(
      [all[4], all[0], all[1]].map((cell) => Buffer.from(cell!)),
    );
  });

  test('fewer than K cells is our own bug', () => {
    expect(() =>
      createErasureCode(2, 1).reconstruct([undefined, undefined, Buffer.alloc(8)], 8, [0]),
    ).toThrow('fewer than K');
  });
});

describe('createErasureCode', () => {
  test('hands out one code per (K, M)', () => {
    expect(createErasureCode(4, 2)).toBe(createErasureCode(4, 2));
  });

  test.each([
    [0, 1],
    [1, -1],
    [1.5, 1],
    [31, 2],
  ])('refuses (%d,%d)', (k, m) => {
    expect(() => createErasureCode(k, m)).toThrow();
  });

  test('the widest codes work', () => {
    for (const [k, m] of [
      [31, 1],
      [1, 31],
      [32, 0],
    ] as const) {
      const code = createErasureCode(k, m);
      const data = sampleCells(k, 40);
      const all = [...data, ...code.encode(data, 40)];
      const lost = m > 0 ? [0] : [];
      const cells = all.map((cell, i) => (lost.includes(i) ? undefined : cell));
      expect(code.reconstruct(cells, 40, lost).map((cell) => Buffer.from(cell))).toEqual(
        lost.map((i) => Buffer.from(all[i]!)),
      );
    }
  });
});
