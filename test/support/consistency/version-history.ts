// What was asked of one key of a versioned bucket and what was answered, and whether one stack of versions could have answered so.
//
// Owns: the stack, and what operations of unknown outcome did to it. Versions have names that are never used twice: of a body, or of a
// delete marker (but for the marker named null). Bodies whose names begin with NULL_BODY are written where versioning is suspended: they
// are the version named null, which each of them takes the place of. The last events of a history are listings of all versions after all was healed (`checkVersions` relies on it): what
// they do not show has not happened, so nothing stays optional.
// Invariants:
//   1. A version that is gone never comes back.
//   2. Versions are listed in the order in which they were written, newest first.
//   3. A locked version stays: no deletion of it is ever acknowledged.

import { checkHistory, type HistoryEvent, type HistoryVerdict, type Model } from './linearizability.ts';

export type VersionAction =
  /** A write, copy, completed upload or delete marker. `over`: what an If-Match matched; nothing: what If-None-Match asked for. */
  | { readonly kind: 'push'; readonly version: string; readonly over?: string; readonly isLocked?: boolean }
  /** A deletion without a version id whose answer, and with it the name of the marker, was lost. */
  | { readonly kind: 'push-marker' }
  | { readonly kind: 'refused'; readonly over: string }
  /** `isKnown`: an answer had told of the version before it was asked for by its name. */
  | { readonly kind: 'drop'; readonly version: string; readonly isKnown?: true }
  /** The version named null, whichever it was. */
  | { readonly kind: 'drop-null' }
  /** A retention period or legal hold was put on a version. */
  | { readonly kind: 'lock'; readonly version: string }
  /** A deletion that was refused because the version is locked. */
  | { readonly kind: 'drop-refused'; readonly version: string }
  /** The version that a read without an id got; 'nothing': 404 for whatever reason. */
  | { readonly kind: 'current'; readonly version: string }
  | { readonly kind: 'present'; readonly version: string }
  | { readonly kind: 'missing'; readonly version: string }
  | { readonly kind: 'no-null' }
  /** All versions, newest first. */
  | { readonly kind: 'versions'; readonly versions: readonly string[] };

export type VersionEvent = HistoryEvent<VersionAction>;

/** How the names of bodies begin that are written where versioning is suspended. */
export const NULL_BODY = 'n';
/** The delete marker that such a bucket makes. */
export const NULL_MARKER = '-null';

export function isNullVersion(version: string): boolean {
  return version === NULL_MARKER || version.startsWith(NULL_BODY);
}

/** The name of a delete marker; of an object it is the name of its body. */
export function markerName(versionId: string): string {
  return `-${versionId}`;
}

export function checkVersions(events: readonly VersionEvent[]): HistoryVerdict {
  const settled = settle(events);
  return settled.kind === 'violation' ? settled : checkHistory(settled, STACK);
}

type Settled =
  | {
      readonly kind: 'settled';
      readonly definite: readonly VersionEvent[];
      readonly optional: readonly VersionEvent[];
      readonly earlier: ReadonlyMap<number, readonly number[]>;
    }
  | Extract<HistoryVerdict, { kind: 'violation' }>;

function settle(events: readonly VersionEvent[]): Settled {
  const definite: VersionEvent[] = [];
  const sightings = sightingsIn(events);
  const known = knowledgeIn(events, sightings);
  const lostMarkers = events.filter(({ action }) => action.kind === 'push-marker');
  const asked = new Set(events.flatMap(({ action }) => (action.kind === 'push' ? [action.version] : [])));
  for (const event of events) {
    if (event.action.kind === 'push-marker') continue;
    const endedAt = Number.isFinite(event.endedAt) ? event.endedAt : knownBy(event, events, sightings);
    if (endedAt !== undefined) definite.push({ ...withKnowledge(event, known), endedAt });
  }
  const optional = events.filter(({ action, endedAt }) => !Number.isFinite(endedAt) && isOptional(action));
  const strays = [...sightings].filter(([version]) => !asked.has(version));
  const beganAt = Math.min(...lostMarkers.map((event) => event.beganAt));
  if (strays.length > lostMarkers.length || strays.some(([version]) => !version.startsWith('-')))
    return {
      kind: 'violation',
      explanation: `versions that nobody wrote: ${strays.map(([version]) => version).join(' ')}`,
    };
  for (const [version, endedAt] of strays)
    definite.push({ action: { kind: 'push', version }, beganAt, endedAt, by: 'a lost answer' });
  definite.sort((a, b) => a.beganAt - b.beganAt);
  return { kind: 'settled', definite, optional, earlier: earlierIn(definite) };
}

