// Whether one order of the operations on a key explains everything that was answered: Wing and Gong's search with Lowe's memory.
//
// Owns: the search. Refuses: knowing what a key is; that is the model's (a register, a stack of versions).
// Invariants:
//   1. A definite operation happened once, between its beginning and its end.
//   2. An optional one happened at most once, at any time after its beginning.

/** What a key holds, as a text that is equal for equal states; undefined: nothing. */
export type KeyState = string | undefined;

export interface HistoryEvent<Action> {
  readonly action: Action;
  readonly beganAt: number;
  /** Infinity: the outcome is unknown. */
  readonly endedAt: number;
  /** Who asked, for the one who reads a failure. */
  readonly by: string;
}

export interface Model<Action> {
  /** The state after an action; 'impossible' when it cannot have been answered so in this state. */
  readonly after: (state: KeyState, action: Action) => { readonly state: KeyState } | 'impossible';
  /** It changes nothing. */
  readonly observes: (action: Action) => boolean;
  /** It changes nothing now, nor at any later time: it may as well happen now. */
  readonly isSpent?: (state: KeyState, action: Action) => boolean;
}

export interface History<Action> {
  /** Events that happened, by their beginning. */
  readonly definite: readonly HistoryEvent<Action>[];
  /**
   * What may have happened once, at any time after it began, or never; `endedAt` means nothing. Only what is worth doing right before
   * something that could not have been answered otherwise: emptying a key, hiding what is there.
   */
  readonly optional: readonly HistoryEvent<Action>[];
  /** By the position of a definite event: those that come before it in any order that explains the history. Spares the search, decides nothing. */
  readonly earlier?: ReadonlyMap<number, readonly number[]>;
}

export type HistoryVerdict =
  { readonly kind: 'linearizable' } | { readonly kind: 'violation'; readonly explanation: string };

/** Histories that need more states than this are reported as not decided, which counts as a failure of the test. */
const STATES_MAX = 400_000;
const SHOWN_EVENTS = 14;

/** Whether one key that starts with `initial` explains every definite answer. */
export function checkHistory<Action extends { readonly kind: string }>(
  history: History<Action>,
  model: Model<Action>,
  initial?: KeyState,
): HistoryVerdict {
  return new Search(history, model, initial).run();
}

interface Position {
  /** Everything before this is placed. */
  readonly base: number;
  /** Placed events after `base`. */
  readonly placed: ReadonlySet<number>;
  readonly state: KeyState;
  /** How many of each group of optional events were taken to have happened, by the number of the group. */
  readonly used: ReadonlyMap<number, number>;
}

/** Optional events that do the same are alike once they have begun. */
interface OptionalGroup<Action> {
  readonly action: Action;
  readonly begins: readonly number[];
}

class Search<Action extends { readonly kind: string }> {
  readonly #events: readonly HistoryEvent<Action>[];
  readonly #optional: readonly OptionalGroup<Action>[];
  readonly #earlier: ReadonlyMap<number, readonly number[]>;
  readonly #model: Model<Action>;
  readonly #initial: KeyState;
  readonly #seen = new Set<string>();
  #deepest: Position | undefined;

  constructor(history: History<Action>, model: Model<Action>, initial: KeyState) {
    const { definite, optional, earlier = new Map<number, readonly number[]>() } = history;
    this.#events = definite;
    this.#earlier = earlier;
    this.#optional = groupsOf(optional);
    this.#model = model;
    this.#initial = initial;
  }

  run(): HistoryVerdict {
    const start = {
      base: 0,
      placed: new Set<number>(),
      state: this.#initial,
      used: new Map<number, number>(),
    };
    const open: Position[] = [this.#placeObservers(start)];
    for (let position = open.pop(); position !== undefined; position = open.pop()) {
      if (position.base >= this.#events.length) return { kind: 'linearizable' };
      if (this.#deepest === undefined || position.base > this.#deepest.base) this.#deepest = position;
      if (this.#seen.size > STATES_MAX)
        return { kind: 'violation', explanation: 'not decided: too many states' };
      for (const next of this.#successors(position)) {
        const name = nameOf(next);
        if (this.#seen.has(name)) continue;
        this.#seen.add(name);
        open.push(next);
      }
    }
    return { kind: 'violation', explanation: this.#explain() };
  }

  *#successors(position: Position): Generator<Position> {
    const { firstEnd, candidates } = this.#candidates(position);
    for (const at of candidates) {
      const { action } = this.#event(at);
      const outcome = this.#model.after(position.state, action);
      if (outcome !== 'impossible') yield this.#placeObservers(this.#place(position, at, outcome.state));
      else yield* this.#afterOptional(position, at, firstEnd);
    }
  }

  /** Where an event can be placed that needs an optional one before it. */
  *#afterOptional(position: Position, at: number, firstEnd: number): Generator<Position> {
    for (const [group, { action, begins }] of this.#optional.entries()) {
      const times = position.used.get(group) ?? 0;
      if ((begins[times] ?? Infinity) > firstEnd) continue;
      const changed = this.#model.after(position.state, action);
      if (changed === 'impossible') continue;
      const outcome = this.#model.after(changed.state, this.#event(at).action);
      if (outcome === 'impossible') continue;
      const used = new Map(position.used).set(group, times + 1);
      yield this.#placeObservers(this.#place({ ...position, used }, at, outcome.state));
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
      if ((this.#earlier.get(at) ?? []).every((other) => other < base || placed.has(other)))
        candidates.push(at);
      firstEnd = Math.min(firstEnd, endedAt);
    }
    return { firstEnd, candidates };
  }

  /** What only looks and fits the state now, or has nothing left to do, is placed at once: it changes nothing for anybody. */
  #placeObservers(from: Position): Position {
    let position = from;
    for (;;) {
      const at = this.#candidates(position).candidates.find((candidate) => {
        const { action } = this.#event(candidate);
        if (this.#model.isSpent?.(position.state, action) === true) return true;
        return this.#model.observes(action) && this.#model.after(position.state, action) !== 'impossible';
      });
      if (at === undefined) return position;
      position = this.#place(position, at, position.state);
    }
  }

  #place(position: Position, at: number, state: KeyState): Position {
    const placed = new Set(position.placed).add(at);
    let { base } = position;
    for (; placed.delete(base); base += 1);
    return { base, placed, state, used: position.used };
  }

  #event(at: number): HistoryEvent<Action> {
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

function groupsOf<Action extends { readonly kind: string }>(
  events: readonly HistoryEvent<Action>[],
): readonly OptionalGroup<Action>[] {
  const groups = new Map<string, { readonly action: Action; readonly begins: number[] }>();
  for (const { action, beganAt } of events) {
    const group = groups.get(describe(action)) ?? { action, begins: [] };
    groups.set(describe(action), group);
    group.begins.push(beganAt);
  }
  return [...groups.values()].map(({ action, begins }) => ({ action, begins: begins.sort((a, b) => a - b) }));
}

function nameOf({ base, placed, state, used }: Position): string {
  const places = [...placed].sort((a, b) => a - b).join();
  const taken = [...used].map(([group, times]) => `${group}:${times}`).sort();
  return `${base}|${places}|${state}|${taken.join()}`;
}

function describe(action: { readonly kind: string }): string {
  const { kind, ...rest } = action;
  const details = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [kind, ...details].join(' ');
}
