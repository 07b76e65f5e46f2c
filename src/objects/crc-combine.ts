// The CRC of a whole from the CRCs and lengths of its parts, without a look at the bytes.
//
// A CRC is arithmetic on polynomials over GF(2): crc(A ‖ B) = crc(A) · x^(8·|B|) mod P ⊕ crc(B), as long as the CRC begins and
// ends with all bits set, which CRC32, CRC32C and CRC64NVME do. Multiplying by a fixed power is linear, hence a matrix over
// GF(2) with one column per bit; parts of one upload nearly all have the same length, so its matrix is made once.
// Polynomials are reflected: the highest bit is x^0, and multiplying by x shifts right.

import { assert } from '../core/assert.ts';
import type { DigestAlgorithm } from '../core/body.ts';

export type CrcAlgorithm = Extract<DigestAlgorithm, 'crc32' | 'crc32c' | 'crc64nvme'>;

interface Field {
  readonly bits: 32 | 64;
  readonly polynomial: bigint;
}

const FIELDS: Readonly<Record<CrcAlgorithm, Field>> = {
  crc32: { bits: 32, polynomial: 0xed_b8_83_20n },
  crc32c: { bits: 32, polynomial: 0x82_f6_3b_78n },
  crc64nvme: { bits: 64, polynomial: 0x9a6c_9329_ac4b_c9b5n },
};

export function isCrcAlgorithm(algorithm: DigestAlgorithm): algorithm is CrcAlgorithm {
  return algorithm in FIELDS;
}

/** A number of up to 64 bits, in halves: arithmetic on them is far cheaper than on bigints. */
interface Halves {
  readonly high: number;
  readonly low: number;
}

/** Matrix of the multiplication by a power of x: what it makes of bit 0, 1, … */
interface Multiplication {
  readonly high: Int32Array;
  readonly low: Int32Array;
}

/** Appends parts one by one; `finish` gives the CRC of all of them, big-endian like every digest here. */
export class CrcCombination {
  readonly #field: Field;
  readonly #shifts = new Map<number, Multiplication>();
  #crc: Halves = { high: 0, low: 0 };

  constructor(algorithm: CrcAlgorithm) {
    this.#field = FIELDS[algorithm];
  }

  append(crc: Uint8Array, lengthBytes: number): void {
    const next = this.#read(crc);
    const { high, low } = multiply(this.#shiftBy(lengthBytes), this.#crc);
    this.#crc = { high: high ^ next.high, low: low ^ next.low };
  }

  finish(): Buffer {
    const out = Buffer.alloc(8);
    out.writeInt32BE(this.#crc.high, 0);
    out.writeInt32BE(this.#crc.low, 4);
    return out.subarray(8 - this.#field.bits / 8);
  }

  #read(crc: Uint8Array): Halves {
    const bytes = Buffer.from(crc);
    assert(bytes.length * 8 === this.#field.bits, 'a CRC of the right width');
    if (this.#field.bits === 32) return { high: 0, low: bytes.readInt32BE(0) };
    return { high: bytes.readInt32BE(0), low: bytes.readInt32BE(4) };
  }

  #shiftBy(lengthBytes: number): Multiplication {
    const known = this.#shifts.get(lengthBytes);
    if (known !== undefined) return known;
    const made = multiplicationBy(powerOfX(BigInt(lengthBytes) * 8n, this.#field), this.#field);
    this.#shifts.set(lengthBytes, made);
    return made;
  }
}

function multiply(matrix: Multiplication, { high, low }: Halves): Halves {
  let resultHigh = 0;
  let resultLow = 0;
  for (let bit = 0; bit < 64; bit += 1) {
    const isSet = bit < 32 ? (low >>> bit) & 1 : (high >>> (bit - 32)) & 1;
    if (isSet === 0) continue;
    resultHigh ^= matrix.high[bit] ?? 0;
    resultLow ^= matrix.low[bit] ?? 0;
  }
  return { high: resultHigh, low: resultLow };
}

/** The highest bit is 1, so its column is the factor itself; every lower bit is one x more. */
function multiplicationBy(factor: bigint, field: Field): Multiplication {
  const high = new Int32Array(field.bits);
  const low = new Int32Array(field.bits);
  let column = factor;
  for (let bit = field.bits - 1; bit >= 0; bit -= 1) {
    high[bit] = Number(column >> 32n) | 0;
    low[bit] = Number(column & 0xff_ff_ff_ffn) | 0;
    column = timesX(column, field);
  }
  return { high, low };
}

/** x^exponent mod P by repeated squaring. */
function powerOfX(exponent: bigint, field: Field): bigint {
  const one = 1n << BigInt(field.bits - 1);
  let square = timesX(one, field);
  let power = one;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) power = product(power, square, field);
    square = product(square, square, field);
  }
  return power;
}

function product(a: bigint, b: bigint, field: Field): bigint {
  let sum = 0n;
  let shifted = b;
  for (let bit = BigInt(field.bits - 1); bit >= 0n; bit -= 1n) {
    if (((a >> bit) & 1n) === 1n) sum ^= shifted;
    shifted = timesX(shifted, field);
  }
  return sum;
}

function timesX(value: bigint, { polynomial }: Field): bigint {
  return (value & 1n) === 1n ? (value >> 1n) ^ polynomial : value >> 1n;
}
