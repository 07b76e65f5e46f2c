// What may not change in a published schema: whatever was valid stays valid, and what readers of replies count on stays there.
//
// Looks at the keywords our schemas use. Anything it cannot compare (a changed pattern) counts as narrowed.

import type { JsonObject, OperationSource } from './sources.ts';

export type Direction = 'request' | 'reply';

/** Keywords whose value may only fall, or only rise. */
const LOWER_BOUNDS = ['minimum', 'minLength', 'minItems', 'minProperties'];
const UPPER_BOUNDS = ['maximum', 'maxLength', 'maxItems', 'maxProperties'];

/** Every way in which `after` breaks a user of `before`, in words. */
export function incompatibilities(
  before: JsonObject,
  after: JsonObject,
  direction: Direction,
  place = '$',
): string[] {
  return [
    ...requiredFields(before, after, direction),
    ...properties(before, after),
    ...boundsAndValues(before, after),
  ]
    .map((problem) => `${place}: ${problem}`)
    .concat(nested(before, after, direction, place));
}

/** Every way in which the operations of `after` break a caller of those of `before`. */
export function brokenPromises(
  before: readonly OperationSource[],
  after: readonly OperationSource[],
): string[] {
  const current = new Map(after.map((operation) => [operation.name, operation]));
  return before.flatMap((was) => {
    const is = current.get(was.name);
    const problems = is === undefined ? ['was removed'] : changesOf(was, is);
    return problems.map((problem) => `${was.name} ${problem}`);
  });
}

function changesOf(was: OperationSource, is: OperationSource): string[] {
  const heard = new Set([is.subject, ...is.aliases]);
  const deaf = [was.subject, ...was.aliases].filter((subject) => !heard.has(subject));
  const headers = was.replyHeaders.filter((header) => !is.replyHeaders.includes(header));
  return [
    ...deaf.map((subject) => `is no longer heard on ${subject}`),
    ...headers.map((header) => `no longer has the reply header ${header}`),
    ...(was.nodeSubject === is.nodeSubject ? [] : [`is no longer heard on ${was.nodeSubject}`]),
    ...(was.queueGroup === is.queueGroup ? [] : ['has another queue group']),
    ...(was.takesBody === is.takesBody ? [] : ['changed whether it takes a body']),
    ...(was.returnsBody === is.returnsBody ? [] : ['changed whether it returns a body']),
    ...(was.readOnly && !is.readOnly ? ['is no longer safe to repeat'] : []),
    ...(was.requestSchema === is.requestSchema ? [] : ['has another request schema']),
    ...(was.replySchema === is.replySchema ? [] : ['has another reply schema']),
  ];
}

function requiredFields(before: JsonObject, after: JsonObject, direction: Direction): string[] {
  const was = texts(before['required']);
  const is = texts(after['required']);
  const added = is.filter((name) => !was.includes(name)).map((name) => `${name} became required`);
  if (direction === 'request') return added;
  return [
    ...added,
    ...was.filter((name) => !is.includes(name)).map((name) => `${name} is no longer certain`),
  ];
}

function properties(before: JsonObject, after: JsonObject): string[] {
  const is = after['properties'];
  if (before['properties'] === undefined) return [];
  const names = Object.keys(before['properties'] as JsonObject);
  return names.filter((name) => !isObject(is) || !(name in is)).map((name) => `${name} was removed`);
}

function boundsAndValues(before: JsonObject, after: JsonObject): string[] {
  const problems: string[] = [];
  for (const name of LOWER_BOUNDS) {
    if (bound(after, name, -Infinity) > bound(before, name, -Infinity)) problems.push(`${name} was raised`);
  }
  for (const name of UPPER_BOUNDS) {
    if (bound(after, name, Infinity) < bound(before, name, Infinity)) problems.push(`${name} was lowered`);
  }
  if (after['pattern'] !== undefined && after['pattern'] !== before['pattern'])
    problems.push('pattern changed');
  if (after['additionalProperties'] === false && before['additionalProperties'] !== false) {
    problems.push('additional properties are no longer allowed');
  }
  return [...problems, ...lostChoices(before, after, 'type'), ...lostChoices(before, after, 'enum')];
}

/** Types and enum values that were allowed and are no longer. Without the keyword everything is allowed. */
function lostChoices(before: JsonObject, after: JsonObject, keyword: 'type' | 'enum'): string[] {
  if (after[keyword] === undefined) return [];
  const is = choices(after[keyword]);
  const was = before[keyword] === undefined ? ['anything'] : choices(before[keyword]);
  const lost = was.filter(
    (choice) => !is.includes(choice) && !(choice === 'integer' && is.includes('number')),
  );
  return lost.length === 0 ? [] : [`${keyword} ${lost.map(String).join(', ')} is no longer allowed`];
}

function nested(before: JsonObject, after: JsonObject, direction: Direction, place: string): string[] {
  const problems: string[] = [];
  for (const name of ['items', 'propertyNames', 'additionalProperties']) {
    const [was, is] = [before[name], after[name]];
    if (!isObject(is)) continue;
    problems.push(...incompatibilities(isObject(was) ? was : {}, is, direction, `${place}.${name}`));
  }
  const [was, is] = [before['properties'], after['properties']];
  if (!isObject(was) || !isObject(is)) return problems;
  for (const [name, schema] of Object.entries(was)) {
    const now = is[name];
    if (!isObject(schema) || !isObject(now)) continue;
    problems.push(...incompatibilities(schema, now, direction, `${place}.${name}`));
  }
  return problems;
}

function choices(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function bound(schema: JsonObject, name: string, absent: number): number {
  const value = schema[name];
  return typeof value === 'number' ? value : absent;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
