// What a batch does to one table: the last row of every key it touches, over what the table holds.

import { settled } from '../platform/supervise.ts';
import type { Rows } from './view-tables.ts';

export class RowChanges {
  readonly #rows: Rows;
  /** By row key as latin1 text; `undefined`: removed. */
  readonly #changed = new Map<string, Buffer | undefined>();

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  get(key: Buffer): Buffer | undefined {
    const text = key.toString('latin1');
    return this.#changed.has(text) ? this.#changed.get(text) : this.#rows.getBinary(key);
  }

  set(key: Buffer, row: Buffer | undefined): void {
    this.#changed.set(key.toString('latin1'), row);
  }

  /** The keys from `start` to before `end` that have a row. */
  keys(start: Buffer, end: Buffer): readonly Buffer[] {
    const found = [...this.#rows.getKeys({ start, end })].filter(
      (key) => !this.#changed.has(key.toString('latin1')),
    );
    const [from, to] = [start.toString('latin1'), end.toString('latin1')];
    for (const [text, row] of this.#changed) {
      if (row !== undefined && text >= from && text < to) found.push(Buffer.from(text, 'latin1'));
    }
    return found;
  }

  /** Adds everything to the write batch that is being composed. */
  write(): void {
    for (const [text, row] of this.#changed) writeRow(this.#rows, Buffer.from(text, 'latin1'), row);
  }
}

export function writeRow(rows: Rows, key: Buffer, row: Buffer | undefined): void {
  const write = row === undefined ? rows.remove(key) : rows.put(key, row);
  settled(write, 'the batch that holds it reports');
}
