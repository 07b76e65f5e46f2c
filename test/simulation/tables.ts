// The engine's index tables on a simulated disk. A transaction takes two events: its work, then its becoming durable and visible;
// a power cut between the two may keep it or not.

import type {
  IndexTable,
  IndexTableRow,
  IndexTables,
  OpenIndexTables,
} from '../../src/segments/index-tables.ts';
import { systemError, type TablesNode } from './disk.ts';
import type { DiskPort } from './files.ts';
import type { Rows, TableName, TablesState } from './tables-state.ts';

const FILE_NAME = 'data.mdb';

export function simulatedTables(port: DiskPort): OpenIndexTables {
  return (directory) => {
    const path = `${directory}/${FILE_NAME}`;
    const fault = port.faultOf('openTables', path);
    if (fault?.code !== undefined) throw systemError(fault.code, 'injected into openTables');
    return new SimulatedTables(port, path, port.disk.tables(path));
  };
}

class SimulatedTable implements IndexTable {
  readonly #rows: () => Rows;
  /** The rows being changed, inside a transaction. */
  writable: Map<string, Buffer> | undefined;

  constructor(rows: () => Rows) {
    this.#rows = rows;
  }

  get(key: Buffer): Buffer | undefined {
    const value = this.#current().get(key.toString('latin1'));
    return value === undefined ? undefined : Buffer.from(value);
  }

  has(key: Buffer): boolean {
    return this.#current().has(key.toString('latin1'));
  }

  *range(after: Buffer | undefined): Generator<IndexTableRow> {
    for (const key of this.keys(after)) yield { key, value: Buffer.from(this.get(key) ?? []) };
  }

  *keys(after: Buffer | undefined): Generator<Buffer> {
    const behind = after?.toString('latin1');
    for (const key of [...this.#current().keys()].sort()) {
      if (behind === undefined || key > behind) yield Buffer.from(key, 'latin1');
    }
  }

  put(key: Buffer, value: Buffer): void {
    this.#writable().set(key.toString('latin1'), Buffer.from(value));
  }

  remove(key: Buffer): void {
    this.#writable().delete(key.toString('latin1'));
  }

  #current(): Rows {
    return this.writable ?? this.#rows();
  }

  #writable(): Map<string, Buffer> {
    if (this.writable === undefined) throw new Error('tables change inside a transaction only');
    return this.writable;
  }
}

class SimulatedTables implements IndexTables {
  readonly shards: SimulatedTable;
  readonly segments: SimulatedTable;
  readonly about: SimulatedTable;
  readonly #port: DiskPort;
  readonly #path: string;
  readonly #node: TablesNode;

  constructor(port: DiskPort, path: string, node: TablesNode) {
    this.#port = port;
    this.#path = path;
    this.#node = node;
    const table = (name: TableName) => new SimulatedTable(() => node.state[name]);
    this.shards = table('shards');
    this.segments = table('segments');
    this.about = table('about');
  }

  transact(work: () => void): Promise<void> {
    const fault = this.#port.faultOf('transact', this.#path);
    const running = this.#node.tail.then(async () => {
      const { disk, stepper } = this.#port;
      await stepper.step(() => disk.begin(this.#node, this.#run(work)));
      await stepper.step(() => {
        disk.end(this.#node, fault?.code === undefined || fault.applied === true);
        if (fault?.code !== undefined) throw systemError(fault.code, 'injected into a transaction');
      });
    });
    this.#node.tail = running.catch(() => undefined);
    return running;
  }

  async close(): Promise<void> {
    await this.#node.tail;
  }

  #run(work: () => void): TablesState {
    const all = [this.shards, this.segments, this.about];
    const { state } = this.#node;
    this.shards.writable = new Map(state.shards);
    this.segments.writable = new Map(state.segments);
    this.about.writable = new Map(state.about);
    try {
      work();
      return {
        shards: this.shards.writable,
        segments: this.segments.writable,
        about: this.about.writable,
      };
    } finally {
      for (const table of all) table.writable = undefined;
    }
  }
}
