// Policy documents: read strictly when a client puts one on a bucket, leniently but without ever widening when an identity
// store hands one over; and what all statements together say of a request.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html; the words of PutBucketPolicy's
// refusals are AWS's.

import { BUCKET_POLICY_BYTES_MAX, POLICY_STATEMENTS_MAX, POLICY_VALUES_MAX } from '../../core/limits.ts';
import { actionsNamedBy, levelOfAction } from './actions.ts';
import { keyAppliesTo, asksForObject, ruleOfKey } from './condition-keys.ts';
import { compileCondition, parseOperator, type Condition, type ConditionText } from './condition.ts';
import { parseIpRange } from './ip-range.ts';
import { Pattern } from './pattern.ts';
import { Principals, type PrincipalAliases } from './principal.ts';
import { reachOfStatement, type Matcher, type PolicyQuestion, type Statement } from './statement.ts';

/** What a policy says of a request. `account`: it hands the decision to the account of the caller. */
export type PolicyVerdict = 'deny' | 'allow' | 'allow-account' | 'none';

export interface Policy {
  readonly statements: readonly Statement[];
  /** Some condition asks for a property of the stored object. */
  readonly asksForObject: boolean;
}

/** Why a document is no policy, in AWS's words. */
export class PolicyProblem extends Error {
  override readonly name = 'PolicyProblem';
}

type Json = Readonly<Record<string, unknown>>;

const VERSION_WITH_VARIABLES = '2012-10-17';
const VERSIONS: ReadonlySet<string> = new Set([VERSION_WITH_VARIABLES, '2008-10-17']);
const DOCUMENT_FIELDS: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement']);
const STATEMENT_FIELDS: ReadonlySet<string> = new Set([
  ...[
    'Sid',
    'Effect',
    'Principal',
    'NotPrincipal',
    'Action',
    'NotAction',
    'Resource',
    'NotResource',
    'Condition',
  ],
]);
const RESOURCE_PREFIX = /^arn:aws[a-z-]*:s3:::/;
const ACTION = /^(\*|s3:[A-Za-z*?]+)$/i;

/** What all statements together say: an explicit Deny wins over every Allow. */
export function evaluate(policy: Policy, question: PolicyQuestion): PolicyVerdict {
  let verdict: PolicyVerdict = 'none';
  for (const statement of policy.statements) {
    const reach = reachOfStatement(statement, question);
    if (reach === 'none') continue;
    if (statement.effect === 'Deny') return 'deny';
    if (verdict !== 'allow') verdict = reach === 'principal' ? 'allow' : 'allow-account';
  }
  return verdict;
}

export interface BucketPolicyRules {
  /** The bucket that the policy lies on: its statements may speak of nothing else. */
  readonly bucket: string;
  readonly aliases?: PrincipalAliases;
}

/** Reads the policy of a bucket; throws PolicyProblem with AWS's words where it is none. */
export function parseBucketPolicy(text: string, rules: BucketPolicyRules): Policy {
  const { version, statements } = openDocument(text);
  return policyOf(
    statements.map((statement) => {
      checkFields(statement);
      return bucketStatement(statement, rules, version === VERSION_WITH_VARIABLES);
    }),
  );
}

/** Reads the policy of an identity; throws PolicyProblem for what is no policy document at all. */
export function parseIdentityPolicy(text: string): Policy {
  const { version, statements } = openDocument(text);
  return policyOf(
    statements.map((statement) => identityStatement(statement, version === VERSION_WITH_VARIABLES)),
  );
}

function policyOf(statements: readonly Statement[]): Policy {
  const conditions = statements.flatMap((statement) => statement.conditions);
  return { statements, asksForObject: conditions.some(({ key }) => asksForObject(key)) };
}

function openDocument(text: string): { version: string; statements: readonly Json[] } {
  if (Buffer.byteLength(text) > BUCKET_POLICY_BYTES_MAX) {
    throw new PolicyProblem('The policy exceeds the maximum allowed document size.');
  }
  if (!text.trimStart().startsWith('{')) {
    throw new PolicyProblem("Policies must be valid JSON and the first byte must be '{'");
  }
  const document = parseJson(text);
  const unknown = Object.keys(document).find((name) => !DOCUMENT_FIELDS.has(name));
  const { Version: version = '2008-10-17', Statement: statement } = document;
  if (statement === undefined) throw new PolicyProblem('Missing required field Statement');
  if (unknown !== undefined) throw new PolicyProblem(`Unknown field ${unknown.slice(0, 100)}`);
  if (typeof version !== 'string' || !VERSIONS.has(version)) {
    throw new PolicyProblem('The policy must contain a valid version string');
  }
  const statements: unknown[] = Array.isArray(statement) ? statement : [statement];
  if (statements.length === 0) throw new PolicyProblem('Could not parse the policy: Statement is empty!');
  if (statements.length > POLICY_STATEMENTS_MAX)
    throw new PolicyProblem('The policy has too many statements.');
  if (!statements.every(isObject)) throw new PolicyProblem('This policy contains invalid Json');
  return { version, statements };
}