/** When an answer first told of each version: that to its write, or one that shows it. */
function knowledgeIn(
  events: readonly VersionEvent[],
  sightings: ReadonlyMap<string, number>,
): Map<string, number> {
  const known = new Map(sightings);
  for (const { action, endedAt } of events)
    if (action.kind === 'push')
      known.set(action.version, Math.min(known.get(action.version) ?? Infinity, endedAt));
  return known;
}

function withKnowledge(event: VersionEvent, known: ReadonlyMap<string, number>): VersionEvent {
  const { action, beganAt } = event;
  if (action.kind !== 'drop' || (known.get(action.version) ?? Infinity) > beganAt) return event;
  return { ...event, action: { ...action, isKnown: true } };
}

/**
 * What the answers say of the order. A listing has the versions in the order of their writes; and whatever saw a version came before
 * it was dropped, as versions never come back.
 */
function earlierIn(events: readonly VersionEvent[]): Map<number, readonly number[]> {
  const { pushes, seen } = placesOf(events);
  const earlier = new Map<number, readonly number[]>();
  const add = (at: number | undefined, others: readonly number[]): void => {
    if (at !== undefined) earlier.set(at, [...(earlier.get(at) ?? []), ...others]);
  };
  for (const [at, { action }] of events.entries()) {
    if (action.kind === 'drop' && action.isKnown === true) add(at, seen.get(action.version) ?? []);
    if (action.kind !== 'versions') continue;
    const places = action.versions.map((version) => pushes.get(version));
    for (const [place, older] of places.entries()) {
      if (place > 0 && older !== undefined) add(places[place - 1], [older]);
    }
  }
  return earlier;
}

/** Where each version is written, and where it is seen. */
function placesOf(events: readonly VersionEvent[]): {
  readonly pushes: ReadonlyMap<string, number>;
  readonly seen: ReadonlyMap<string, readonly number[]>;
} {
  const pushes = new Map<string, number>();
  const seen = new Map<string, number[]>();
  for (const [at, { action }] of events.entries()) {
    if (action.kind === 'push' && action.version !== NULL_MARKER) pushes.set(action.version, at);
    for (const version of seenBy(action)) seen.set(version, [...(seen.get(version) ?? []), at]);
  }
  return { pushes, seen };
}

/** When an answer first told that an operation had happened whose own answer was lost; undefined: none did. */
function knownBy(
  { action, beganAt }: VersionEvent,
  events: readonly VersionEvent[],
  sightings: ReadonlyMap<string, number>,
): number | undefined {
  if (isOptional(action)) return undefined;
  if (action.kind === 'push') return sightings.get(action.version);
  if (action.kind === 'drop') return firstEnd(events, beganAt, (later) => lacks(later, action.version));
  const isRefusal = (later: VersionAction): boolean =>
    later.kind === 'drop-refused' && action.kind === 'lock' && later.version === action.version;
  return firstEnd(events, beganAt, isRefusal);
}

/** What happens to the version named null leaves no name behind by which it would be known. */
function isOptional(action: VersionAction): boolean {
  return action.kind === 'drop-null' || (action.kind === 'push' && action.version === NULL_MARKER);
}

/** When each version was first seen. */
function sightingsIn(events: readonly VersionEvent[]): Map<string, number> {
  const first = new Map<string, number>();
  for (const { action, endedAt } of events)
    for (const version of seenBy(action))
      first.set(version, Math.min(first.get(version) ?? Infinity, endedAt));
  return first;
}

