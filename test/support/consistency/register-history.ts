// What was asked of one key and what was answered, and whether a single register could have answered so.
//
// Owns: the check of linearizability for one key (Wing and Gong's search with Lowe's memory). Every write has a value of its own, which
// is what makes histories of thousands of operations cheap to check.
// Invariants:
//   1. An operation whose outcome is unknown (a timeout, a 5xx) may have happened at any time after it began, or never.
//   2. A definite operation happened once, between its beginning and its end.

/** The state of a key: the identity of its value, or undefined when there is none. */
export type RegisterValue = string | undefined;

export type RegisterAction =
  | { readonly kind: 'write'; readonly value: string }
  | { readonly kind: 'remove' }
  | { readonly kind: 'read'; readonly value: RegisterValue }
  /** `If-None-Match: *` that was granted, and one that was refused. */
  | { readonly kind: 'create'; readonly value: string }
  | { readonly kind: 'create-refused' }
  /** `If-Match` that was granted, and one that was refused. */
  | { readonly kind: 'swap'; readonly from: string; readonly value: string }
  | { readonly kind: 'swap-refused'; readonly from: string };

export interface RegisterEvent {
  readonly action: RegisterAction;
  readonly beganAt: number;
  /** Infinity: the outcome is unknown. */
  readonly endedAt: number;
  /** Who asked, for the one who reads a failure. */
  readonly by: string;
}

export type RegisterVerdict =
  { readonly kind: 'linearizable' } | { readonly kind: 'violation'; readonly explanation: string };

/** Histories that need more states than this are reported as not decided, which counts as a failure of the test. */
const STATES_MAX = 400_000;
const SHOWN_EVENTS = 14;

/** Whether one register that starts with `initial` explains every definite answer. */
export function checkRegister(events: readonly RegisterEvent[], initial?: RegisterValue): RegisterVerdict {
  return new Search(settle(events), initial).run();
}

interface Settled {
  /** Events that happened, by their beginning. */
  readonly definite: readonly RegisterEvent[];
  /** When removals of unknown outcome began: each may be used once, at any time after. */
  readonly removals: readonly number[];
}

/**
 * A write of unknown outcome that nobody read can be left out: whatever order explains the history with it explains it
 * without, but for refusals: what stood in their way may have been that very write, so they tell nothing once it may have happened.
 * One that was read happened before the first answer that shows it. Removals of unknown outcome stay optional.
 */
function settle(events: readonly RegisterEvent[]): Settled {
  const seenAt = new Map<string, number>();
  for (const { action, endedAt } of events) {
    const value = seenBy(action);
    if (value !== undefined) seenAt.set(value, Math.min(seenAt.get(value) ?? Infinity, endedAt));
  }
  const definite: RegisterEvent[] = [];
  const removals: number[] = [];
  let unreadSince = Infinity;
  for (const event of events) {
    const { action } = event;
    if (Number.isFinite(event.endedAt)) definite.push(event);
    else if (action.kind === 'remove') removals.push(event.beganAt);
    else if (action.kind === 'write' || action.kind === 'create' || action.kind === 'swap') {
      const endedAt = seenAt.get(action.value) ?? Infinity;
      if (Number.isFinite(endedAt)) definite.push({ ...event, endedAt });
      else unreadSince = Math.min(unreadSince, event.beganAt);
    }
  }
  const byTime = (a: RegisterEvent, b: RegisterEvent): number => a.beganAt - b.beganAt;
  const telling = definite.filter(({ action, endedAt }) => !isRefusal(action) || endedAt < unreadSince);
  return { definite: telling.sort(byTime), removals: removals.sort((a, b) => a - b) };
}

function isRefusal({ kind }: RegisterAction): boolean {
  return kind === 'create-refused' || kind === 'swap-refused';
}

/** The value that a definite answer proves to have been there. */
function seenBy(action: RegisterAction): string | undefined {
  if (action.kind === 'read') return action.value;
  return action.kind === 'swap' ? action.from : undefined;
}

/** The state after an action; 'impossible' when it cannot have been answered so in this state. */
function after(state: RegisterValue, action: RegisterAction): { state: RegisterValue } | 'impossible' {
  if (!fits(state, action)) return 'impossible';
  if (OBSERVERS.has(action.kind)) return { state };
  return { state: 'value' in action ? action.value : undefined };
}

function fits(state: RegisterValue, action: RegisterAction): boolean {
  switch (action.kind) {
    case 'write':
    case 'remove':
      return true;
    case 'read':
      return state === action.value;
    case 'create':
      return state === undefined;
    case 'create-refused':
      return state !== undefined;
    case 'swap':
      return state === action.from;
    case 'swap-refused':
      return state !== action.from;
  }
}

