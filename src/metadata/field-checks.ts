// What a decoder asks of a parsed field.

import { NODE_ID_MAX } from '../core/ids.ts';
import { PredastoreError } from '../core/errors.ts';

export type Fields = Readonly<Record<string, unknown>>;

export function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new PredastoreError('metadata-corrupt', `malformed ${what}`);
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isNodeId(value: unknown): boolean {
  return isCount(value) && value >= 1 && value <= NODE_ID_MAX;
}

export function isTextMap(value: unknown): boolean {
  return isFields(value) && Object.values(value).every(isText);
}

export function isIndexList(value: unknown, below: number): value is readonly number[] {
  return Array.isArray(value) && value.every((index) => isCount(index) && index < below);
}
