// Sealed records of many shards of many nodes, sorted by what they belong to: a scratch table on disk, made for one rebuilding of metadata.
//
// Owns: which nodes have which shard, and the sealed record of every write, once. Refuses: judging them (maintenance/metadata-rebuild.ts).
// Memory is one batch and one group, however many shards there are; a group is the writes of one key, or the parts of one upload.

import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { open, type Database, type RootDatabase } from 'lmdb';
import { nodeId, writeIdBytes, type NodeId, type WriteId } from '../core/ids.ts';
import { decodeSealedRecord, type SealedRecord } from './sealed-record.ts';

/** As it lies on a node. */
export interface FoundShard {
  readonly node: NodeId;
  readonly write: WriteId;
  readonly index: number;
  readonly seal: Uint8Array;
}

/** A sealed record and the write it belongs to. */
export interface FoundSeal {
  readonly write: WriteId;
  readonly sealed: SealedRecord;
}

export type AddOutcome = 'added' | 'known' | 'unreadable';

const FILE = 'gathered.lmdb';
const BATCH_SHARDS = 2_000;
const GROUP_BYTES = 32;
const WRITE_BYTES = 16;
const INDEX_BYTES = 2;
const BINARY = { encoding: 'binary', keyEncoding: 'binary' } as const;
const NOTHING = Buffer.alloc(0);

type Rows = Database<Buffer, Buffer>;

interface Waiting {
  readonly seals: Map<string, readonly [Buffer, Buffer]>;
  readonly shards: Buffer[];
}

export class GatheredSeals {
  readonly #root: RootDatabase<Buffer, Buffer>;
  /** group ‖ write → sealed record */
  readonly #seals: Rows;
  /** write ‖ index ‖ node → nothing */
  readonly #shards: Rows;
  readonly #path: string;
  #waiting: Waiting = { seals: new Map(), shards: [] };

  private constructor(path: string) {
    this.#path = path;
    // What a crash leaves behind is thrown away at the next try.
    this.#root = open<Buffer, Buffer>({ path, noSync: true, eventTurnBatching: false, maxDbs: 4, ...BINARY });
    this.#seals = this.#root.openDB<Buffer, Buffer>({ name: 'seals', ...BINARY });
    this.#shards = this.#root.openDB<Buffer, Buffer>({ name: 'shards', ...BINARY });
  }

  /** In a directory of its own, which `close` removes. */
  static async open(directory: string): Promise<GatheredSeals> {
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return new GatheredSeals(join(directory, FILE));
  }

  add({ node, write, index, seal }: FoundShard): AddOutcome {
    const tail = Buffer.alloc(INDEX_BYTES + 2);
    tail.writeUInt16BE(index, 0);
    tail.writeUInt16BE(node, INDEX_BYTES);
    this.#waiting.shards.push(Buffer.concat([writeIdBytes(write), tail]));
    const outcome = this.#addSeal(write, seal);
    if (this.#waiting.shards.length >= BATCH_SHARDS) this.flush();
    return outcome;
  }

  #addSeal(write: WriteId, seal: Uint8Array): AddOutcome {
    if (this.#waiting.seals.has(write)) return 'known';
    let sealed: SealedRecord;
    try {
      sealed = decodeSealedRecord(seal);
    } catch {
      return 'unreadable';
    }
    const rowKey = Buffer.concat([groupOf(sealed), writeIdBytes(write)]);
    if (this.#seals.doesExist(rowKey)) return 'known';
    this.#waiting.seals.set(write, [rowKey, Buffer.from(seal)]);
    return 'added';
  }

  /** Before anything is asked. */
  flush(): void {
    const { seals, shards } = this.#waiting;
    this.#waiting = { seals: new Map(), shards: [] };
    this.#root.transactionSync(() => {
      for (const [key, seal] of seals.values()) this.#seals.putSync(key, seal);
      for (const shard of shards) this.#shards.putSync(shard, NOTHING);
    });
  }

  /** The writes of one key, or the parts of one upload, oldest write first; group after group in no order that means anything. */
  *groups(): Generator<readonly FoundSeal[]> {
    let group: FoundSeal[] = [];
    let current: Buffer | undefined;
    for (const { key, value } of this.#seals.getRange()) {
      const name = key.subarray(0, GROUP_BYTES);
      if (current !== undefined && !name.equals(current)) {
        yield group;
        group = [];
      }
      current = Buffer.from(name);
      const write = key.toString('hex', GROUP_BYTES, GROUP_BYTES + WRITE_BYTES) as WriteId;
      group.push({ write, sealed: decodeSealedRecord(value) });
    }
    if (group.length > 0) yield group;
  }

  /** Which nodes have which shard of a write. */
  holders(write: WriteId): ReadonlyMap<number, readonly NodeId[]> {
    const start = writeIdBytes(write);
    const end = Buffer.concat([start, Buffer.alloc(INDEX_BYTES + 2, 0xff)]);
    const found = new Map<number, NodeId[]>();
    for (const key of this.#shards.getKeys({ start, end })) {
      const index = key.readUInt16BE(WRITE_BYTES);
      const node = nodeId(key.readUInt16BE(WRITE_BYTES + INDEX_BYTES));
      found.set(index, [...(found.get(index) ?? []), node]);
    }
    return found;
  }

  async close(): Promise<void> {
    await this.#root.close();
    await rm(join(this.#path, '..'), { recursive: true, force: true });
  }
}

function groupOf({ bucket, key, upload }: SealedRecord): Buffer {
  const name = upload === undefined ? `${bucket}\0o\0${key}` : `${bucket}\0u\0${upload}`;
  return createHash('sha256').update(name).digest();
}
