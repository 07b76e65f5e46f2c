// Multiplies a matrix with cells: the one loop over bytes of the erasure code.
//
// Owns: the WASM-SIMD instance of this thread and its fixed memory, and the plain JavaScript loop for engines without SIMD.
// Refuses: knowing what the matrix means (reed-solomon.ts).
// Invariants:
//   E1. Both kernels give the same bytes (test/property/shards).
//   E2. Memory is fixed: cells are worked off in slices of SLICE_BYTES, however long they are.
//   E3. A call is synchronous and leaves nothing in the memory that a later call relies on, except `#loaded`.

import { assert, present } from '../core/assert.ts';
import { SHARDS_MAX } from '../core/limits.ts';
import { ERASURE_KERNEL_BASE64 } from './erasure-kernel-wasm.ts';
import { multiply, type Matrix } from './galois-field.ts';

/** A matrix in the form a kernel wants it; made once, used for many stripes. */
export interface PreparedMatrix {
  readonly rows: Matrix;
  /** Products of every coefficient with the 16 low and the 16 high nibbles: [row group][source][row][low 16, high 16]. */
  readonly tables: Uint8Array;
}

export interface ErasureKernel {
  readonly name: 'wasm-simd' | 'javascript';
  /** Fills `results`, one buffer per row and all of one length. Sources are read as if zero-padded to that length. */
  multiply(matrix: PreparedMatrix, sources: readonly Uint8Array[], results: readonly Uint8Array[]): void;
}

const NIBBLES = 16;
const COEFFICIENT_BYTES = 2 * NIBBLES;
/** Rows that one pass of the wasm kernel computes: more would spill SIMD registers. */
const ROWS_PER_PASS = 4;
/** The wasm kernel works in steps of two SIMD registers. */
const STEP_BYTES = 32;
const PAGE_BYTES = 65_536;
/** A full cell is one slice. */
const SLICE_BYTES = 65_536;
// Memory of the instance: a page of tables and source pointers, K source slices, the result slices of one pass.
const POINTERS_AT = SHARDS_MAX * SHARDS_MAX * COEFFICIENT_BYTES;
const SOURCES_AT = PAGE_BYTES;
const RESULTS_AT = SOURCES_AT + SHARDS_MAX * SLICE_BYTES;
const MEMORY_PAGES = (RESULTS_AT + ROWS_PER_PASS * SLICE_BYTES) / PAGE_BYTES;

assert(POINTERS_AT + 4 * SHARDS_MAX <= SOURCES_AT, 'tables and pointers fit the first page');

export function prepareMatrix(rows: Matrix): PreparedMatrix {
  const sources = rows[0]?.length ?? 0;
  const tables = new Uint8Array(rows.length * sources * COEFFICIENT_BYTES);
  let at = 0;
  for (let first = 0; first < rows.length; first += ROWS_PER_PASS) {
    for (let source = 0; source < sources; source += 1) {
      for (const row of rows.slice(first, first + ROWS_PER_PASS)) {
        writeProducts(tables.subarray(at, at + COEFFICIENT_BYTES), present(row[source], 'coefficient'));
        at += COEFFICIENT_BYTES;
      }
    }
  }
  return { rows, tables };
}

function writeProducts(table: Uint8Array, coefficient: number): void {
  for (let nibble = 0; nibble < NIBBLES; nibble += 1) {
    table[nibble] = multiply(coefficient, nibble);
    table[NIBBLES + nibble] = multiply(coefficient, nibble << 4);
  }
}

/** `pass(tables, pointers, sourceCount, result…, lengthBytes)`, one export per number of results. */
type Pass = (...args: number[]) => void;

interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** What we use of the WebAssembly API: neither ES2023 nor @types/node 20 declare it. */
interface WasmApi {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { initial: number; maximum: number }) => WasmMemory;
  readonly Instance: new (
    module: object,
    imports: { host: { memory: WasmMemory } },
  ) => { readonly exports: Readonly<Record<string, Pass>> };
}

class WasmKernel implements ErasureKernel {
  readonly name = 'wasm-simd';
  readonly #passes: readonly Pass[];
  readonly #memory: Uint8Array;
  /** The matrix whose tables lie in the memory. */
  #loaded: PreparedMatrix | undefined;