function seenBy(action: VersionAction): readonly string[] {
  switch (action.kind) {
    case 'versions':
      return action.versions;
    case 'present':
    case 'lock':
    case 'drop-refused':
      return [action.version];
    case 'current':
      return action.version === 'nothing' ? [] : [action.version];
    case 'push':
      return action.over === undefined || action.over === 'nothing' ? [] : [action.over];
    default:
      return [];
  }
}

/** The end of the first definite answer of a kind that ended after `beganAt`. */
function firstEnd(
  events: readonly VersionEvent[],
  beganAt: number,
  tells: (action: VersionAction) => boolean,
): number | undefined {
  const ends = events
    .filter(({ action, endedAt }) => endedAt >= beganAt && Number.isFinite(endedAt) && tells(action))
    .map(({ endedAt }) => endedAt);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

function lacks(action: VersionAction, version: string): boolean {
  if (action.kind === 'missing') return action.version === version;
  return action.kind === 'versions' && !action.versions.includes(version);
}

// --- The stack: names of versions, newest first, separated by spaces; a locked one ends in LOCKED -------------

const LOCKED = '!';
const CHANGES: ReadonlySet<VersionAction['kind']> = new Set([
  'push',
  'push-marker',
  'drop',
  'drop-null',
  'lock',
]);

type Outcome = ReturnType<Model<VersionAction>['after']>;

const STACK: Model<VersionAction> = {
  observes: ({ kind }) => !CHANGES.has(kind),
  isSpent: (state, action) =>
    action.kind === 'drop' &&
    action.isKnown === true &&
    !(state ?? '').split(' ').some(isNamed(action.version)),
  after: (state, action) => {
    const entries = state === undefined ? [] : state.split(' ');
    if (!fits(entries, action)) return 'impossible';
    switch (action.kind) {
      case 'push':
        return stateOf([entryOf(action), ...entries.filter((entry) => !isReplaced(entry, action.version))]);
      case 'drop':
        return stateOf(entries.filter((entry) => entry !== action.version));
      case 'drop-null':
        return stateOf(entries.filter((entry) => !isNullVersion(entry)));
      case 'lock':
        return stateOf(
          entries.map((entry) => (entry === action.version ? `${action.version}${LOCKED}` : entry)),
        );
      default:
        return { state };
    }
  },
};

function stateOf(entries: readonly string[]): Exclude<Outcome, 'impossible'> {
  return { state: entries.length === 0 ? undefined : entries.join(' ') };
}

function isNamed(version: string): (entry: string) => boolean {
  return (entry) => entry === version || entry === `${version}${LOCKED}`;
}

function entryOf({ version, isLocked = false }: { version: string; isLocked?: boolean }): string {
  return isLocked ? `${version}${LOCKED}` : version;
}

function isReplaced(entry: string, version: string): boolean {
  return isNullVersion(entry) && isNullVersion(version);
}

function fits(entries: readonly string[], action: VersionAction): boolean {
  switch (action.kind) {
    case 'drop':
      return !entries.includes(`${action.version}${LOCKED}`);
    case 'drop-refused':
      return entries.includes(`${action.version}${LOCKED}`);
    case 'push-marker':
    case 'drop-null':
      return true;
    default:
      return fitsVersions(
        entries.map((entry) => (entry.endsWith(LOCKED) ? entry.slice(0, -LOCKED.length) : entry)),
        action,
      );
  }
}

type Named = Exclude<VersionAction, { kind: 'drop' | 'drop-refused' | 'push-marker' | 'drop-null' }>;

function fitsVersions(versions: readonly string[], action: Named): boolean {
  switch (action.kind) {
    case 'push':
      return action.over === undefined || isCurrent(versions, action.over);
    case 'refused':
      return !isCurrent(versions, action.over);
    case 'current':
      return isCurrent(versions, action.version);
    case 'present':
    case 'lock':
      return versions.includes(action.version);
    case 'missing':
      return !versions.includes(action.version);
    case 'no-null':
      return !versions.some(isNullVersion);
    case 'versions':
      return action.versions.join(' ') === versions.join(' ');
  }
}

function isCurrent(versions: readonly string[], wanted: string): boolean {
  const [current = '-'] = versions;
  return wanted === 'nothing' ? current.startsWith('-') : current === wanted;
}