function parseJson(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Said below: where JSON breaks is of no use to whoever reads an S3 error.
  }
  throw new PolicyProblem('This policy contains invalid Json');
}

function checkFields(statement: Json): void {
  const unknown = Object.keys(statement).find((name) => !STATEMENT_FIELDS.has(name));
  if (unknown !== undefined) throw new PolicyProblem(`Unknown field ${unknown.slice(0, 100)}`);
}

function bucketStatement(statement: Json, rules: BucketPolicyRules, variables: boolean): Statement {
  const effect = strictEffect(statement);
  const principals = strictPrincipals(statement, effect, rules.aliases);
  const resources = strictResources(statement, rules.bucket, variables);
  const actions = strictActions(statement);
  const conditions = conditionTexts(statement['Condition']);
  const named = actions.inverted ? [] : actions.texts.filter((text) => !/[*?]/.test(text));
  for (const condition of conditions) checkCondition(condition, named);
  if (!actions.inverted && !resources.inverted) checkLevels(actions.texts, resources.entries, rules.bucket);
  return {
    ...sidOf(statement),
    effect,
    principals,
    actions: { inverted: actions.inverted, entries: actions.texts.map(actionPattern) },
    resources,
    ...compiledConditions(conditions, variables),
  };
}

function strictEffect(statement: Json): 'Allow' | 'Deny' {
  const { Effect: effect } = statement;
  if (effect === undefined) throw new PolicyProblem('Missing required field Effect');
  if (effect === 'Allow' || effect === 'Deny') return effect;
  throw new PolicyProblem(`Invalid effect: ${typeof effect === 'string' ? effect.slice(0, 100) : ''}`);
}

function strictPrincipals(
  statement: Json,
  effect: 'Allow' | 'Deny',
  aliases: PrincipalAliases | undefined,
): NonNullable<Statement['principals']> {
  const { inverted, value } = oneOf(statement, 'Principal', 'NotPrincipal');
  if (inverted && effect === 'Allow') throw new PolicyProblem('Allow with NotPrincipal is not allowed.');
  const list = Principals.parse(value, aliases);
  if (list === undefined) throw new PolicyProblem('Invalid principal in policy');
  return { inverted, list };
}

function strictResources(
  statement: Json,
  bucket: string,
  variables: boolean,
): { inverted: boolean; entries: readonly Pattern[] } {
  const { inverted, value } = oneOf(statement, 'Resource', 'NotResource');
  const texts = textsOf(value);
  const entries = texts?.map((text) => new Pattern(text, { wildcards: true, variables })) ?? [];
  const ours = (text: string, entry: Pattern): boolean => {
    if (text === '*') return true;
    const prefix = RESOURCE_PREFIX.exec(text)?.[0];
    if (prefix === undefined || entry.malformed) return false;
    return entry.couldBegin(`${prefix}${bucket}/`) || entry.matches(`${prefix}${bucket}`, () => undefined);
  };
  if (entries.length === 0 || !entries.every((entry, index) => ours(texts?.[index] ?? '', entry))) {
    throw new PolicyProblem('Policy has invalid resource');
  }
  return { inverted, entries };
}

function strictActions(statement: Json): { inverted: boolean; texts: readonly string[] } {
  const { inverted, value } = oneOf(statement, 'Action', 'NotAction');
  const texts = textsOf(value) ?? [];
  const known = (text: string): boolean => ACTION.test(text) && actionsNamedBy(text).length > 0;
  if (texts.length === 0 || !texts.every(known)) throw new PolicyProblem('Policy has invalid action');
  return { inverted, texts };
}

function oneOf(statement: Json, name: string, opposite: string): { inverted: boolean; value: unknown } {
  const inverted = statement[opposite] !== undefined;
  const value = inverted ? statement[opposite] : statement[name];
  if (value === undefined) throw new PolicyProblem(`Missing required field ${name}`);
  if (inverted && statement[name] !== undefined) {
    throw new PolicyProblem(`Statement cannot have both ${name} and ${opposite}`);
  }
  return { inverted, value };
}

/** An action that is done to objects needs a resource that can be an object, any other one the bucket itself. */
function checkLevels(actions: readonly string[], resources: readonly Pattern[], bucket: string): void {
  const nothing = (): undefined => undefined;
  const namesBucket = resources.some((entry) => entry.matches(`arn:aws:s3:::${bucket}`, nothing));
  const namesObjects = resources.some((entry) => entry.couldBegin(`arn:aws:s3:::${bucket}/`));
  for (const text of actions) {
    if (text === '*' || text.toLowerCase() === 's3:*') continue;
    const levels = new Set(actionsNamedBy(text).map(levelOfAction));
    if (levels.has('object') ? !namesObjects : !namesBucket) {
      throw new PolicyProblem('Action does not apply to any resource(s) in statement');
    }
  }
}

