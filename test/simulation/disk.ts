// A disk in memory that knows what would survive a power cut.
//
// Owns: files, names and index tables, each with what is durable and what is only in a cache. Refuses: time and order (world.ts),
// the interfaces of the engine (files.ts, tables.ts).
// Rules, no stricter than a POSIX file system and LMDB keep them:
//   D1. Written bytes are durable after a sync of the file. Before, each write survives whole, in part or not at all, independently of
//       the others; the size may have grown while the bytes read as zeros.
//   D2. A name (created, renamed, removed) is durable after a sync of its directory, whatever was synced of the file. Before, either a
//       prefix of all changes survives (a journal), or each name keeps any one of its states.
//   D3. After a failed sync the writes before it are never made durable, although the cache still shows them and later syncs succeed.
//   D4. A transaction of the tables is durable, whole, before it is reported; a transaction that was not reported may be.

import { Content } from './content.ts';
import { emptyTables, fingerprintOf, type TablesState } from './tables-state.ts';

/** What a power cut takes. */
export interface Loss {
  /** One journal for all names, or every name by itself. */
  readonly journal: boolean;
  /** Of `count` changes of names in their order, how many survive. */
  keepChanges(count: number): number;
  /** Which part of an unsynced write survives: `[from, to)`. */
  keepWrite(bytes: number): readonly [from: number, to: number];
  /** The size of a file that may have grown from `least` to `most` bytes. */
  keepSize(least: number, most: number): number;
  keepTransaction(): boolean;
}

export interface UnsyncedWrite {
  readonly bytes: Buffer;
  readonly position: number;
  /** A sync failed since: no later one brings it to the disk. */
  doomed: boolean;
}

export class FileNode {
  readonly kind = 'file';
  readonly number: number;
  live = new Content();
  synced = new Content();
  unsynced: UnsyncedWrite[] = [];

  constructor(number: number) {
    this.number = number;
  }

  crashed(loss: Loss): Content {
    const content = this.synced.copy();
    for (const { bytes, position, doomed } of this.unsynced) {
      if (doomed) continue;
      const [from, to] = loss.keepWrite(bytes.length);
      if (to > from) content.write(bytes.subarray(from, to), position + from);
    }
    if (content.sizeBytes < this.live.sizeBytes) {
      content.resize(loss.keepSize(content.sizeBytes, this.live.sizeBytes));
    }
    return content;
  }
}

/** The index tables: one file, as far as names go. */
export class TablesNode {
  readonly kind = 'tables';
  readonly number: number;
  state: TablesState = emptyTables();
  /** A transaction on its way to the disk. */
  pending: TablesState | undefined;
  /** The last transaction accepted; the next one waits for it. */
  tail: Promise<unknown> = Promise.resolve();

  constructor(number: number) {
    this.number = number;
  }
}

export type Node = FileNode | TablesNode | DirectoryNode;

interface NameState {
  durable: Node | undefined;
  /** Later states, the last one being in force. */
  changes: { readonly sequence: number; readonly node: Node | undefined }[];
}

/** One power cut, under way. */
interface Cut {
  readonly loss: Loss;
  /** The last change of the journal that survives. */
  readonly lastKept: number | undefined;
  /** A file with two names stays one file. */
  readonly copies: Map<Node, Node>;
}

class DirectoryNode {
  readonly kind = 'directory';
  readonly number: number;
  readonly names = new Map<string, NameState>();

  constructor(number: number) {
    this.number = number;
  }

  find(name: string): Node | undefined {
    const state = this.names.get(name);
    if (state === undefined) return undefined;
    return state.changes.length > 0 ? state.changes.at(-1)?.node : state.durable;
  }

  set(name: string, node: Node | undefined, sequence: number): void {
    const state = this.names.get(name) ?? { durable: undefined, changes: [] };
    this.names.set(name, state);
    state.changes.push({ sequence, node });
  }

  sync(): void {
    for (const [name, state] of this.names) {
      if (state.changes.length > 0) state.durable = state.changes.at(-1)?.node;
      state.changes = [];
      if (state.durable === undefined) this.names.delete(name);
    }
  }
}

