// Conditions of a policy statement: operators, their quantifiers, and what an absent key means.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
// …reference_policies_multi-value-conditions.html.
//
// Invariants:
//  1. A condition that is not understood is `unsupported`, never simply true or false.
//  2. A positive operator is false when its key is absent, a negated one true; `…IfExists` and `ForAllValues:` make both true,
//     `ForAnyValue:` both false.

import { ruleOfKey } from './condition-keys.ts';
import { parseIpRange } from './ip-range.ts';
import { fillVariables, Pattern, type PatternRules, type RequestValues } from './pattern.ts';

/** Compares one value of the request with one value of the policy. */
type Test = (given: string, values: RequestValues) => boolean;

export interface Condition {
  /** Lower case. */
  readonly key: string;
  readonly unsupported: boolean;
  /** The operator as written, for those who judge policies. */
  readonly operator: string;
  readonly wanted: readonly string[];
  holds(values: RequestValues): boolean;
}

interface Operator {
  readonly negated: boolean;
  /** Undefined when the value of the policy cannot be compared with anything. */
  compile(wanted: string, variables: boolean): Test | undefined;
}

type Compile = Operator['compile'];

const byPattern =
  (rules: Omit<PatternRules, 'variables'>, arn = false): Compile =>
  (wanted, variables) => {
    const pattern = new Pattern(wanted, { ...rules, variables });
    if (pattern.malformed || pattern.variables.some((name) => ruleOfKey(name)?.supported !== true))
      return undefined;
    return arn
      ? (given, values) => pattern.matchesArn(given, values)
      : (given, values) => pattern.matches(given, values);
  };

/** Values that are compared as numbers; a request that has none of that kind satisfies nothing. */
const byOrder =
  (parse: (text: string) => number | undefined, holds: (given: number, wanted: number) => boolean): Compile =>
  (wanted, variables) => {
    const pattern = new Pattern(wanted, { wildcards: false, variables });
    if (pattern.variables.length === 0 && parse(wanted) === undefined) return undefined;
    return (given, values) => {
      const left = parse(given);
      const right = parse(fillVariables(pattern, values) ?? '');
      return left !== undefined && right !== undefined && holds(left, right);
    };
  };

const byBoolean: Compile = (wanted) => {
  const value = wanted.toLowerCase();
  return value === 'true' || value === 'false' ? (given) => given.toLowerCase() === value : undefined;
};

const byAddress: Compile = (wanted) => {
  const range = parseIpRange(wanted);
  return range === undefined ? undefined : (given) => range.contains(given);
};

const NUMBER = /^[+-]?\d{1,18}(\.\d{1,18})?$/;
const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/;

function parseNumber(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

/** ISO 8601, or seconds since 1970. */
function parseDate(text: string): number | undefined {
  const seconds = parseNumber(text);
  if (seconds !== undefined && !text.includes('-', 1)) return seconds * 1000;
  if (!DATE.test(text)) return undefined;
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

const equal = (given: number, wanted: number): boolean => given === wanted;
const less = (given: number, wanted: number): boolean => given < wanted;
const atMost = (given: number, wanted: number): boolean => given <= wanted;
const more = (given: number, wanted: number): boolean => given > wanted;
const atLeast = (given: number, wanted: number): boolean => given >= wanted;

const positive = (compile: Compile): Operator => ({ negated: false, compile });
const negated = (compile: Compile): Operator => ({ negated: true, compile });

const EXACT = byPattern({ wildcards: false });
const EXACT_IGNORING_CASE = byPattern({ wildcards: false, ignoreCase: true });
const LIKE = byPattern({ wildcards: true });
const ARN = byPattern({ wildcards: true }, true);

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', positive(EXACT)],
  ['StringNotEquals', negated(EXACT)],
  ['StringEqualsIgnoreCase', positive(EXACT_IGNORING_CASE)],
  ['StringNotEqualsIgnoreCase', negated(EXACT_IGNORING_CASE)],
  ['StringLike', positive(LIKE)],
  ['StringNotLike', negated(LIKE)],
  ['NumericEquals', positive(byOrder(parseNumber, equal))],
  ['NumericNotEquals', negated(byOrder(parseNumber, equal))],
  ['NumericLessThan', positive(byOrder(parseNumber, less))],
  ['NumericLessThanEquals', positive(byOrder(parseNumber, atMost))],
  ['NumericGreaterThan', positive(byOrder(parseNumber, more))],
  ['NumericGreaterThanEquals', positive(byOrder(parseNumber, atLeast))],
  ['DateEquals', positive(byOrder(parseDate, equal))],
  ['DateNotEquals', negated(byOrder(parseDate, equal))],
  ['DateLessThan', positive(byOrder(parseDate, less))],
  ['DateLessThanEquals', positive(byOrder(parseDate, atMost))],
  ['DateGreaterThan', positive(byOrder(parseDate, more))],
  ['DateGreaterThanEquals', positive(byOrder(parseDate, atLeast))],
  ['Bool', positive(byBoolean)],
  ['BinaryEquals', positive(EXACT)],
  ['IpAddress', positive(byAddress)],
  ['NotIpAddress', negated(byAddress)],
  ['ArnEquals', positive(ARN)],
  ['ArnLike', positive(ARN)],
  ['ArnNotEquals', negated(ARN)],
  ['ArnNotLike', negated(ARN)],
]);