  constructor(wasm: WasmApi, code: Uint8Array) {
    const memory = new wasm.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES });
    const { exports } = new wasm.Instance(new wasm.Module(code), { host: { memory } });
    this.#passes = Array.from({ length: ROWS_PER_PASS }, (_pass, i) =>
      present(exports[`multiply${i + 1}`], 'export of the kernel'),
    );
    this.#memory = new Uint8Array(memory.buffer);
    const pointers = new Uint32Array(memory.buffer, POINTERS_AT, SHARDS_MAX);
    for (let i = 0; i < SHARDS_MAX; i += 1) pointers[i] = SOURCES_AT + i * SLICE_BYTES;
  }

  multiply(matrix: PreparedMatrix, sources: readonly Uint8Array[], results: readonly Uint8Array[]): void {
    if (this.#loaded !== matrix) {
      this.#memory.set(matrix.tables);
      this.#loaded = matrix;
    }
    const cellBytes = results[0]?.length ?? 0;
    for (let offset = 0; offset < cellBytes; offset += SLICE_BYTES) {
      const sliceBytes = Math.min(SLICE_BYTES, cellBytes - offset);
      this.#loadSlices(sources, offset, sliceBytes);
      this.#multiplySlices(results, sources.length, offset, sliceBytes);
    }
  }

  #loadSlices(sources: readonly Uint8Array[], offset: number, sliceBytes: number): void {
    let at = SOURCES_AT;
    for (const source of sources) {
      const held = Math.max(0, Math.min(sliceBytes, source.length - offset));
      if (held === source.length) this.#memory.set(source, at);
      else if (held > 0) this.#memory.set(source.subarray(offset, offset + held), at);
      // Padding is written, because the memory still holds the slice of an earlier call.
      if (held < sliceBytes) this.#memory.fill(0, at + held, at + sliceBytes);
      at += SLICE_BYTES;
    }
  }

  #multiplySlices(
    results: readonly Uint8Array[],
    sourceCount: number,
    offset: number,
    sliceBytes: number,
  ): void {
    const stepped = Math.ceil(sliceBytes / STEP_BYTES) * STEP_BYTES;
    let tablesAt = 0;
    for (let first = 0; first < results.length; first += ROWS_PER_PASS) {
      const group = results.slice(first, first + ROWS_PER_PASS);
      const pass = present(this.#passes[group.length - 1], 'pass');
      const into = group.map((_result, i) => RESULTS_AT + i * SLICE_BYTES);
      pass(tablesAt, POINTERS_AT, sourceCount, ...into, stepped);
      group.forEach((result, i) => {
        const at = RESULTS_AT + i * SLICE_BYTES;
        result.set(this.#memory.subarray(at, at + sliceBytes), offset);
      });
      tablesAt += group.length * sourceCount * COEFFICIENT_BYTES;
    }
  }
}

/** 256 products per coefficient, shared by every matrix: 64 KiB at most, filled as coefficients are met. */
const PRODUCTS: (Uint8Array | undefined)[] = [];

function productsOf(coefficient: number): Uint8Array {
  return (PRODUCTS[coefficient] ??= Uint8Array.from({ length: 256 }, (_b, byte) =>
    multiply(coefficient, byte),
  ));
}

const javascriptKernel: ErasureKernel = {
  name: 'javascript',
  multiply(matrix, sources, results) {
    matrix.rows.forEach((row, at) => {
      const result = present(results[at], 'result').fill(0);
      sources.forEach((source, i) => addProducts(result, source, present(row[i], 'coefficient')));
    });
  },
};

function addProducts(result: Uint8Array, source: Uint8Array, coefficient: number): void {
  if (coefficient === 0) return;
  const products = productsOf(coefficient);
  for (let i = 0; i < source.length; i += 1) {
    result[i] = (result[i] ?? 0) ^ (products[source[i] ?? 0] ?? 0);
  }
}

/** The kernel for engines without WASM-SIMD. */
export function createJavascriptKernel(): ErasureKernel {
  return javascriptKernel;
}

/** The WASM-SIMD kernel, or `undefined` where the engine does not validate it. */
export function createWasmKernel(): ErasureKernel | undefined {
  const wasm = (globalThis as unknown as { readonly WebAssembly?: WasmApi }).WebAssembly;
  const code = Buffer.from(ERASURE_KERNEL_BASE64, 'base64');
  if (wasm?.validate(code) !== true) return undefined;
  return new WasmKernel(wasm, code);
}
