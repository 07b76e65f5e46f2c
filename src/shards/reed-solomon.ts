// The erasure code of the store: systematic Reed–Solomon over GF(2^8), any K ≥ 1, M ≥ 0, K + M ≤ SHARDS_MAX.
//
// Owns: one code per (K, M) and its bounded cache of rebuild matrices. Refuses: layout (objects/layout.ts) and I/O.
// It is inline, synchronous arithmetic: a (4,2) stripe of 64 KiB cells took about 80 µs of CPU, its fresh buffers included, on a
// busy 2-core machine (scripts/bench/erasure.ts).

import { assert, present } from '../core/assert.ts';
import { SHARDS_MAX } from '../core/limits.ts';
import { codeMatrix, rebuildMatrix } from './code-matrix.ts';
import {
  createJavascriptKernel,
  createWasmKernel,
  prepareMatrix,
  type ErasureKernel,
  type PreparedMatrix,
} from './erasure-kernel.ts';
import type { ErasureCode } from './erasure-code.ts';
import type { Matrix } from './galois-field.ts';

/** Patterns of loss kept ready per code. A cluster sees a few at a time. */
const REBUILDS_MAX = 256;

interface Rebuild {
  readonly sources: readonly number[];
  readonly matrix: PreparedMatrix;
}

function fresh(count: number, cellBytes: number): Uint8Array[] {
  return Array.from({ length: count }, () => Buffer.allocUnsafeSlow(cellBytes));
}

class ReedSolomon implements ErasureCode {
  readonly k: number;
  readonly m: number;
  readonly #kernel: ErasureKernel;
  readonly #code: Matrix;
  readonly #parity: PreparedMatrix;
  readonly #rebuilds = new Map<string, Rebuild>();

  constructor(k: number, m: number, kernel: ErasureKernel) {
    this.k = k;
    this.m = m;
    this.#kernel = kernel;
    this.#code = codeMatrix(k, m);
    this.#parity = prepareMatrix(this.#code.slice(k));
  }

  encode(
    data: readonly Uint8Array[],
    cellBytes: number,
    into: readonly Uint8Array[] = fresh(this.m, cellBytes),
  ): readonly Uint8Array[] {
    assert(data.length === this.k, 'encoding takes exactly K cells');
    for (const cell of data) assert(cell.length <= cellBytes, 'a cell is longer than its stripe says');
    assert(into.length === this.m, 'encoding fills exactly M cells');
    if (this.m > 0) this.#kernel.multiply(this.#parity, data, into);
    return into;
  }

  reconstruct(
    cells: readonly (Uint8Array | undefined)[],
    cellBytes: number,
    wanted: readonly number[],
  ): Uint8Array[] {
    assert(cells.length === this.k + this.m, 'rebuilding takes K + M places');
    if (wanted.length === 0) return [];
    const { sources, matrix } = this.#rebuildFor(cells, wanted);
    const held = sources.map((index) => {
      const cell = present(cells[index], 'source cell');
      assert(cell.length <= cellBytes, 'a cell is longer than its stripe says');
      return cell;
    });
    const rebuilt = fresh(wanted.length, cellBytes);
    this.#kernel.multiply(matrix, held, rebuilt);
    return rebuilt;
  }

  #rebuildFor(cells: readonly (Uint8Array | undefined)[], wanted: readonly number[]): Rebuild {
    let mask = 0;
    let held = 0;
    for (let index = 0; index < cells.length && held < this.k; index += 1) {
      if (cells[index] === undefined) continue;
      mask |= 1 << index;
      held += 1;
    }
    assert(held === this.k, 'fewer than K cells are present');
    const name = `${mask}:${wanted.join()}`;
    return this.#rebuilds.get(name) ?? this.#remember(name, mask, wanted);
  }

  #remember(name: string, mask: number, wanted: readonly number[]): Rebuild {
    const sources = this.#code.map((_row, index) => index).filter((index) => (mask & (1 << index)) !== 0);
    const rebuild = { sources, matrix: prepareMatrix(rebuildMatrix(this.#code, sources, wanted)) };
    if (this.#rebuilds.size >= REBUILDS_MAX) {
      const oldest = this.#rebuilds.keys().next();
      if (oldest.done !== true) this.#rebuilds.delete(oldest.value);
    }
    this.#rebuilds.set(name, rebuild);
    return rebuild;
  }
}

let sharedKernel: ErasureKernel | undefined;
const codes = new Map<string, ErasureCode>();

/** The code of K data and M parity shards; the same object for the same numbers. */
export function createErasureCode(k: number, m: number): ErasureCode {
  const name = `${k}+${m}`;
  let code = codes.get(name);
  if (code === undefined) {
    sharedKernel ??= createWasmKernel() ?? createJavascriptKernel();
    code = createErasureCodeOn(sharedKernel, k, m);
    codes.set(name, code);
  }
  return code;
}

/** The same with a kernel of the caller's choice, for tests and benchmarks. */
export function createErasureCodeOn(kernel: ErasureKernel, k: number, m: number): ErasureCode {
  assert(Number.isInteger(k) && Number.isInteger(m), 'K and M are whole numbers');
  assert(k >= 1 && m >= 0 && k + m <= SHARDS_MAX, `K ≥ 1, M ≥ 0, K + M ≤ ${SHARDS_MAX}`);
  return new ReedSolomon(k, m, kernel);
}
