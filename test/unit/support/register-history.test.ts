// The check of linearizability can say no: each kind of wrong answer is refused, and what one register can answer passes.

import { expect, test } from '@jest/globals';
import {
  checkRegister,
  type RegisterAction,
  type RegisterEvent,
} from '../../support/consistency/register-history.ts';
import { SeededChance } from '../../support/seeded-chance.ts';

const at = (beganAt: number, endedAt: number, action: RegisterAction): RegisterEvent => ({
  action,
  beganAt,
  endedAt,
  by: 'test',
});
const write = (value: string): RegisterAction => ({ kind: 'write', value });
const read = (value?: string): RegisterAction => ({ kind: 'read', value });
const removeIf = (from: string): RegisterAction => ({ kind: 'remove-if', from });
const remove: RegisterAction = { kind: 'remove' };

test.each<[string, RegisterEvent[]]>([
  ['a stale read', [at(0, 1, write('a')), at(2, 3, write('b')), at(4, 5, read('a'))]],
  ['a lost write', [at(0, 1, write('a')), at(2, 3, read(undefined))]],
  ['a value nobody wrote', [at(0, 1, write('a')), at(2, 3, read('x'))]],
  ['a deleted object that returns', [at(0, 1, write('a')), at(2, 3, remove), at(4, 5, read('a'))]],
  ['a read from the future', [at(0, 1, read('a')), at(2, 3, write('a'))]],
  [
    'two reads that disagree about the order of two writes',
    [at(0, 9, write('a')), at(0, 9, write('b')), at(10, 11, read('a')), at(12, 13, read('b'))],
  ],
  [
    'a write of unknown outcome that comes and goes',
    [at(0, 1, write('a')), at(2, Infinity, write('b')), at(3, 4, read('b')), at(5, 6, read('a'))],
  ],
  [
    'two creations of one key',
    [at(0, 1, { kind: 'create', value: 'a' }), at(2, 3, { kind: 'create', value: 'b' })],
  ],
  ['a refusal without a reason', [at(0, 1, { kind: 'create-refused' })]],
  [
    'a swap from a value that was replaced',
    [at(0, 1, write('a')), at(2, 3, write('b')), at(4, 5, { kind: 'swap', from: 'a', value: 'c' })],
  ],
  [
    'a conditional removal of what was replaced',
    [at(0, 1, write('a')), at(2, 3, write('b')), at(4, 5, removeIf('a'))],
  ],
  [
    'a conditional removal that did nothing',
    [at(0, 1, write('a')), at(2, 3, removeIf('a')), at(4, 5, read('a'))],
  ],
  [
    'a conditional removal of unknown outcome takes the next write',
    [at(0, 1, write('a')), at(2, Infinity, removeIf('a')), at(4, 5, write('b')), at(6, 7, read())],
  ],
])('refused: %s', (_name, events) => {
  expect(checkRegister(events).kind).toBe('violation');
});

test.each<[string, RegisterEvent[]]>([
  [
    'reads during a write see either',
    [at(0, 1, write('a')), at(2, 9, write('b')), at(3, 4, read('a')), at(5, 6, read('b'))],
  ],
  [
    'a write of unknown outcome that shows up late',
    [at(0, Infinity, write('a')), at(5, 6, read()), at(7, 8, read('a'))],
  ],
  [
    'a removal of unknown outcome that happened',
    [at(0, 1, write('a')), at(2, Infinity, remove), at(9, 10, read())],
  ],
  [
    'a removal of unknown outcome that did not',
    [at(0, 1, write('a')), at(2, Infinity, remove), at(9, 10, read('a'))],
  ],
  [
    'a write of unknown outcome that nobody saw',
    [at(0, 1, write('a')), at(2, Infinity, write('b')), at(3, 4, read('a'))],
  ],
  [
    'a conditional removal of unknown outcome that happened',
    [at(0, 1, write('a')), at(2, Infinity, removeIf('a')), at(4, 5, read())],
  ],
])('accepted: %s', (_name, events) => {
  expect(checkRegister(events)).toEqual({ kind: 'linearizable' });
});

/** Histories of a real register with clients that overlap. */
function honestHistory(seed: number, length: number): RegisterEvent[] {
  const chance = new SeededChance(seed);
  let state: string | undefined;
  return Array.from({ length }, (_, n) => {
    const happensAt = n * 10;
    const beganAt = happensAt - chance.integer(0, 35);
    const endedAt = chance.chance(0.05) ? Infinity : happensAt + chance.integer(1, 35);
    const kind = chance.integer(0, 9);
    if (kind < 4) {
      if (endedAt === Infinity && chance.chance(0.5)) return at(beganAt, endedAt, write(`lost${n}`));
      state = `v${n}`;
      return at(beganAt, endedAt, write(state));
    }
    if (kind < 5) {
      state = undefined;
      return at(beganAt, endedAt, remove);
    }
    return at(beganAt, Number.isFinite(endedAt) ? endedAt : happensAt + 1, read(state));
  });
}

test('histories of a real register are accepted, with one answer changed they are refused', () => {
  let refused = 0;
  for (let seed = 0; seed < 25; seed += 1) {
    const history = honestHistory(seed, 300);
    expect(checkRegister(history)).toEqual({ kind: 'linearizable' });
    const wrong = history.findLastIndex(({ action }) => action.kind === 'read' && action.value !== undefined);
    const spoilt = history.map((event, n) => (n === wrong ? { ...event, action: read('v0x') } : event));
    if (checkRegister(spoilt).kind === 'violation') refused += 1;
  }
  expect(refused).toBe(25);
});

test('a refusal may be due to a write of unknown outcome that nobody ever read', () => {
  const refused = at(2, 3, { kind: 'create-refused' });
  const later = at(4, 5, write('b'));
  expect(checkRegister([at(0, Infinity, write('a')), refused, later])).toEqual({ kind: 'linearizable' });
  expect(checkRegister([refused, later]).kind).toBe('violation');
});

test('a lifecycle rule ends a write when it is old enough, and nothing else', () => {
  const gone = (...events: RegisterEvent[]): string => checkRegister(events, 100).kind;
  expect(gone(at(0, 1, write('a')), at(150, 151, read()))).toBe('linearizable');
  expect(gone(at(0, 1, write('a')), at(50, 51, read()))).toBe('violation');
  expect(gone(at(0, 1, write('a')), at(90, 91, write('b')), at(150, 151, read()))).toBe('violation');
  expect(gone(at(0, 1, write('a')), at(150, 151, read()), at(160, 161, read('a')))).toBe('violation');
});
