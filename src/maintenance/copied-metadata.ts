// A copy of the metadata, filled into an empty view and held against the shards that are there now.
//
// Owns: what of a copy still stands. Refuses: what was written since (metadata-rebuild.ts does that on top).
//
// What was deleted or replaced after the copy has no shards any more: its name is left out, and told. That is believed only where every
// node that the copy knows was asked for its shards; else a name of which none is left stays, as one that cannot be read.

import type { ObjectRecord, PartRecord } from '../contracts/records.ts';
import type { NodeId, WriteId } from '../core/ids.ts';
import { readCopy, type CopySummary } from '../metadata/metadata-copy.ts';
import {
  decodeBucket,
  decodeObject,
  decodePart,
  encodeObject,
  encodeRecord,
} from '../metadata/record-codec.ts';
import { objectSubject, parseSubject, versionSubject } from '../metadata/subjects.ts';
import { versionName } from '../metadata/version-table.ts';
import type { View } from '../metadata/view.ts';
import type { FoundBlobs } from './found-blobs.ts';
import { NameList } from './name-list.ts';
import type { ViewFiller } from './view-filler.ts';

/** A copy that was read through once: it is whole. */
export interface CheckedCopy {
  readonly path: string;
  readonly summary: CopySummary;
  /** Nodes that had joined. */
  readonly members: ReadonlySet<NodeId>;
  /** Writes that no record named any more. */
  readonly replaced: ReadonlySet<WriteId>;
}

/** Throws `metadata-corrupt`. */
export async function checkCopy(path: string): Promise<CheckedCopy> {
  const members = new Set<NodeId>();
  const replaced = new Set<WriteId>();
  const items = readCopy(path);
  for (;;) {
    const next = await items.next();
    if (next.done === true) return { path, summary: next.value, members, replaced };
    if (next.value.kind === 'replaced') {
      replaced.add(next.value.write);
      continue;
    }
    const name = parseSubject(next.value.subject);
    if (name.kind === 'node') members.add(Number(name.id) as NodeId);
  }
}

export interface CopyParts {
  readonly copy: CheckedCopy;
  readonly view: View;
  readonly filler: ViewFiller;
  readonly blobs: FoundBlobs;
  readonly asked: ReadonlySet<NodeId>;
}

/** More than the filler keeps. */
const RECENT_MAX = 20_000;

interface Dropped {
  readonly bucketId: string;
  readonly key: string;
}

export class CopiedMetadata {
  readonly #parts: CopyParts;
  readonly #believesAbsence: boolean;
  readonly #dropped: Dropped[] = [];
  /** By id. */
  readonly #bucketNames = new Map<string, string>();
  /** Names of the copy that have too few shards left, and stay. */
  readonly unreadable = new NameList();
  /** Names whose bytes have other names too, or that have none: shards cannot say that one of these was deleted. */
  readonly unproven = new NameList();
  /** Writes that the view may not have yet. */
  readonly #recent = new Set<WriteId>();
  records = 0;
  droppedParts = 0;
  droppedVersions = 0;

  constructor(parts: CopyParts) {
    this.#parts = parts;
    this.#believesAbsence = [...parts.copy.members].every((node) => parts.asked.has(node));
  }

  async load(): Promise<void> {
    const { copy, filler } = this.#parts;
    for await (const item of readCopy(copy.path)) {
      if (item.kind === 'record') await this.#take(item.subject, item.payload);
    }
    await filler.flush();
    await this.#promote();
  }

  /** Keys of the copy whose bytes are gone; those that have something under their name by now were replaced. */
  fates(): { readonly deleted: NameList; readonly replaced: number } {
    const deleted = new NameList();
    let replaced = 0;
    for (const { bucketId, key } of this.#dropped) {
      if (this.#parts.view.head({ bucketId, key }) === undefined) deleted.add(this.nameOf(bucketId, key));
      else replaced += 1;
    }
    return { deleted, replaced };
  }

  nameOf(bucketId: string, key: string, version?: string): string {
    const made = this.#parts.view.buckets().find(({ record }) => record.id === bucketId);
    const bucket = this.#bucketNames.get(bucketId) ?? made?.record.name;
    return `${bucket ?? bucketId}/${key}${version === undefined ? '' : `?versionId=${version}`}`;
  }

  async #take(subject: string, payload: Buffer): Promise<void> {
    const { filler, blobs } = this.#parts;
    this.records += 1;
    const name = parseSubject(subject);
    if (name.kind === 'object' || name.kind === 'version') {
      const record = decodeObject(payload);
      const key = name.key.toString('utf8');
      await this.#takeObject(subject, record, { ...name, key });
    } else if (name.kind === 'part') {
      const record = decodePart(payload);
      const partName = (): string => `part ${record.number} of upload ${name.uploadId}`;
      if (this.#stands(record, partName)) await filler.put(subject, encodeRecord(blobs.relocated(record)));
      else this.droppedParts += 1;
    } else {
      if (name.kind === 'bucket') this.#bucketNames.set(decodeBucket(payload).id, name.name);
      await filler.put(subject, payload);
    }
  }

  async #takeObject(
    subject: string,
    record: ObjectRecord,
    at: { readonly bucketId: string; readonly key: string; readonly version?: string },
  ): Promise<void> {
    const { filler, blobs } = this.#parts;
    const { bucketId, key, version } = at;
    const name = (): string => this.nameOf(bucketId, key, version);
    if (this.#stands(record, name)) {
      await this.#note(record, name);
      await filler.put(subject, encodeObject(blobs.relocated(record)));
    } else if (version === undefined) {
      this.#dropped.push({ bucketId, key });
    } else {
      this.droppedVersions += 1;
    }
  }

  #stands(record: ObjectRecord | PartRecord, name: () => string): boolean {
    if (record.blobs.length === 0) return true;
    const standing = this.#parts.blobs.standing(record);
    if (standing === 'gone' && this.#believesAbsence) return false;
    if (standing !== 'whole') this.unreadable.add(name());
    return true;
  }

  async #note(record: ObjectRecord, name: () => string): Promise<void> {
    const { view, filler } = this.#parts;
    if (record.deleteMarker === true) return;
    if (record.blobs.length === 0) {
      this.unproven.add(name());
      return;
    }
    const writes = record.blobs.map(({ write }) => write);
    if (writes.some((write) => this.#recent.has(write) || view.fateOf(write) === 'named'))
      this.unproven.add(name());
    for (const write of writes) this.#recent.add(write);
    if (this.#recent.size < RECENT_MAX) return;
    await filler.flush();
    this.#recent.clear();
  }

  /** The newest version that is left of a key is its current one. */
  async #promote(): Promise<void> {
    const { view, filler } = this.#parts;
    for (const { bucketId, key } of this.#dropped) {
      const newest = view.newestVersion(bucketId, key)?.record;
      if (newest === undefined) continue;
      await filler.put(objectSubject(bucketId, key), encodeObject(newest));
      await filler.remove(versionSubject(bucketId, versionName(newest), key));
    }
    await filler.flush();
  }
}
