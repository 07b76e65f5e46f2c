import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createJavascriptKernel, createWasmKernel } from '../../../src/shards/erasure-kernel.ts';
import { createErasureCodeOn } from '../../../src/shards/reed-solomon.ts';

const javascript = createJavascriptKernel();
const wasm = createWasmKernel()!;

const shape = fc
  .record({ k: fc.integer({ min: 1, max: 20 }), m: fc.integer({ min: 1, max: 12 }) })
  .chain(({ k, m }) =>
    fc.record({
      k: fc.constant(k),
      m: fc.constant(m),
      cells: fc.array(fc.uint8Array({ maxLength: 130 }), { minLength: k, maxLength: k }),
      spare: fc.nat(40),
      lost: fc.uniqueArray(fc.nat(k + m - 1), { maxLength: m }),
    }),
  );

test('both kernels give the same parity and rebuild the same bytes, whatever the shape and the loss', () => {
  fc.assert(
    fc.property(shape, ({ k, m, cells, spare, lost }) => {
      const cellBytes = Math.max(...cells.map((cell) => cell.length)) + spare;
      const plain = createErasureCodeOn(javascript, k, m);
      const simd = createErasureCodeOn(wasm, k, m);
      const parity = simd.encode(cells, cellBytes);
      expect(plain.encode(cells, cellBytes)).toEqual(parity);
      const all = [...cells, ...parity];
      const held = all.map((cell, i) => (lost.includes(i) ? undefined : cell));
      const rebuilt = simd.reconstruct(held, cellBytes, lost);
      expect(plain.reconstruct(held, cellBytes, lost)).toEqual(rebuilt);
      rebuilt.forEach((cell, i) => {
        const original = Buffer.alloc(cellBytes);
        original.set(all[lost[i]!]!);
        expect(Buffer.compare(cell, original)).toBe(0);
      });
    }),
    { numRuns: 150 },
  );
});
