// A data directory looked at from outside: by commands for operators, beside a store that runs or after it has stopped.
//
// Owns: its keys and its index while they are open. Refuses: changing anything; what the index stands on decides whether the directory
// may be in use.

import { join } from 'node:path';
import { PredastoreError } from '../core/errors.ts';
import type { Files } from '../platform/files.ts';
import { unwrapWith, type KeyRing } from './data-key.ts';
import { onDisk } from './disk-errors.ts';
import type { OpenIndexTables } from './index-tables.ts';
import { parseSegmentFileName, segmentFileName } from './segment.ts';
import { ShardIndex } from './shard-index.ts';
import { StateFile } from './state-file.ts';
import { INDEX_DIRECTORY, SEGMENTS_DIRECTORY } from './store-directory.ts';
import { masterKeysOf } from './store-options.ts';

export interface InspectionOptions {
  readonly directory: string;
  readonly masterKey: Uint8Array;
  /** The one before, while the master key is being changed. */
  readonly previousMasterKey?: Uint8Array | undefined;
  readonly files: Files;
  /** For a directory in use: one that only reads. */
  readonly openIndexTables: OpenIndexTables;
}

export class StoreInspection {
  readonly storeId: Buffer;
  readonly keys: KeyRing;
  readonly index: ShardIndex;
  readonly files: Files;
  readonly #segments: string;

  private constructor(options: InspectionOptions, state: { storeId: Buffer; keys: KeyRing }) {
    this.storeId = state.storeId;
    this.keys = state.keys;
    this.files = options.files;
    this.#segments = join(options.directory, SEGMENTS_DIRECTORY);
    this.index = ShardIndex.open(join(options.directory, INDEX_DIRECTORY), options.openIndexTables);
  }

  /** Throws `store-damaged` where there is no state file, `invalid-key-file` where no key opens it. The caller closes it. */
  static async open(options: InspectionOptions): Promise<StoreInspection> {
    const { directory, files } = options;
    const state = await StateFile.load(files, directory);
    if (state === undefined) throw new PredastoreError('store-damaged', `${directory} has no state file`);
    const { storeId, keySlots } = state.current;
    const { keys } = unwrapWith(masterKeysOf(options), storeId, keySlots);
    return new StoreInspection(options, { storeId, keys });
  }

  /** Numbers of the segments, ascending. */
  async segments(): Promise<readonly number[]> {
    const names = await onDisk('listing segments', this.files.readdir(this.#segments));
    return names
      .map(parseSegmentFileName)
      .flatMap((file) => (file?.extension === 'seg' ? [file.segment] : []))
      .sort((a, b) => a - b);
  }

  path(segment: number, extension: 'seg' | 'idx'): string {
    return join(this.#segments, segmentFileName(segment, extension));
  }

  close(): Promise<void> {
    return this.index.close();
  }
}