const OBSERVERS: ReadonlySet<RegisterAction['kind']> = new Set(['read', 'create-refused', 'swap-refused']);

interface Position {
  /** Everything before this is placed. */
  readonly base: number;
  /** Placed events after `base`. */
  readonly placed: ReadonlySet<number>;
  readonly state: RegisterValue;
  /** Removals of unknown outcome that were taken to have happened. */
  readonly removalsUsed: number;
}

class Search {
  readonly #events: readonly RegisterEvent[];
  readonly #removals: readonly number[];
  readonly #initial: RegisterValue;
  readonly #seen = new Set<string>();
  #deepest: Position | undefined;

  constructor({ definite, removals }: Settled, initial: RegisterValue) {
    this.#events = definite;
    this.#removals = removals;
    this.#initial = initial;
  }

  run(): RegisterVerdict {
    const start = { base: 0, placed: new Set<number>(), state: this.#initial, removalsUsed: 0 };
    const open: Position[] = [this.#placeObservers(start)];
    for (let position = open.pop(); position !== undefined; position = open.pop()) {
      if (position.base >= this.#events.length) return { kind: 'linearizable' };
      if (this.#deepest === undefined || position.base > this.#deepest.base) this.#deepest = position;
      if (this.#seen.size > STATES_MAX)
        return { kind: 'violation', explanation: 'not decided: too many states' };
      for (const next of this.#successors(position)) {
        const name = `${next.base}|${[...next.placed].sort((a, b) => a - b).join()}|${next.state}|${next.removalsUsed}`;
        if (this.#seen.has(name)) continue;
        this.#seen.add(name);
        open.push(next);
      }
    }
    return { kind: 'violation', explanation: this.#explain() };
  }

  *#successors(position: Position): Generator<Position> {
    const { firstEnd, candidates } = this.#candidates(position);
    const begun = this.#removals.filter((beganAt) => beganAt <= firstEnd).length;
    // Removals of unknown outcome are alike once they have begun; one is only worth using before what needs an empty key.
    const removed = { ...position, state: undefined, removalsUsed: position.removalsUsed + 1 };
    for (const at of candidates) {
      const { action } = this.#event(at);
      const outcome = after(position.state, action);
      if (outcome !== 'impossible') yield this.#placeObservers(this.#place(position, at, outcome.state));
      else if (position.removalsUsed < begun) {
        const emptied = after(undefined, action);
        if (emptied !== 'impossible') yield this.#placeObservers(this.#place(removed, at, emptied.state));
      }
    }
  }

  /** Events that may come next: those that began before the first end among the ones not yet placed. */
  #candidates({ base, placed }: Position): { firstEnd: number; candidates: number[] } {
    let firstEnd = Infinity;
    const candidates: number[] = [];
    for (let at = base; at < this.#events.length; at += 1) {
      const { beganAt, endedAt } = this.#event(at);
      if (beganAt > firstEnd) break;
      if (placed.has(at)) continue;
      candidates.push(at);
      firstEnd = Math.min(firstEnd, endedAt);
    }
    return { firstEnd, candidates };
  }

  /** What only looks and fits the state now is placed at once: it changes nothing for anybody. */
  #placeObservers(from: Position): Position {
    let position = from;
    for (;;) {
      const at = this.#candidates(position).candidates.find((candidate) => {
        const { action } = this.#event(candidate);
        return OBSERVERS.has(action.kind) && after(position.state, action) !== 'impossible';
      });
      if (at === undefined) return position;
      position = this.#place(position, at, position.state);
    }
  }

  #place(position: Position, at: number, state: RegisterValue): Position {
    const placed = new Set(position.placed).add(at);
    let { base } = position;
    for (; placed.delete(base); base += 1);
    return { base, placed, state, removalsUsed: position.removalsUsed };
  }

  #event(at: number): RegisterEvent {
    return this.#events[at]!;
  }

  #explain(): string {
    const { base, state } = this.#deepest ?? { base: 0, state: this.#initial };
    const from = Math.max(0, base - SHOWN_EVENTS / 2);
    const lines = this.#events.slice(from, base + SHOWN_EVENTS).map((event, n) => {
      const { action, beganAt, endedAt, by } = event;
      const mark = from + n === base ? '→' : ' ';
      return `${mark} ${beganAt.toFixed(1)} … ${endedAt.toFixed(1)} ${by}: ${describe(action)}`;
    });
    return `no order explains it; the furthest one holds ${state ?? 'nothing'} and cannot place →\n${lines.join('\n')}`;
  }
}

function describe(action: RegisterAction): string {
  const { kind, ...rest } = action;
  const details = Object.entries(rest).map(([name, value]) => `${name}=${value ?? 'nothing'}`);
  return [kind, ...details].join(' ');
}
