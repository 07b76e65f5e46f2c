// What a disk error means to the callers of a store.

import { PredastoreError, isPredastoreError, messageOf, systemCodeOf } from '../core/errors.ts';

/** No room: the device is full or the quota is used up. */
const FULL_CODES = new Set(['ENOSPC', 'EDQUOT']);

/** `store-full` when there is no room, `store-failed` for any other refusal; our own errors pass through. */
export function diskError(what: string, error: unknown): PredastoreError {
  if (isPredastoreError(error)) return error;
  const code = FULL_CODES.has(systemCodeOf(error) ?? '') ? 'store-full' : 'store-failed';
  return new PredastoreError(code, `${what}: ${messageOf(error)}`, error);
}

/** Runs a disk operation and gives its failure a meaning. */
export async function onDisk<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw diskError(what, error);
  }
}
