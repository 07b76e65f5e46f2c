// The model check of versioned keys can say no: each kind of wrong answer is refused, and what one stack can answer passes.

import { expect, test } from '@jest/globals';
import {
  checkVersions,
  type VersionAction,
  type VersionEvent,
} from '../../support/consistency/version-history.ts';

const at = (beganAt: number, endedAt: number, action: VersionAction): VersionEvent => ({
  action,
  beganAt,
  endedAt,
  by: 'test',
});
const push = (version: string, over?: string): VersionAction => ({
  kind: 'push',
  version,
  ...(over === undefined ? {} : { over }),
});
const drop = (version: string): VersionAction => ({ kind: 'drop', version });
const current = (version: string): VersionAction => ({ kind: 'current', version });
const lock = (version: string): VersionAction => ({ kind: 'lock', version });
const refused = (version: string): VersionAction => ({ kind: 'drop-refused', version });
const dropNull: VersionAction = { kind: 'drop-null' };
const versions = (...names: string[]): VersionAction => ({ kind: 'versions', versions: names });
/** Written a, then b; then whatever is given. */
const afterTwo = (...more: VersionEvent[]): VersionEvent[] => [
  at(0, 1, push('a')),
  at(2, 3, push('b')),
  ...more,
];

test.each<[string, VersionEvent[]]>([
  ['a version is missing from the listing', afterTwo(at(4, 5, versions('b')))],
  ['the versions are in another order', afterTwo(at(4, 5, versions('a', 'b')))],
  ['an older version is current', afterTwo(at(4, 5, current('a')))],
  ['a version comes back', afterTwo(at(4, 5, drop('a')), at(6, 7, versions('b', 'a')))],
  [
    'a version is gone that nobody deleted',
    afterTwo(at(4, 5, { kind: 'missing', version: 'a' }), at(6, 7, versions('b', 'a'))),
  ],
  ['a delete marker hides nothing', afterTwo(at(4, 5, push('-1')), at(6, 7, current('b')))],
  ['the marker took the versions with it', afterTwo(at(4, 5, push('-1')), at(6, 7, versions('-1')))],
  [
    'a deleted marker still hides',
    afterTwo(at(4, 5, push('-1')), at(6, 7, drop('-1')), at(8, 9, current('nothing'))),
  ],
  ['a version nobody wrote', afterTwo(at(4, 5, versions('x', 'b', 'a')))],
  ['a marker nobody asked for', afterTwo(at(4, 5, versions('-1', 'b', 'a')))],
  [
    'two markers of one lost deletion',
    afterTwo(at(4, Infinity, { kind: 'push-marker' }), at(6, 7, versions('-2', '-1', 'b', 'a'))),
  ],
  ['a create over an object', afterTwo(at(4, 5, push('c', 'nothing')))],
  ['a swap of what is not current', afterTwo(at(4, 5, push('c', 'a')))],
  ['a refusal without a reason', afterTwo(at(4, 5, { kind: 'refused', over: 'b' }))],
  [
    'a lost write that comes and goes',
    afterTwo(at(4, Infinity, push('c')), at(5, 6, current('c')), at(7, 8, versions('b', 'a'))),
  ],
  ['a locked version is deleted', afterTwo(at(4, 5, lock('a')), at(6, 7, drop('a')))],
  [
    'a version that was written locked is gone',
    [at(0, 1, { ...push('a'), isLocked: true } as VersionAction), at(2, 3, versions())],
  ],
  [
    'a deletion whose answer was lost takes a locked version',
    afterTwo(at(4, 5, lock('a')), at(6, Infinity, drop('a')), at(8, 9, versions('b'))),
  ],
  ['a deletion is refused, and nothing is locked', afterTwo(at(4, 5, refused('a')))],
  [
    'the version named null comes beside another',
    afterTwo(at(4, 5, push('n1')), at(6, 7, push('n2')), at(8, 9, versions('n2', 'n1', 'b', 'a'))),
  ],
  [
    'a version named null takes one with an id',
    afterTwo(at(4, 5, push('n1')), at(6, 7, versions('n1', 'a'))),
  ],
  [
    'a version named null comes back',
    afterTwo(at(4, 5, push('n1')), at(6, 7, push('-null')), at(8, 9, current('n1'))),
  ],
  [
    'a marker named null that nobody made',
    afterTwo(at(4, 5, push('n1')), at(6, 7, versions('-null', 'b', 'a'))),
  ],
  [
    'one lost deletion of the version named null takes two',
    afterTwo(
      at(4, 5, push('n1')),
      at(5, Infinity, dropNull),
      at(6, 7, { kind: 'no-null' }),
      at(8, 9, push('n2')),
      at(10, 11, versions('b', 'a')),
    ),
  ],
])('refused: %s', (_name, events) => {
  expect(checkVersions(events).kind).toBe('violation');
});

