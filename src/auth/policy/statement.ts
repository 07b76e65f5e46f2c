// One statement of a policy, compiled, and whether it speaks of a request.
//
// Invariant: what is not understood never widens access. An Allow that has such a part matches nothing; a Deny matches
// as if that part were true.

import type { Condition } from './condition.ts';
import type { RequestValues } from './pattern.ts';
import type { Caller, Principals, Reach } from './principal.ts';

/** What is asked of a policy. */
export interface PolicyQuestion {
  /** Lower case: `s3:getobject`. */
  readonly action: string;
  /** `arn:aws:s3:::bucket` or `arn:aws:s3:::bucket/key`. */
  readonly resource: string;
  readonly caller: Caller;
  readonly values: RequestValues;
}

/** Something that a text of the request is compared with. */
export interface TextMatcher {
  matches(text: string, values: RequestValues): boolean;
  /** Whether the request has a value for each of its variables. */
  isKnown(values: RequestValues): boolean;
}

/** A list that must, or with `inverted` must not, have the subject in it. */
export interface Matcher {
  readonly inverted: boolean;
  readonly entries: readonly TextMatcher[];
}

export interface Statement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  /** Absent in policies of identities. */
  readonly principals?: { readonly inverted: boolean; readonly list: Principals };
  readonly actions: Matcher;
  readonly resources: Matcher;
  readonly conditions: readonly Condition[];
  /** Some part could not be understood. */
  readonly unsupported: boolean;
}

/** How a statement speaks of a request: not at all, of its caller's account, or of its caller. */
export function reachOfStatement(statement: Statement, question: PolicyQuestion): Reach {
  if (statement.unsupported && statement.effect === 'Allow') return 'none';
  const reach = reachOfPrincipals(statement, question.caller);
  if (reach === 'none') return 'none';
  const { values } = question;
  const speaks =
    includes(statement, 'actions', question) &&
    includes(statement, 'resources', question) &&
    statement.conditions.every((condition) => condition.unsupported || condition.holds(values));
  return speaks ? reach : 'none';
}

function reachOfPrincipals({ principals }: Statement, caller: Caller): Reach {
  if (principals === undefined) return 'principal';
  const reach = principals.list.reachOf(caller);
  if (!principals.inverted) return reach;
  return reach === 'none' ? 'principal' : 'none';
}

function includes(
  statement: Statement,
  list: 'actions' | 'resources',
  { action, resource, values }: PolicyQuestion,
): boolean {
  const { inverted, entries } = statement[list];
  const subject = list === 'actions' ? action : resource;
  if (!inverted) return entries.some((entry) => entry.matches(subject, values));
  // "Everything but" something that the request cannot name: only a Deny may take that for everything.
  const nameless = entries.some((entry) => !entry.isKnown(values));
  if (nameless) return statement.effect === 'Deny';
  return !entries.some((entry) => entry.matches(subject, values));
}