function fingerprintIn(directory: DirectoryNode): string {
  const entries = [...directory.names.keys()].map((name) => {
    const node = directory.find(name);
    if (node?.kind === 'file') return `${name}=${node.live.fingerprint()}`;
    if (node?.kind === 'tables') return `${name}=${fingerprintOf(node.state)}`;
    return node === undefined ? '' : `${name}{${fingerprintIn(node)}}`;
  });
  return entries.sort().join(';');
}

/** Disks made so far. */
let lives = 1;

export class SimulatedDisk {
  /** How many bytes fit; files only. */
  capacityBytes = Infinity;
  /** Grows with every change of what a crash could leave. */
  version = 0;
  /** Grows with every change of what survives whatever a crash takes. */
  durableVersion = 0;
  /** Changes with every power cut: a directory that survived one is nobody's any more. */
  readonly life = lives++;
  readonly #root: DirectoryNode;
  #numbers = 1;
  #sequence = 0;

  constructor() {
    this.#root = new DirectoryNode(0);
  }

  /** The disk as it is found after a power cut now. This one goes on as if nothing had happened. */
  crash(loss: Loss): SimulatedDisk {
    const after = new SimulatedDisk();
    after.capacityBytes = this.capacityBytes;
    const changes = loss.journal ? this.#pendingSequences() : [];
    const lastKept = loss.journal ? changes[loss.keepChanges(changes.length) - 1] : undefined;
    after.#fill(after.#root, this.#root, { loss, lastKept, copies: new Map() });
    return after;
  }

  /** Whether a power cut now could lose anything. */
  get isClean(): boolean {
    for (const node of this.#nodes()) {
      if (node.kind === 'file' && node.unsynced.length > 0) return false;
      if (node.kind === 'tables' && node.pending !== undefined) return false;
      if (node.kind === 'directory' && [...node.names.values()].some(({ changes }) => changes.length > 0))
        return false;
    }
    return true;
  }

  /** Equal for disks that show the same names, files and rows, whatever of them is durable. */
  fingerprint(): string {
    return fingerprintIn(this.#root);
  }

  usedBytes(): number {
    let bytes = 0;
    for (const node of this.#nodes()) if (node.kind === 'file') bytes += node.live.sizeBytes;
    return bytes;
  }

  /** Paths of all files under `directory`. */
  list(directory: string): string[] {
    const node = this.find(directory);
    if (node?.kind !== 'directory') return [];
    return [...node.names.keys()].filter((name) => node.find(name) !== undefined);
  }

  find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of partsOf(path)) node = node?.kind === 'directory' ? node.find(name) : undefined;
    return node;
  }

  /** The file at `path`; throws ENOENT. */
  file(path: string): FileNode {
    const node = this.find(path);
    if (node?.kind !== 'file') throw systemError('ENOENT', path);
    return node;
  }

