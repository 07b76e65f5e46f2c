// Bugs to plant in the engine: each must be found by the simulation named here, or the simulation is not worth its time.
//
// A bug is a change of the source text, made while the engine is translated for the run: the engine itself knows nothing of it, and no
// switch exists that production could throw. A text that does not occur exactly once any more is an error, so canaries follow the code.

export interface Canary {
  readonly bug: string;
  /** Of src/segments. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly caughtBy: 'crash' | 'faults' | 'rot';
  /** Where it was found last, to look there first. The search goes on from there when the code has moved on. */
  readonly seed?: number;
  readonly path?: string;
}

export const CANARIES: readonly Canary[] = [
  {
    bug: 'the segment is not synced before a commit',
    file: 'committer.ts',
    find: 'await this.#sync(segment, handles.data.datasync());',
    replace: '',
    caughtBy: 'crash',
  },
  {
    bug: 'the sidecar is not synced before a commit',
    file: 'committer.ts',
    find: 'await this.#sync(segment, handles.sidecar.datasync());',
    replace: '',
    caughtBy: 'crash',
  },
  {
    bug: 'the directory is not synced when a segment is born',
    file: 'segment-set.ts',
    find: "await onDisk('syncing the segment directory', files.syncDirectory(directory));",
    replace: '',
    caughtBy: 'crash',
  },
  {
    bug: 'the new state file is not synced before it gets its name',
    file: 'state-file.ts',
    find: 'await file.datasync();',
    replace: '',
    caughtBy: 'crash',
  },
  {
    bug: 'the directory is not synced after the state file got its name',
    file: 'state-file.ts',
    find: 'await this.#files.syncDirectory(this.#directory);',
    replace: '',
    caughtBy: 'crash',
  },
  {
    bug: 'a commit is acknowledged before its index row is durable',
    file: 'committer.ts',
    find: 'if (!plan.isEmpty) await index.apply(plan.change());',
    replace: 'if (!plan.isEmpty) void index.apply(plan.change()).catch(() => undefined);',
    caughtBy: 'crash',
  },
  {
    bug: 'the index row is made durable before the data',
    file: 'committer.ts',
    find: 'await this.#sync(segment, handles.data.datasync());',
    replace: 'void this.#sync(segment, handles.data.datasync()).catch(() => undefined);',
    caughtBy: 'crash',
  },
  {
    bug: 'copies of compaction are committed without a sync',
    file: 'committer.ts',
    find: 'await this.#sync(segment, handlesOf(segment).data.datasync());',
    replace: '',
    caughtBy: 'crash',
  },
  {
    bug: 'a segment is unlinked before the index that empties it is durable',
    file: 'committer.ts',
    find: 'if (!plan.isEmpty) await index.apply(plan.change());',
    replace: 'this.#adopt(plan.totals); if (!plan.isEmpty) await index.apply(plan.change());',
    caughtBy: 'crash',
  },
  {
    bug: 'fragment numbers begin below the high-water mark after a restart',
    file: 'numbers.ts',
    find: 'this.#nextFragment = state.current.fragmentHighWater;',
    replace: 'this.#nextFragment = Math.max(0, state.current.fragmentHighWater - RESERVATION_WINDOW);',
    caughtBy: 'crash',
  },
  {
    bug: 'a sidecar row is sealed with the number of the last fragment',
    file: 'segment-store.ts',
    find: 'const rowNumber = numbers.firstFragment + fragmentsOf(lengthBytes);',
    replace: 'const rowNumber = numbers.firstFragment + Math.max(0, fragmentsOf(lengthBytes) - 1);',
    caughtBy: 'crash',
  },
  {
    bug: 'compaction brings a shard back that was deleted meanwhile',
    file: 'committer.ts',
    find: "if (found === undefined || found === 'damaged') return false;",
    replace: "if (found === undefined || found === 'damaged') return true;",
    caughtBy: 'crash',
  },
  {
    bug: 'compaction drops a live shard: dead ones are counted twice, the segment goes too early',
    file: 'index-plan.ts',
    find: 'this.#count(before.extent, -1);',
    replace: '{ this.#count(before.extent, -1); this.#count(before.extent, -1); }',
    caughtBy: 'crash',
  },
  {
    bug: 'compaction copies a shard without its last fragment',
    file: 'shard-mover.ts',
    find: 'const fragments = fragmentsOf(extent.lengthBytes);',
    replace: 'const fragments = Math.floor(extent.lengthBytes / 8192);',
    caughtBy: 'crash',
  },
  {
    bug: 'two writers of one key both win',
    file: 'committer.ts',
    find: "if (expects.kind === 'absent') return found === undefined;",
    replace: "if (expects.kind === 'absent') return true;",
    caughtBy: 'crash',
  },
  {
    bug: 'an aborted writer takes the position back although others follow',
    file: 'segment-set.ts',
    find: 'if (segment.end === offset + bytes && !segment.retired) segment.end = offset;',
    replace: 'if (!segment.retired) segment.end = offset;',
    caughtBy: 'crash',
  },
  {
    bug: 'a full segment is closed under the writers that are still in it',
    file: 'segment-set.ts',
    find: 'if (segment.writers > 0) return;',
    replace: '',
    caughtBy: 'crash',
  },
  {
    bug: 'a segment is removed under a reader',
    file: 'segment.ts',
    find: 'this.totals.liveShards === 0 && this.readers === 0 && this.writers === 0;',
    replace: 'this.totals.liveShards === 0 && this.writers === 0;',
    caughtBy: 'crash',
  },
  {
    bug: 'an aborted writer keeps its segment for ever',
    file: 'segment-store.ts',
    find: 'segments.releaseWriter(segment, reservedBytes);',
    replace: 'if (!unused) segments.releaseWriter(segment, reservedBytes);',
    caughtBy: 'crash',
  },
  {
    bug: 'sidecar rows of the second batch overwrite those of the first',
    file: 'committer.ts',
    find: 'segment.sidecarEnd = rowOffset;',
    replace: '',
    caughtBy: 'crash',
  },
  {
    bug: 'a window that did not reach the disk is committed all the same',
    file: 'committer.ts',
    find: "return !isLost && before?.status === 'fulfilled';",
    replace: 'return true;',
    caughtBy: 'faults',
  },
  {
    bug: 'a segment is trusted again after a failed sync',
    file: 'committer.ts',
    find: 'this.#parts.segments.poison(segment, failure);',
    replace: '',
    caughtBy: 'faults',
  },
  {
    bug: 'segments are counted as if a failed transaction had happened',
    file: 'committer.ts',
    find: 'segments.adopt(index.count());',
    replace: 'this.#adopt(plan.totals);',
    caughtBy: 'faults',
  },
  {
    bug: 'a fragment whose seal does not fit is handed out',
    file: 'data-key.ts',
    find: "// OpenSSL's only word for a wrong tag is an exception without a code.\n    return undefined;",
    replace: 'return plain;',
    caughtBy: 'rot',
  },
  {
    bug: 'an index row is believed without its checksum',
    file: 'shard-index.ts',
    find: 'row.length === ROW_BYTES && row.readUInt32BE(88) === rowChecksum(key, row);',
    replace: 'row.length === ROW_BYTES;',
    caughtBy: 'rot',
  },
  {
    bug: 'a state file is believed without its checksum',
    file: 'state-file.ts',
    find: "if (digest.compare(bytes, checkedBytes) !== 0) throw damaged('fails its checksum');",
    replace: '',
    caughtBy: 'rot',
  },
];

/** The engine's text with the bug in it. */
export function planted({ bug, file, find, replace }: Canary, name: string, text: string): string {
  if (name !== `src/segments/${file}`) return text;
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places for the canary "${bug}"`);
  return parts.join(replace);
}