test.each<[string, VersionEvent[]]>([
  ['an older version is current again', afterTwo(at(4, 5, drop('b')), at(6, 7, current('a')))],
  [
    'a marker hides, and is deleted',
    afterTwo(
      at(4, 5, push('-1')),
      at(5.5, 5.6, current('nothing')),
      at(6, 7, drop('-1')),
      at(8, 9, current('b')),
    ),
  ],
  ['a create over a marker', afterTwo(at(4, 5, push('-1')), at(6, 7, push('c', 'nothing')))],
  ['a lost write that never happened', afterTwo(at(4, Infinity, push('c')), at(6, 7, versions('b', 'a')))],
  [
    'a lost write that came late',
    afterTwo(at(4, Infinity, push('c')), at(6, 7, versions('b', 'a')), at(8, 9, versions('c', 'b', 'a'))),
  ],
  [
    'the marker of a lost deletion',
    afterTwo(
      at(4, Infinity, { kind: 'push-marker' }),
      at(6, 7, current('-1')),
      at(8, 9, versions('-1', 'b', 'a')),
    ),
  ],
  [
    'a lost deletion of a version that happened',
    afterTwo(at(4, Infinity, drop('b')), at(6, 7, current('b')), at(8, 9, versions('a'))),
  ],
  [
    'two writes at once, in either order',
    [at(0, 9, push('a')), at(0, 9, push('b')), at(10, 11, versions('a', 'b'))],
  ],
  [
    'a lock whose answer was lost refuses a deletion',
    afterTwo(at(4, Infinity, lock('a')), at(6, 7, refused('a')), at(8, 9, versions('b', 'a'))),
  ],
  [
    'a lock whose answer was lost was never put',
    afterTwo(at(4, Infinity, lock('a')), at(6, 7, drop('a')), at(8, 9, versions('b'))),
  ],
  [
    'one version named null after another, over versions that stay',
    afterTwo(
      at(4, 5, push('n1')),
      at(6, 7, push('n2')),
      at(8, 9, push('-null')),
      at(10, 11, versions('-null', 'b', 'a')),
      at(12, 13, push('-null')),
      at(14, 15, dropNull),
      at(16, 17, current('b')),
    ),
  ],
  [
    'lost deletions in a bucket that is suspended, one that happened and one that did not',
    afterTwo(
      at(4, 5, push('n1')),
      at(6, Infinity, push('-null')),
      at(6, Infinity, dropNull),
      at(8, 9, versions('-null', 'b', 'a')),
      at(10, 11, push('n2')),
      at(12, 13, versions('n2', 'b', 'a')),
    ),
  ],
])('accepted: %s', (_name, events) => {
  expect(checkVersions(events)).toEqual({ kind: 'linearizable' });
});

/** Fourteen writes and as many deletions of unknown outcome at once, as when a cluster loses its quorum; listings tell of them later. */
function troubled(last: VersionAction): VersionEvent[] {
  const names = Array.from({ length: 14 }, (_, n) => `v${(n * 9) % 14}`);
  const writes = names.map((name, n) => at(n / 100, Infinity, push(name)));
  const shown = names.toSorted((a, b) => b.localeCompare(a));
  // Each is deleted twice: the second finds nothing.
  const deletions = [...names, ...names].map((name, n) => at(4 + n / 100, Infinity, drop(name)));
  const reads = names.map((name, n) => at(5 + n / 100, 30, { kind: 'present', version: name } as const));
  return [...writes, at(2, 3, versions(...shown)), ...deletions, ...reads, at(40, 41, last)];
}

test('many operations of unknown outcome at once are decided', () => {
  expect(checkVersions(troubled(versions('v7', 'v3', 'v12', 'v1')))).toEqual({ kind: 'linearizable' });
  const { kind, ...why } = checkVersions(troubled(versions('v3', 'v7', 'v12', 'v1')));
  expect(kind).toBe('violation');
  expect(JSON.stringify(why)).toContain('no order explains it');
});
