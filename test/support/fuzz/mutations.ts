// What chance does to a valid input: the changes that parsers have been wrong about before.

import type { SeededChance } from '../seeded-chance.ts';

const OUTPUT_BYTES_MAX = 96 * 1024;
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const TOKENS = [
  '\r\n',
  '\n',
  '\0',
  '"',
  "'",
  '<',
  '>',
  '&',
  '&#x0;',
  '&#xffffffff;',
  '%00',
  '%',
  '%ff',
  '+',
  '..',
  '//',
  ',',
  ';',
  '=',
  ':',
  '__proto__',
  'constructor',
  'toString',
  '-1',
  '1e999',
  'NaN',
  '9'.repeat(30),
  '0x',
  'null',
  '{}',
  '[]',
  '[[',
  '{{',
  '\ufeff',
  '\ud800',
  '\u202e',
  '<![CDATA[',
  '<!DOCTYPE x>',
  ']]>',
  '--',
  'A'.repeat(300),
  ' '.repeat(300),
  '('.repeat(60),
  '*'.repeat(60),
  '${a}',
].map((token) => Buffer.from(token));

type Change = (input: Buffer, chance: SeededChance, corpus: readonly Buffer[]) => Buffer;

const CHANGES: readonly Change[] = [
  flipBit,
  setByte,
  (input, chance) => input.subarray(0, chance.integer(0, input.length)),
  (input, chance) => spliced(input, chance.integer(0, input.length), chance.integer(1, 64), Buffer.alloc(0)),
  (input, chance) => spliced(input, chance.integer(0, input.length), 0, chance.bytes(chance.integer(1, 40))),
  (input, chance) => spliced(input, chance.integer(0, input.length), 0, chance.pick(TOKENS)),
  (input, chance) =>
    spliced(input, chance.integer(0, input.length), chance.integer(1, 12), chance.pick(TOKENS)),
  setEdge,
  repeatPart,
  crossOver,
  nest,
];

/** One to six changes of an input of the corpus. */
export function mutated(corpus: readonly Buffer[], chance: SeededChance): Buffer {
  let bytes: Buffer = Buffer.from(chance.pick(corpus));
  for (let n = chance.integer(1, 6); n > 0; n -= 1) bytes = chance.pick(CHANGES)(bytes, chance, corpus);
  return Buffer.from(bytes.subarray(0, OUTPUT_BYTES_MAX));
}

function spliced(input: Buffer, at: number, removed: number, added: Buffer): Buffer {
  return Buffer.concat([input.subarray(0, at), added, input.subarray(Math.min(input.length, at + removed))]);
}

function flipBit(input: Buffer, chance: SeededChance): Buffer {
  if (input.length === 0) return input;
  const copy = Buffer.from(input);
  copy[chance.integer(0, copy.length - 1)]! ^= 1 << chance.integer(0, 7);
  return copy;
}

function setByte(input: Buffer, chance: SeededChance): Buffer {
  if (input.length === 0) return input;
  const copy = Buffer.from(input);
  copy[chance.integer(0, copy.length - 1)] = chance.integer(0, 255);
  return copy;
}

/** A length or a count that lies. */
function setEdge(input: Buffer, chance: SeededChance): Buffer {
  const width = chance.pick([1, 2, 4] as const);
  if (input.length < width) return input;
  const copy = Buffer.from(input);
  copy.writeUIntBE(chance.pick(EDGES) % 2 ** (8 * width), chance.integer(0, copy.length - width), width);
  return copy;
}

function repeatPart(input: Buffer, chance: SeededChance): Buffer {
  const from = chance.integer(0, input.length);
  const part = input.subarray(from, from + chance.integer(1, 200));
  const times = chance.chance(0.1) ? 300 : chance.integer(1, 5);
  return spliced(
    input,
    from,
    0,
    Buffer.concat(Array.from({ length: times }, () => part)).subarray(0, OUTPUT_BYTES_MAX),
  );
}

function crossOver(input: Buffer, chance: SeededChance, corpus: readonly Buffer[]): Buffer {
  const other = chance.pick(corpus);
  const at = chance.integer(0, Math.min(input.length, other.length));
  return Buffer.concat([input.subarray(0, at), other.subarray(at)]);
}

/** Brackets and tags within each other, deeper than anybody needs. */
function nest(input: Buffer, chance: SeededChance): Buffer {
  const [open, close] = chance.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['<a>', '</a>'],
    ['(', ')'],
  ] as const);
  const depth = chance.pick([3, 20, 500, 5_000]);
  const at = chance.integer(0, input.length);
  return spliced(input, at, 0, Buffer.from(open.repeat(depth) + close.repeat(depth)));
}
