// The matrices of the code: which combination of shards gives which shard.
//
// `V[r][c] = r^c`, `E = V · inverse(V[0..K-1])`: systematic Vandermonde, byte-compatible with Backblaze JavaReedSolomon and
// klauspost/reedsolomon `New(k, m)`. Part of the disk format; parity rows do not depend on M, so M may be raised later.

import { assert, present } from '../core/assert.ts';
import { invertMatrix, multiplyMatrices, power, type Matrix } from './galois-field.ts';

/** K + M rows of K coefficients; the first K are the identity. */
export function codeMatrix(k: number, m: number): Matrix {
  const vandermonde = Array.from({ length: k + m }, (_row, r) =>
    Uint8Array.from({ length: k }, (_column, c) => power(r, c)),
  );
  return multiplyMatrices(vandermonde, invertMatrix(vandermonde.slice(0, k)));
}

/** The rows that compute the shards `wanted` from the K shards `sources`. */
export function rebuildMatrix(code: Matrix, sources: readonly number[], wanted: readonly number[]): Matrix {
  const pick = (index: number): Uint8Array => present(code[index], 'row of the code');
  assert(sources.length === pick(0).length, 'rebuilding takes exactly K shards');
  return multiplyMatrices(wanted.map(pick), invertMatrix(sources.map(pick)));
}
