// The state of a data directory: who it is, its wrapped data keys, and how far its counters may have gone.
//
// Owns: the file `state`, replaced whole (temporary file, fsync, rename, directory fsync). Refuses: giving out numbers.
// Invariants:
//   T1. `update` resolves only when the new state survives power loss; until then the old one is in force.
//   T2. Counters never go backwards.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { assert } from '../core/assert.ts';
import { PredastoreError, systemCodeOf } from '../core/errors.ts';
import type { Files } from '../platform/files.ts';
import { readUint64, writeUint64 } from './big-endian.ts';
import { KEY_EPOCH_MAX, STORE_ID_BYTES, WRAPPED_KEY_BYTES, type KeySlot } from './data-key.ts';
import { onDisk } from './disk-errors.ts';
import type { StateWitness } from './state-witness.ts';
import type { StoreState } from './store-state.ts';

const STATE_FILE = 'state';
const TEMPORARY_FILE = 'state.new';
const MAGIC = 'PDSTATE\0';
const VERSION = 1;
const FIXED_BYTES = 72;
const SLOT_BYTES = 4 + WRAPPED_KEY_BYTES;
const DIGEST_BYTES = 32;
const STATE_BYTES_MAX = FIXED_BYTES + KEY_EPOCH_MAX * SLOT_BYTES + DIGEST_BYTES;

export function encodeState(state: StoreState): Buffer {
  const checkedBytes = FIXED_BYTES + state.keySlots.length * SLOT_BYTES;
  const bytes = Buffer.alloc(checkedBytes + DIGEST_BYTES);
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeUInt32BE(VERSION, 8);
  bytes.writeUInt32BE(bytes.length, 12);
  state.storeId.copy(bytes, 16);
  writeUint64(bytes, state.sequence, 32);
  writeUint64(bytes, state.fragmentHighWater, 40);
  writeUint64(bytes, state.shardHighWater, 48);
  writeUint64(bytes, state.nextSegment, 56);
  bytes.writeUInt16BE(state.keySlots.length, 64);
  for (const [index, slot] of state.keySlots.entries()) {
    const at = FIXED_BYTES + index * SLOT_BYTES;
    bytes.writeUInt32BE(slot.epoch, at);
    slot.wrapped.copy(bytes, at + 4);
  }
  createHash('sha256').update(bytes.subarray(0, checkedBytes)).digest().copy(bytes, checkedBytes);
  return bytes;
}

/** Throws `store-damaged` for anything that is not a whole state of this version. */
export function decodeState(bytes: Buffer): StoreState {
  const checkedBytes = bytes.length - DIGEST_BYTES;
  if (checkedBytes < FIXED_BYTES) throw damaged('is cut short');
  if (bytes.toString('latin1', 0, 8) !== MAGIC) throw damaged('has a wrong magic');
  const digest = createHash('sha256').update(bytes.subarray(0, checkedBytes)).digest();
  if (digest.compare(bytes, checkedBytes) !== 0) throw damaged('fails its checksum');
  const version = bytes.readUInt32BE(8);
  if (version !== VERSION) throw damaged(`has version ${version}, this program knows ${VERSION}`);
  const slots = bytes.readUInt16BE(64);
  if (slots === 0 || checkedBytes !== FIXED_BYTES + slots * SLOT_BYTES) throw damaged('has a wrong length');
  return {
    storeId: Buffer.from(bytes.subarray(16, 16 + STORE_ID_BYTES)),
    sequence: readUint64(bytes, 32),
    fragmentHighWater: readUint64(bytes, 40),
    shardHighWater: readUint64(bytes, 48),
    nextSegment: readUint64(bytes, 56),
    keySlots: Array.from({ length: slots }, (_, index) => slotAt(bytes, FIXED_BYTES + index * SLOT_BYTES)),
  };
}

function slotAt(bytes: Buffer, at: number): KeySlot {
  return { epoch: bytes.readUInt32BE(at), wrapped: Buffer.from(bytes.subarray(at + 4, at + SLOT_BYTES)) };
}

function damaged(how: string): PredastoreError {
  return new PredastoreError('store-damaged', `the state file ${how}`);
}

type StateChange = (state: StoreState) => Partial<StoreState>;

export class StateFile {
  readonly #files: Files;
  readonly #directory: string;
  #state: StoreState;
  #witness: StateWitness | undefined;
  /** The last change asked for; changes are made one after the other. */
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(files: Files, directory: string, state: StoreState) {
    this.#files = files;
    this.#directory = directory;
    this.#state = state;
  }

  /** The state of an existing directory; `undefined` when it has none. */
  static async load(files: Files, directory: string): Promise<StateFile | undefined> {
    const bytes = await onDisk('reading the state file', readWhole(files, join(directory, STATE_FILE)));
    return bytes === undefined ? undefined : new StateFile(files, directory, decodeState(bytes));
  }

  static async create(files: Files, directory: string, state: StoreState): Promise<StateFile> {
    const file = new StateFile(files, directory, state);
    await file.#save(state);
    return file;
  }

  get current(): StoreState {
    return this.#state;
  }

  /** From now on `updateWitnessed` tells it. */
  attach(witness: StateWitness): void {
    this.#witness = witness;
  }

  /** Applies `change` to the newest state and makes the result durable. */
  update(change: StateChange): Promise<StoreState> {
    return this.#enqueue(() => this.#update(change));
  }

  /** As `update`, and resolves only when the witness took the result too. When it does not, the change stands nevertheless. */
  updateWitnessed(change: StateChange): Promise<StoreState> {
    return this.#enqueue(async () => {
      const state = await this.#update(change);
      await this.#witness?.advance(state);
      return state;
    });
  }

  async #update(change: StateChange): Promise<StoreState> {
    const before = this.#state;
    const after = { ...before, ...change(before), sequence: before.sequence + 1 };
    assert(
      after.fragmentHighWater >= before.fragmentHighWater &&
        after.shardHighWater >= before.shardHighWater &&
        after.nextSegment >= before.nextSegment,
      'a counter of the state went backwards',
    );
    await this.#save(after);
    this.#state = after;
    return after;
  }

  /** One change after the other, whatever became of the one before. */
  #enqueue(work: () => Promise<StoreState>): Promise<StoreState> {
    const result = this.#tail.then(work, work);
    this.#tail = result;
    return result;
  }

  async #save(state: StoreState): Promise<void> {
    await onDisk('writing the state file', this.#replace(encodeState(state)));
  }

  async #replace(bytes: Buffer): Promise<void> {
    const temporary = join(this.#directory, TEMPORARY_FILE);
    await removeIfPresent(this.#files, temporary);
    const file = await this.#files.open(temporary, 'create');
    try {
      await file.pwrite(bytes, 0);
      await file.datasync();
    } finally {
      await file.close();
    }
    await this.#files.rename(temporary, join(this.#directory, STATE_FILE));
    await this.#files.syncDirectory(this.#directory);
  }
}

async function readWhole(files: Files, path: string): Promise<Buffer | undefined> {
  let file;
  try {
    file = await files.open(path, 'read');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const bytes = Buffer.alloc(Math.min(await file.sizeBytes(), STATE_BYTES_MAX));
    return bytes.subarray(0, await file.pread(bytes, 0));
  } finally {
    await file.close();
  }
}

/** Removes a file; absence is as good. */
export async function removeIfPresent(files: Files, path: string): Promise<void> {
  try {
    await files.unlink(path);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
  }
}
