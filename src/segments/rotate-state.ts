// Changing the master key of a data directory that no process has open.

import type { Files } from '../platform/files.ts';
import type { Random } from '../platform/random.ts';
import { opensWith, rewrapKeys, unwrapWith } from './data-key.ts';
import { StateFile } from './state-file.ts';
import { masterKeysOf } from './store-options.ts';

export interface RotateOptions {
  readonly directory: string;
  readonly files: Files;
  readonly random: Random;
  readonly masterKey: Uint8Array;
  readonly previousMasterKey: Uint8Array | undefined;
}

export type RotateOutcome = 'no store' | 'unchanged' | 'rotated';

/** Wraps the data keys with `masterKey`. May be repeated, also after it was interrupted. */
export async function rotateState(options: RotateOptions): Promise<RotateOutcome> {
  const { directory, files, random, masterKey } = options;
  const state = await StateFile.load(files, directory);
  if (state === undefined) return 'no store';
  const { storeId, keySlots } = state.current;
  const { keys, isCurrent } = unwrapWith(masterKeysOf(options), storeId, keySlots);
  if (isCurrent) return 'unchanged';
  await state.update(() => ({ keySlots: rewrapKeys(masterKey, keys, random) }));
  return 'rotated';
}

/**
 * Throws `invalid-key-file` where none of the master keys opens the directory; one without a store takes any. Before anything else is
 * started: with a key that is not the cluster's, a node would wait for NATS servers that do not know it, and never say why.
 */
export async function requireKeysOf(options: Omit<RotateOptions, 'random'>): Promise<void> {
  const state = await StateFile.load(options.files, options.directory);
  if (state !== undefined) unwrapWith(masterKeysOf(options), state.current.storeId, state.current.keySlots);
}

/** Whether a directory opens with `masterKey` already. Only looks, so it may be asked while a node runs. */
export async function isWrappedWith(
  files: Files,
  directory: string,
  masterKey: Uint8Array,
): Promise<boolean> {
  const state = await StateFile.load(files, directory);
  if (state === undefined) return true;
  const { storeId, keySlots } = state.current;
  return keySlots.every((slot) => opensWith(masterKey, storeId, slot));
}