type Quantifier = 'ForAllValues' | 'ForAnyValue';

interface OperatorName {
  readonly operator: Operator | 'null';
  readonly quantifier?: Quantifier;
  readonly ifExists: boolean;
}

const QUANTIFIED = /^(ForAllValues|ForAnyValue):(.+)$/;
const IF_EXISTS = 'IfExists';

/** Takes the name of an operator apart; undefined for a name that AWS does not have. */
export function parseOperator(name: string): OperatorName | undefined {
  const [, quantifier, quantified] = QUANTIFIED.exec(name) ?? [];
  const rest = quantified ?? name;
  const ifExists = rest.endsWith(IF_EXISTS);
  const base = ifExists ? rest.slice(0, -IF_EXISTS.length) : rest;
  const common = { ifExists, ...(quantifier === undefined ? {} : { quantifier: quantifier as Quantifier }) };
  if (base === 'Null')
    return ifExists || quantifier !== undefined ? undefined : { operator: 'null', ...common };
  const operator = OPERATORS.get(base);
  return operator === undefined ? undefined : { operator, ...common };
}

export interface ConditionText {
  readonly operator: string;
  readonly key: string;
  readonly wanted: readonly string[];
}

/** Compiles one key of one operator. `variables`: the policy's version has them. */
export function compileCondition(text: ConditionText, variables: boolean): Condition {
  const name = parseOperator(text.operator);
  const key = text.key.toLowerCase();
  const described = { key, operator: text.operator, wanted: text.wanted };
  const unsupported = { ...described, unsupported: true, holds: () => false };
  if (name === undefined || ruleOfKey(key)?.supported !== true) return unsupported;
  const { operator } = name;
  if (operator === 'null') {
    const absent = nullsOf(text.wanted);
    if (absent === undefined) return unsupported;
    return { ...described, unsupported: false, holds: (values) => absent.includes(isAbsent(values(key))) };
  }
  const tests = text.wanted.map((wanted) => operator.compile(wanted, variables));
  // Of several values one may be nonsense: the others still say what they say, but the whole is not understood.
  if (tests.includes(undefined)) return unsupported;
  const known = tests.filter((test) => test !== undefined);
  return {
    ...described,
    unsupported: false,
    holds: (values) => holdsFor(values, key, { ...name, operator, tests: known }),
  };
}

function nullsOf(wanted: readonly string[]): readonly boolean[] | undefined {
  const values = wanted.map((value) => value.toLowerCase());
  if (!values.every((value) => value === 'true' || value === 'false')) return undefined;
  return values.map((value) => value === 'true');
}

function isAbsent(value: string | readonly string[] | undefined): boolean {
  return value === undefined || (typeof value !== 'string' && value.length === 0);
}

interface Comparison {
  readonly operator: Operator;
  readonly quantifier?: Quantifier;
  readonly ifExists: boolean;
  readonly tests: readonly Test[];
}

function holdsFor(values: RequestValues, key: string, comparison: Comparison): boolean {
  const { operator, quantifier, ifExists, tests } = comparison;
  const given = values(key);
  if (given === undefined || isAbsent(given)) {
    if (ifExists || quantifier === 'ForAllValues') return true;
    return quantifier === undefined && operator.negated;
  }
  const list = typeof given === 'string' ? [given] : given;
  const satisfies = (value: string): boolean =>
    tests.some((test) => test(value, values)) !== operator.negated;
  if (quantifier === 'ForAllValues') return list.every(satisfies);
  // Without a quantifier a key of many values must not satisfy a negated operator by just one of them.
  return quantifier === undefined && operator.negated ? list.every(satisfies) : list.some(satisfies);
}
