// The policy of a browser upload: what a form may contain, as the signer of the form decided it.
//
// Owns the policy document and its judgement of a form. Refuses signatures (sigv4.ts): a policy is looked at only after
// the signature over it was verified. Every field of a form must be covered by a condition, so that a visitor can add
// nothing that the signer did not think of.

import { S3Error } from '../contracts/s3-errors.ts';

type Match = 'eq' | 'starts-with';

type Condition =
  | { readonly kind: Match; readonly field: string; readonly value: string; readonly source: string }
  | { readonly kind: 'content-length-range'; readonly minBytes: number; readonly maxBytes: number };

export interface PostPolicy {
  readonly expiresMs: number;
  readonly conditions: readonly Condition[];
}

/** Fields that carry the policy and its signature, and so need no condition. */
const UNCOVERED_FIELDS: ReadonlySet<string> = new Set([
  'policy',
  'x-amz-signature',
  'awsaccesskeyid',
  'signature',
  'file',
]);
/** With line breaks, as many encoders put them in. */
const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;
const IGNORED_PREFIX = 'x-ignore-';
const EXPIRATION_PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

/** Reads the `policy` field of a form. */
export function parsePostPolicy(base64: string): PostPolicy {
  if (!BASE64.test(base64)) throw invalid('invalid Base64 encoding.');
  const document = jsonOf(Buffer.from(base64, 'base64').toString('utf8'));
  if (!isRecord(document)) throw invalid('Invalid JSON.');
  const { expiration, conditions, ...others } = document;
  const [unexpected] = Object.keys(others);
  if (unexpected !== undefined) throw invalid(`Unexpected: ${JSON.stringify(unexpected)}`);
  if (expiration === undefined) throw invalid('Policy missing expiration.');
  if (typeof expiration !== 'string') throw invalid('Invalid JSON.');
  const expiresMs = EXPIRATION_PATTERN.test(expiration) ? Date.parse(expiration) : Number.NaN;
  if (Number.isNaN(expiresMs)) throw invalid(`Invalid 'expiration' value: '${expiration}'`);
  if (conditions === undefined) throw invalid('Policy missing conditions.');
  if (!Array.isArray(conditions)) throw invalid("Invalid 'conditions' value: must be a List.");
  return { expiresMs, conditions: conditions.flatMap(parseCondition) };
}

/** Checks a form against its policy. `fields` have lower-case names, and the bucket under `bucket`. */
export function checkPostPolicy(
  policy: PostPolicy,
  fields: ReadonlyMap<string, string>,
  nowMs: number,
): void {
  if (nowMs > policy.expiresMs) throw denied('Policy expired.');
  const covered = new Set<string>();
  for (const condition of policy.conditions) {
    if (condition.kind === 'content-length-range') continue;
    covered.add(condition.field);
    const value = fields.get(condition.field);
    if (value === undefined || !holds(condition.kind, condition.field, value, condition.value)) {
      throw denied(`Policy Condition failed: ${condition.source}`);
    }
  }
  const extra = [...fields.keys()].filter((name) => !covered.has(name) && needsCover(name));
  if (extra.length > 0) throw denied(`Extra input fields: ${extra.join(', ')}`);
}

/** Checks the length of the file against the policy. */
export function checkFileLength(policy: PostPolicy, lengthBytes: number): void {
  for (const condition of policy.conditions) {
    if (condition.kind !== 'content-length-range') continue;
    const { minBytes, maxBytes } = condition;
    const ProposedSize = String(lengthBytes);
    if (lengthBytes > maxBytes) {
      throw new S3Error('EntityTooLarge', undefined, {
        fields: { ProposedSize, MaxSizeAllowed: String(maxBytes) },
      });
    }
    if (lengthBytes < minBytes) {
      throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
        fields: { ProposedSize, MinSizeAllowed: String(minBytes) },
      });
    }
  }
}

function needsCover(name: string): boolean {
  return !UNCOVERED_FIELDS.has(name) && !name.startsWith(IGNORED_PREFIX);
}

function holds(match: Match, field: string, value: string, wanted: string): boolean {
  if (match === 'eq') return value === wanted;
  // AWS: a content type may be a list, each entry of which has to fit.
  const values = field === 'content-type' ? value.split(',').map((entry) => entry.trim()) : [value];
  return values.every((entry) => entry.startsWith(wanted));
}

/** `{"field": "value", …}`, `["eq" | "starts-with", "$field", "value"]` or `["content-length-range", min, max]`. */
function parseCondition(condition: unknown): readonly Condition[] {
  if (Array.isArray(condition)) return [parseListCondition(condition)];
  if (!isRecord(condition)) throw invalid('Invalid condition test: must be a List or Object.');
  const [entry, ...others] = Object.entries(condition);
  if (entry === undefined || others.length > 0)
    throw invalid('Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.');
  const [name, value] = entry;
  if (typeof value !== 'string' && typeof value !== 'number')
    throw invalid('Invalid Simple-Condition: value must be a string.');
  return [fieldCondition('eq', `$${name}`, String(value), ', ')];
}

function parseListCondition(condition: readonly unknown[]): Condition {
  const [match, first, second] = condition;
  const kind = typeof match === 'string' ? match.toLowerCase() : '';
  if (kind === '') throw invalid('Invalid Condition: missing operation identifier.');
  if (kind !== 'eq' && kind !== 'starts-with' && kind !== 'content-length-range')
    throw invalid(`Invalid Condition: unknown operation '${kind}'.`);
  if (condition.length !== 3) throw invalid(`Invalid ${kind}: wrong number of arguments.`);
  if (kind === 'content-length-range') {
    return { kind, minBytes: lengthOf(first), maxBytes: lengthOf(second) };
  }
  return fieldCondition(kind, textOf(first), textOf(second));
}

/** AWS tells which condition failed: a list as most encoders write it, an object as a list of its own. */
function fieldCondition(kind: Match, name: string, value: string, comma = ','): Condition {
  return {
    kind,
    // A name without `$` is that of no field, and what is asked of it never holds.
    field: name.startsWith('$') ? name.slice(1).toLowerCase() : '',
    value,
    source: `[${[kind, name, value].map((entry) => JSON.stringify(entry)).join(comma)}]`,
  };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw invalid('Invalid JSON.');
}

function lengthOf(value: unknown): number {
  const text = textOf(value);
  if (!/^\d{1,15}$/.test(text)) throw invalid('Invalid JSON.');
  return Number(text);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new S3Error('InvalidPolicyDocument', 'Invalid Policy: Invalid JSON.', {}, error);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(what: string): S3Error {
  return new S3Error('InvalidPolicyDocument', `Invalid Policy: ${what}`);
}

function denied(what: string): S3Error {
  return new S3Error('AccessDenied', `Invalid according to Policy: ${what}`);
}