function checkCondition({ operator, key, wanted }: ConditionText, actions: readonly string[]): void {
  if (parseOperator(operator) === undefined) {
    throw new PolicyProblem(`Invalid Condition type : ${operator.slice(0, 100)}`);
  }
  const rule = ruleOfKey(key.toLowerCase());
  if (rule === undefined) throw new PolicyProblem('Policy has an invalid condition key');
  if (!actions.every((action) => keyAppliesTo(rule, action.toLowerCase()))) {
    throw new PolicyProblem('Conditions do not apply to combination of actions and resources in statement');
  }
  const isAddress = (text: string): boolean => text.includes('${') || parseIpRange(text) !== undefined;
  if (rule.addresses === true && !wanted.every(isAddress)) {
    throw new PolicyProblem('Invalid IP address in Conditions');
  }
}

/** What cannot be understood here is kept as `unsupported`: an identity's policy is not ours to refuse. */
function identityStatement(statement: Json, variables: boolean): Statement {
  const effect = statement['Effect'] === 'Allow' ? 'Allow' : 'Deny';
  let unsupported = Object.keys(statement).some(
    (name) => !STATEMENT_FIELDS.has(name) || name.endsWith('Principal'),
  );
  const doubt = (): [] => {
    unsupported = true;
    return [];
  };
  const list = (name: string, compile: (text: string) => Pattern): Matcher => {
    const inverted = statement[name] === undefined && statement[`Not${name}`] !== undefined;
    const texts = textsOf(inverted ? statement[`Not${name}`] : statement[name]) ?? doubt();
    const entries = texts.map(compile);
    const clear = entries.filter((entry) => !isUnclear(entry));
    if (clear.length === entries.length && entries.length > 0) return { inverted, entries };
    doubt();
    // For a Deny the doubtful part counts as true.
    return inverted && clear.length > 0 ? { inverted, entries: clear } : EVERYTHING;
  };
  const actions = list('Action', actionPattern);
  const resources = list('Resource', (text) => new Pattern(text, { wildcards: true, variables }));
  const texts = lenientConditions(statement['Condition']) ?? doubt();
  const compiled = compiledConditions(texts, variables);
  return {
    ...sidOf(statement),
    effect,
    actions,
    resources,
    ...compiled,
    unsupported: unsupported || compiled.unsupported,
  };
}

const EVERYTHING: Matcher = {
  inverted: false,
  entries: [new Pattern('*', { wildcards: true, variables: false })],
};

function isUnclear(pattern: Pattern): boolean {
  return pattern.malformed || pattern.variables.some((name) => ruleOfKey(name)?.supported !== true);
}

function actionPattern(text: string): Pattern {
  return new Pattern(text, { wildcards: true, variables: false, ignoreCase: true });
}

function compiledConditions(
  texts: readonly ConditionText[],
  variables: boolean,
): { conditions: readonly Condition[]; unsupported: boolean } {
  const conditions = texts.map((text) => compileCondition(text, variables));
  return { conditions, unsupported: conditions.some((condition) => condition.unsupported) };
}

function lenientConditions(value: unknown): readonly ConditionText[] | undefined {
  try {
    return conditionTexts(value);
  } catch {
    // The one thing it throws is PolicyProblem; the caller marks the statement.
    return undefined;
  }
}

function conditionTexts(value: unknown): readonly ConditionText[] {
  if (value === undefined) return [];
  if (!isObject(value)) throw new PolicyProblem('This policy contains invalid Json');
  const texts: ConditionText[] = [];
  for (const [operator, keys] of Object.entries(value)) {
    if (!isObject(keys)) throw new PolicyProblem('This policy contains invalid Json');
    for (const [key, values] of Object.entries(keys)) {
      const wanted = scalarsOf(values);
      if (wanted === undefined) throw new PolicyProblem('This policy contains invalid Json');
      texts.push({ operator, key, wanted });
    }
  }
  if (texts.length > POLICY_VALUES_MAX) throw new PolicyProblem('The policy has too many conditions.');
  return texts;
}

/** Texts, numbers and booleans alone or in a list, as texts. */
function scalarsOf(value: unknown): readonly string[] | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const isScalar = (one: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof one);
  return list.length <= POLICY_VALUES_MAX && list.every(isScalar) ? list.map(String) : undefined;
}

/** One text or a list of them; undefined for anything else, and for empty ones. */
function textsOf(value: unknown): readonly string[] | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const isText = (one: unknown): one is string => typeof one === 'string' && one !== '';
  return list.length > 0 && list.length <= POLICY_VALUES_MAX && list.every(isText) ? list : undefined;
}

function sidOf(statement: Json): { sid?: string } {
  const { Sid: sid } = statement;
  return typeof sid === 'string' ? { sid } : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
