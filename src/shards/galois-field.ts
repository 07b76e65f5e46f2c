// Arithmetic in GF(2^8) with polynomial 0x11D and generator 2, and small matrices over it.
//
// Owns: the field and its linear algebra. Refuses: bytes in bulk (erasure-kernel.ts).
// These numbers are part of the disk format: parity written with another polynomial cannot be read back.

import { assert, present } from '../core/assert.ts';

/** x^8 + x^4 + x^3 + x^2 + 1, as Backblaze and klauspost use it. */
const POLYNOMIAL = 0x11d;
const ORDER = 255;

const EXP = new Uint8Array(2 * ORDER);
const LOG = new Uint8Array(256);
for (let power = 0, value = 1; power < ORDER; power += 1) {
  EXP[power] = value;
  EXP[power + ORDER] = value;
  LOG[value] = power;
  value <<= 1;
  if (value > 0xff) value ^= POLYNOMIAL;
}

export type Matrix = readonly Uint8Array[];

export function multiply(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return at(EXP, at(LOG, a) + at(LOG, b));
}

function inverse(a: number): number {
  assert(a !== 0, 'zero has no inverse');
  return at(EXP, ORDER - at(LOG, a));
}

/** `a` to the power `n`, with 0^0 = 1 as the Vandermonde matrix needs it. */
export function power(a: number, n: number): number {
  if (n === 0) return 1;
  return a === 0 ? 0 : at(EXP, (at(LOG, a) * n) % ORDER);
}

export function multiplyMatrices(left: Matrix, right: Matrix): Matrix {
  return left.map((row) => {
    const product = new Uint8Array(rowOf(right, 0).length);
    right.forEach((other, k) => addScaled(product, other, at(row, k)));
    return product;
  });
}

/** Gauss–Jordan. The caller knows that `matrix` is square and regular; every K rows of a Vandermonde code are. */
export function invertMatrix(matrix: Matrix): Matrix {
  const size = matrix.length;
  const work: Uint8Array[] = matrix.map((row, i) => {
    const wide = new Uint8Array(2 * size);
    wide.set(row);
    wide[size + i] = 1;
    return wide;
  });
  for (let column = 0; column < size; column += 1) {
    const pivot = work.findIndex((row, i) => i >= column && row[column] !== 0);
    assert(pivot >= 0, 'the matrix is singular');
    const lead = rowOf(work, pivot);
    work[pivot] = rowOf(work, column);
    work[column] = lead;
    scale(lead, inverse(at(lead, column)));
    work.forEach((row, i) => {
      if (i !== column) addScaled(row, lead, at(row, column));
    });
  }
  return work.map((row) => row.slice(size));
}

function scale(row: Uint8Array, factor: number): void {
  for (let i = 0; i < row.length; i += 1) row[i] = multiply(at(row, i), factor);
}

/** row += factor · other. Addition in the field is exclusive or. */
function addScaled(row: Uint8Array, other: Uint8Array, factor: number): void {
  if (factor === 0) return;
  for (let i = 0; i < row.length; i += 1) row[i] = at(row, i) ^ multiply(at(other, i), factor);
}

function at(bytes: Uint8Array, index: number): number {
  return present(bytes[index], 'field element');
}

function rowOf(matrix: Matrix, index: number): Uint8Array {
  return present(matrix[index], 'matrix row');
}
