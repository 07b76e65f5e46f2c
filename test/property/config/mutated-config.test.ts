// A damaged configuration is refused with a message, or still means something: it never crashes the reader.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseConfig } from '../../../src/config/load-config.ts';
import { errorCodeOf } from '../../../src/core/errors.ts';

const VALID = readFileSync(new URL('../../../config/3node.toml', import.meta.url), 'utf8');
const LINES = VALID.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

const value = fc.oneof(
  fc.constantFrom(
    'true',
    '-1',
    '0',
    '1e999',
    'nan',
    '""',
    '"x"',
    '[]',
    '{}',
    '[[1]]',
    '1979-05-27',
    '99999999999999999999',
  ),
  fc.string().map((text) => JSON.stringify(text)),
  fc.integer().map(String),
);
const mutation = fc.oneof(
  fc.record({ kind: fc.constant('drop' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('repeat' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('value' as const), at: fc.nat(), value }),
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), text: fc.string() }),
  fc.record({
    kind: fc.constant('key' as const),
    at: fc.nat(),
    key: fc.constantFrom('__proto__', 'constructor', 'x', 'id', 'host'),
  }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(lines: readonly string[], change: Mutation): readonly string[] {
  const at = change.at % Math.max(1, lines.length);
  const line = lines[at] ?? '';
  switch (change.kind) {
    case 'drop':
      return lines.toSpliced(at, 1);
    case 'repeat':
      return lines.toSpliced(at, 0, line);
    case 'value':
      return lines.with(at, line.replace(/=.*/, `= ${change.value}`));
    case 'insert':
      return lines.toSpliced(at, 0, change.text);
    case 'key':
      return lines.toSpliced(at, 0, `${change.key} = 1`);
  }
}

function outcomeOf(text: string): string {
  try {
    const source = { file: 'x.toml', directory: '/', overrides: {}, readSecret: () => 'secret' };
    parseConfig(text, source);
    return 'accepted';
  } catch (error) {
    return errorCodeOf(error);
  }
}

describe('a mutated configuration', () => {
  test('the original is accepted', () => {
    expect(outcomeOf(VALID)).toBe('accepted');
  });

  test('ends as accepted or invalid-config, nothing else', () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 5 }), (changes) => {
        const text = changes.reduce(mutate, LINES).join('\n');
        expect(['accepted', 'invalid-config']).toContain(outcomeOf(text));
      }),
      { numRuns: 2000 },
    );
  });
});
