// What was asked of one key of a versioned bucket and what was answered, and whether one stack of versions could have answered so.
//
// Owns: the stack, and what operations of unknown outcome did to it. Versions have names that are never used twice: of a body, or of a
// delete marker. The last events of a history are listings of all versions after all was healed (`checkVersions` relies on it): what
// they do not show has not happened, so nothing stays optional.
// Invariants:
//   1. A version that is gone never comes back.
//   2. Versions are listed in the order in which they were written, newest first.

import { checkHistory, type HistoryEvent, type HistoryVerdict, type Model } from './linearizability.ts';

export type VersionAction =
  /** A write, copy, completed upload or delete marker. `over`: what an If-Match matched; nothing: what If-None-Match asked for. */
  | { readonly kind: 'push'; readonly version: string; readonly over?: string }
  /** A deletion without a version id whose answer, and with it the name of the marker, was lost. */
  | { readonly kind: 'push-marker' }
  | { readonly kind: 'refused'; readonly over: string }
  | { readonly kind: 'drop'; readonly version: string }
  /** The version that a read without an id got; 'nothing': 404 for whatever reason. */
  | { readonly kind: 'current'; readonly version: string }
  | { readonly kind: 'present'; readonly version: string }
  | { readonly kind: 'missing'; readonly version: string }
  /** All versions, newest first. */
  | { readonly kind: 'versions'; readonly versions: readonly string[] };

export type VersionEvent = HistoryEvent<VersionAction>;

/** The name of a delete marker; of an object it is the name of its body. */
export function markerName(versionId: string): string {
  return `-${versionId}`;
}

export function checkVersions(events: readonly VersionEvent[]): HistoryVerdict {
  const settled = settle(events);
  return settled.kind === 'violation' ? settled : checkHistory({ ...settled, removals: [] }, STACK);
}

type Settled =
  | { readonly kind: 'settled'; readonly definite: readonly VersionEvent[] }
  | Extract<HistoryVerdict, { kind: 'violation' }>;

function settle(events: readonly VersionEvent[]): Settled {
  const definite: VersionEvent[] = [];
  const sightings = sightingsIn(events);
  const lostMarkers = events.filter(({ action }) => action.kind === 'push-marker');
  const asked = new Set(events.flatMap(({ action }) => (action.kind === 'push' ? [action.version] : [])));
  for (const event of events) {
    const { action } = event;
    if (action.kind === 'push-marker') continue;
    if (Number.isFinite(event.endedAt)) definite.push(event);
    else if (action.kind === 'push') {
      const seenAt = sightings.get(action.version);
      if (seenAt !== undefined) definite.push({ ...event, endedAt: seenAt });
    } else if (action.kind === 'drop') {
      const goneAt = goneSince(events, action.version, event.beganAt);
      if (goneAt !== undefined) definite.push({ ...event, endedAt: goneAt });
    }
  }
  const strays = [...sightings].filter(([version]) => !asked.has(version));
  const beganAt = Math.min(...lostMarkers.map((event) => event.beganAt));
  if (strays.length > lostMarkers.length || strays.some(([version]) => !version.startsWith('-')))
    return {
      kind: 'violation',
      explanation: `versions that nobody wrote: ${strays.map(([version]) => version).join(' ')}`,
    };
  for (const [version, endedAt] of strays)
    definite.push({ action: { kind: 'push', version }, beganAt, endedAt, by: 'a lost answer' });
  return { kind: 'settled', definite: definite.sort((a, b) => a.beganAt - b.beganAt) };
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
      return [action.version];
    case 'current':
      return action.version === 'nothing' ? [] : [action.version];
    case 'push':
      return action.over === undefined || action.over === 'nothing' ? [] : [action.over];
    default:
      return [];
  }
}

/** When a version was first found missing by an answer that ended after `beganAt`. */
function goneSince(events: readonly VersionEvent[], version: string, beganAt: number): number | undefined {
  const ends = events
    .filter(({ action, endedAt }) => endedAt >= beganAt && Number.isFinite(endedAt) && lacks(action, version))
    .map(({ endedAt }) => endedAt);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

function lacks(action: VersionAction, version: string): boolean {
  if (action.kind === 'missing') return action.version === version;
  return action.kind === 'versions' && !action.versions.includes(version);
}

// --- The stack: names of versions, newest first, separated by spaces ----------------------------------------

type Outcome = ReturnType<Model<VersionAction>['after']>;

const STACK: Model<VersionAction> = {
  observes: ({ kind }) => kind !== 'push' && kind !== 'push-marker' && kind !== 'drop',
  after: (state, action) => {
    const versions = state === undefined ? [] : state.split(' ');
    if (!fits(versions, action)) return 'impossible';
    if (action.kind === 'push') return stateOf([action.version, ...versions]);
    if (action.kind === 'drop') return stateOf(versions.filter((version) => version !== action.version));
    return { state };
  },
};

function stateOf(versions: readonly string[]): Exclude<Outcome, 'impossible'> {
  return { state: versions.length === 0 ? undefined : versions.join(' ') };
}

function fits(versions: readonly string[], action: VersionAction): boolean {
  switch (action.kind) {
    case 'push':
      return action.over === undefined || isCurrent(versions, action.over);
    case 'refused':
      return !isCurrent(versions, action.over);
    case 'current':
      return isCurrent(versions, action.version);
    case 'present':
      return versions.includes(action.version);
    case 'missing':
      return !versions.includes(action.version);
    case 'versions':
      return action.versions.join(' ') === versions.join(' ');
    case 'push-marker':
    case 'drop':
      return true;
  }
}

function isCurrent(versions: readonly string[], wanted: string): boolean {
  const [current = '-'] = versions;
  return wanted === 'nothing' ? current.startsWith('-') : current === wanted;
}
