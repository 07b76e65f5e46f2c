// Checks messages of the NATS API against their schemas. The only user of ajv.
//
// `null` means absent: Go's SDK structs send every field. So nulls are removed first (`withoutNulls`), then whatever is
// unknown is refused. Names are case-exact. Schemas are compiled once, when this module is loaded, and checking stops at
// the first error, so that a hostile message costs little.

import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { SCHEMAS } from './generated/schemas.ts';
import { isOperationName, operationNames, operations, type OperationName } from './operations.ts';

export type SchemaId = keyof typeof SCHEMAS;

const ajv = new Ajv2020({ strict: true, allErrors: false, verbose: true });

const validators = new Map<string, ValidateFunction>(
  Object.entries(SCHEMAS).map(([id, schema]) => [id, ajv.compile(schema)]),
);

/** Validators by operation, found with one look-up. */
const requestValidators = byOperation('requestSchema');
const replyValidators = byOperation('replySchema');

/** What is wrong with the parameters of a request, naming the field; `undefined` when nothing is. */
export function validateRequest(operation: string, parameters: unknown): string | undefined {
  if (!isOperationName(operation)) return `unknown operation ${operation}`;
  return problemOf(requestValidators[operation], parameters);
}

/** The same for the result of a reply. */
export function validateReply(operation: OperationName, result: unknown): string | undefined {
  return problemOf(replyValidators[operation], result);
}

/** Checks any message by the name of its schema, such as `error.v1`. */
export function validateMessage(schema: SchemaId, message: unknown): string | undefined {
  const validator = validators.get(schema);
  return validator === undefined ? `unknown schema ${schema}` : problemOf(validator, message);
}

/** Deeper than any message of ours. What lies below is left as it is: its schema refuses it anyway. */
const DEPTH_MAX = 8;

/** Removes members that are null, all the way down; elements of arrays stay. Returns the same object when there are none. */
export function withoutNulls<T>(value: T): T {
  return strip(value, 0) as T;
}

function strip(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return value;
  if (Array.isArray(value)) {
    const elements: unknown[] = value;
    const stripped = elements.map((element) => strip(element, depth + 1));
    return stripped.some((element, index) => element !== elements[index]) ? stripped : value;
  }
  const kept: [string, unknown][] = [];
  let changed = false;
  for (const [name, member] of Object.entries(value)) {
    const stripped = strip(member, depth + 1);
    changed ||= stripped !== member || stripped === null;
    if (stripped !== null) kept.push([name, stripped]);
  }
  // fromEntries defines members: a member called __proto__ stays data.
  return changed ? Object.fromEntries(kept) : value;
}

function byOperation(
  which: 'requestSchema' | 'replySchema',
): Readonly<Record<OperationName, ValidateFunction>> {
  const entries = operationNames.map((name) => {
    const validator = validators.get(operations[name][which]);
    if (validator === undefined) throw new TypeError(`${name} has no ${which}`);
    return [name, validator];
  });
  return Object.fromEntries(entries) as Record<OperationName, ValidateFunction>;
}

function problemOf(validator: ValidateFunction, message: unknown): string | undefined {
  if (validator(message)) return undefined;
  const error = validator.errors?.[0];
  return error === undefined ? 'does not match its schema' : describe(error);
}

function describe(error: ErrorObject): string {
  const parameters = error.params as Readonly<Record<string, unknown>>;
  const place = placeOf(error.instancePath);
  if (error.propertyName !== undefined)
    return `${place} has a member that must not be named ${quote(error.propertyName)}`;
  switch (error.keyword) {
    case 'required':
      return missingField(place, String(parameters['missingProperty']), error.data);
    case 'additionalProperties':
      return unknownField(place, String(parameters['additionalProperty']), error);
    case 'enum':
      return `${place} must be one of ${(parameters['allowedValues'] as unknown[]).join(', ')}`;
    default:
      return place === '' ? 'must be a JSON object' : `${place} ${error.message ?? 'is invalid'}`;
  }
}

function missingField(place: string, name: string, holder: unknown): string {
  const given = sameNameInOtherCase(name, Object(holder) as object);
  const hint = given === undefined ? '' : ` (names are case-exact, got ${given})`;
  return `missing required field ${member(place, name)}${hint}`;
}

function unknownField(place: string, name: string, error: ErrorObject): string {
  const known = (error.parentSchema as { properties?: object } | undefined)?.properties;
  const meant = sameNameInOtherCase(name, known ?? {});
  const hint = meant === undefined ? '' : ` (names are case-exact: ${meant})`;
  return `unknown field ${member(place, name)}${hint}`;
}

function sameNameInOtherCase(name: string, members: object): string | undefined {
  return Object.keys(members).find((other) => other !== name && other.toLowerCase() === name.toLowerCase());
}

/** `/Delete/Objects/1` as `Delete.Objects[1]`. */
function placeOf(instancePath: string): string {
  const parts = instancePath.split('/').slice(1);
  return parts.reduce((place, part) => {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    return /^\d+$/.test(name) ? `${place}[${name}]` : member(place, name);
  }, '');
}

const NAME_SHOWN_MAX = 100;

function member(place: string, name: string): string {
  const shown = name.slice(0, NAME_SHOWN_MAX);
  return place === '' ? shown : `${place}.${shown}`;
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, NAME_SHOWN_MAX));
}
