// What was asked of one key and what was answered, and whether a single register could have answered so.
//
// Owns: the register, and what operations of unknown outcome may have done to it; the search is linearizability.ts. Every write has a
// value of its own, which is what makes histories of thousands of operations cheap to check.
// Invariants:
//   1. An operation whose outcome is unknown (a timeout, a 5xx) may have happened at any time after it began, or never.
//   2. A definite operation happened once, between its beginning and its end.

import {
  checkHistory,
  type History,
  type HistoryEvent,
  type HistoryVerdict,
  type Model,
} from './linearizability.ts';

/** The state of a key: the identity of its value, or undefined when there is none. */
export type RegisterValue = string | undefined;

export type RegisterAction =
  | { readonly kind: 'write'; readonly value: string }
  | { readonly kind: 'remove' }
  /** A deletion with `If-Match` that was granted, or the end that a lifecycle rule makes of one write. One that was refused is a refused swap. */
  | { readonly kind: 'remove-if'; readonly from: string }
  | { readonly kind: 'read'; readonly value: RegisterValue }
  /** `If-None-Match: *` that was granted, and one that was refused. */
  | { readonly kind: 'create'; readonly value: string }
  | { readonly kind: 'create-refused' }
  /** `If-Match` that was granted, and one that was refused. */
  | { readonly kind: 'swap'; readonly from: string; readonly value: string }
  | { readonly kind: 'swap-refused'; readonly from: string };

export type RegisterEvent = HistoryEvent<RegisterAction>;

/**
 * Whether one register explains every definite answer. With `lifetimeMs` a lifecycle rule may end each write, once, when it is that old:
 * not earlier, and never the write that came after it.
 */
export function checkRegister(events: readonly RegisterEvent[], lifetimeMs?: number): HistoryVerdict {
  const { definite, optional } = settle(events);
  const ends = lifetimeMs === undefined ? [] : events.flatMap((event) => expiryOf(event, lifetimeMs));
  return checkHistory({ definite, optional: [...optional, ...ends] }, REGISTER);
}

function expiryOf({ action, beganAt }: RegisterEvent, lifetimeMs: number): RegisterEvent[] {
  if (!('value' in action) || action.kind === 'read') return [];
  const end = { kind: 'remove-if', from: action.value } as const;
  return [{ action: end, beganAt: beganAt + lifetimeMs, endedAt: Infinity, by: 'the rule' }];
}

/**
 * A write of unknown outcome that nobody read can be left out: whatever order explains the history with it explains it
 * without, but for refusals: what stood in their way may have been that very write, so they tell nothing once it may have happened.
 * One that was read happened before the first answer that shows it. Removals of unknown outcome stay optional.
 */
function settle(events: readonly RegisterEvent[]): History<RegisterAction> {
  const seenAt = new Map<string, number>();
  for (const { action, endedAt } of events) {
    const value = seenBy(action);
    if (value !== undefined) seenAt.set(value, Math.min(seenAt.get(value) ?? Infinity, endedAt));
  }
  const definite: RegisterEvent[] = [];
  const optional: RegisterEvent[] = [];
  let unreadSince = Infinity;
  for (const event of events) {
    const { action } = event;
    if (Number.isFinite(event.endedAt)) definite.push(event);
    else if (action.kind === 'remove' || action.kind === 'remove-if') optional.push(event);
    else if ('value' in action && action.kind !== 'read') {
      const endedAt = seenAt.get(action.value) ?? Infinity;
      if (Number.isFinite(endedAt)) definite.push({ ...event, endedAt });
      else unreadSince = Math.min(unreadSince, event.beganAt);
    }
  }
  const byTime = (a: RegisterEvent, b: RegisterEvent): number => a.beganAt - b.beganAt;
  const telling = definite.filter(({ action, endedAt }) => !isRefusal(action) || endedAt < unreadSince);
  return { definite: telling.sort(byTime), optional };
}

function isRefusal({ kind }: RegisterAction): boolean {
  return kind === 'create-refused' || kind === 'swap-refused';
}

/** The value that a definite answer proves to have been there. */
function seenBy(action: RegisterAction): string | undefined {
  if (action.kind === 'read') return action.value;
  return action.kind === 'swap' || action.kind === 'remove-if' ? action.from : undefined;
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
    case 'remove-if':
      return state === action.from;
    case 'swap-refused':
      return state !== action.from;
  }
}

const OBSERVERS: ReadonlySet<RegisterAction['kind']> = new Set(['read', 'create-refused', 'swap-refused']);

const REGISTER: Model<RegisterAction> = { after, observes: ({ kind }) => OBSERVERS.has(kind) };