  createFile(path: string): FileNode {
    const { directory, name } = this.#place(path);
    if (directory.find(name) !== undefined) throw systemError('EEXIST', path);
    const node = new FileNode(this.#numbers++);
    this.#change(directory, name, node);
    return node;
  }

  /** The tables in `path`, made when absent. */
  tables(path: string): TablesNode {
    const { directory, name } = this.#place(path);
    const known = directory.find(name);
    if (known?.kind === 'tables') return known;
    const node = new TablesNode(this.#numbers++);
    this.#change(directory, name, node);
    return node;
  }

  makeDirectory(path: string): void {
    let directory = this.#root;
    for (const name of partsOf(path)) {
      let next = directory.find(name);
      if (next === undefined) {
        next = new DirectoryNode(this.#numbers++);
        this.#change(directory, name, next);
      }
      if (next.kind !== 'directory') throw systemError('ENOTDIR', path);
      directory = next;
    }
  }

  rename(from: string, to: string): void {
    const source = this.#place(from);
    const node = source.directory.find(source.name);
    if (node === undefined) throw systemError('ENOENT', from);
    const target = this.#place(to);
    this.#sequence += 1;
    this.version += 1;
    target.directory.set(target.name, node, this.#sequence);
    source.directory.set(source.name, undefined, this.#sequence);
  }

  unlink(path: string): void {
    const { directory, name } = this.#place(path);
    if (directory.find(name) === undefined) throw systemError('ENOENT', path);
    this.#change(directory, name, undefined);
  }

  syncDirectory(path: string): void {
    const node = path === '/' ? this.#root : this.find(path);
    if (node?.kind !== 'directory') throw systemError('ENOENT', path);
    node.sync();
    this.#settled();
  }

  write(file: FileNode, bytes: Uint8Array, position: number): void {
    const growth = position + bytes.length - file.live.sizeBytes;
    if (growth > 0 && this.capacityBytes < Infinity && this.usedBytes() + growth > this.capacityBytes) {
      throw systemError('ENOSPC', `file ${file.number}`);
    }
    const copy = Buffer.from(bytes);
    file.live.write(copy, position);
    file.unsynced.push({ bytes: copy, position, doomed: false });
    this.version += 1;
  }

  syncFile(file: FileNode): void {
    if (file.unsynced.some(({ doomed }) => doomed)) {
      for (const { bytes, position, doomed } of file.unsynced)
        if (!doomed) file.synced.write(bytes, position);
      file.unsynced = file.unsynced.filter(({ doomed }) => doomed);
    } else {
      file.synced = file.live.copy();
      file.unsynced = [];
    }
    this.#settled();
  }

  /** A sync that failed: the cache calls its pages clean, the disk never got them. */
  failSync(file: FileNode): void {
    for (const write of file.unsynced) write.doomed = true;
    this.version += 1;
  }

  /** Changes bytes behind everybody's back. */
  tamper(path: string, change: (content: Content) => void): void {
    const file = this.file(path);
    for (const content of [file.live, file.synced]) change(content);
    this.#settled();
  }

  /** A transaction is on its way. */
  begin(tables: TablesNode, next: TablesState): void {
    tables.pending = next;
    this.version += 1;
  }

  /** The transaction on its way has arrived, or is given up. */
  end(tables: TablesNode, arrived: boolean): void {
    if (arrived && tables.pending !== undefined) tables.state = tables.pending;
    tables.pending = undefined;
    this.#settled();
  }

  #settled(): void {
    this.version += 1;
    this.durableVersion += 1;
  }

  #change(directory: DirectoryNode, name: string, node: Node | undefined): void {
    this.#sequence += 1;
    this.version += 1;
    directory.set(name, node, this.#sequence);
  }

  #place(path: string): { readonly directory: DirectoryNode; readonly name: string } {
    const parts = partsOf(path);
    const name = parts.pop() ?? '';
    const directory = this.find(parts.join('/'));
    if (directory?.kind !== 'directory') throw systemError('ENOENT', path);
    return { directory, name };
  }

  #pendingSequences(): number[] {
    const sequences = new Set<number>();
    for (const node of this.#nodes()) {
      if (node.kind !== 'directory') continue;
      for (const { changes } of node.names.values())
        for (const { sequence } of changes) sequences.add(sequence);
    }
    return [...sequences].sort((a, b) => a - b);
  }

  *#nodes(from: DirectoryNode = this.#root): Generator<Node> {
    yield from;
    for (const name of from.names.keys()) {
      const node = from.find(name);
      if (node?.kind === 'directory') yield* this.#nodes(node);
      else if (node !== undefined) yield node;
    }
  }

  #fill(into: DirectoryNode, from: DirectoryNode, cut: Cut): void {
    for (const [name, state] of from.names) {
      const node = survivor(state, cut);
      if (node === undefined) continue;
      let copy = cut.copies.get(node);
      if (copy === undefined) {
        copy = this.#copy(node, cut.loss);
        cut.copies.set(node, copy);
        if (node.kind === 'directory' && copy.kind === 'directory') this.#fill(copy, node, cut);
      }
      into.names.set(name, { durable: copy, changes: [] });
    }
  }

  #copy(node: Node, loss: Loss): Node {
    const number = this.#numbers++;
    if (node.kind === 'directory') return new DirectoryNode(number);
    if (node.kind === 'tables') {
      const copy = new TablesNode(number);
      copy.state = node.pending !== undefined && loss.keepTransaction() ? node.pending : node.state;
      return copy;
    }
    const copy = new FileNode(number);
    copy.synced = node.crashed(loss);
    copy.live = copy.synced.copy();
    return copy;
  }
}

function survivor({ changes, durable }: NameState, { loss, lastKept }: Cut): Node | undefined {
  if (changes.length === 0) return durable;
  const kept = loss.journal
    ? changes.filter(({ sequence }) => lastKept !== undefined && sequence <= lastKept).length
    : loss.keepChanges(changes.length);
  return kept === 0 ? durable : changes[kept - 1]?.node;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

export function systemError(code: string, what: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}
