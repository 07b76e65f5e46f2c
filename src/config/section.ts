// A cursor over one TOML table that remembers what was read, so that a key nobody asked for is an error.
//
// Every refusal names the file, the place, what is wrong and how to mend it.

import { PredastoreError } from '../core/errors.ts';

type Table = Readonly<Record<string, unknown>>;

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** AWS: an account is twelve digits. */
export const ACCOUNT_ID = /^[0-9]{12}$/;
export const PORT_BOUNDS: Bounds = { min: 1, max: 65_535 };

/** Refuses the configuration: `problem` ends without a full stop, `mend` is a sentence. */
export function refuseConfig(place: string, problem: string, mend: string): never {
  throw new PredastoreError('invalid-config', `${place}: ${problem}. ${mend}`);
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** What a value is, in the words of TOML. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Date) return 'a date';
  if (isTable(value)) return 'a table';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

export class Section {
  readonly #file: string;
  readonly #path: string;
  readonly #table: Table;
  readonly #asked = new Set<string>();

  /** `path` is how the table is written in the file: `[rs]`, `[[storage]] #2`; empty for the top level. */
  constructor(file: string, path: string, table: Table) {
    this.#file = file;
    this.#path = path;
    this.#table = table;
  }

  /** Stops with a message about `key` of this table. */
  refuse(key: string, problem: string, mend: string): never {
    refuseConfig(`${this.#file}: ${this.#place(key)}`, problem, mend);
  }

  has(key: string): boolean {
    this.#asked.add(key);
    return Object.hasOwn(this.#table, key);
  }

  /** The value as TOML has it, of whatever type. */
  value(key: string): unknown {
    return this.#take(key);
  }

  string(key: string): string {
    return this.optionalString(key) ?? this.refuse(key, 'is missing', `Add ${key} = "…" here.`);
  }

  optionalString(key: string): string | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    if (typeof value === 'string' && value !== '') return value;
    this.refuse(key, `must be a text that is not empty, got ${describe(value)}`, 'Write it in quotes.');
  }

  /** A text that fits `pattern`; `meaning` says what it should look like. */
  matching(key: string, pattern: RegExp, meaning: string): string {
    const value = this.string(key);
    if (pattern.test(value)) return value;
    this.refuse(key, `must be ${meaning}, got "${value}"`, 'Correct it.');
  }

  integer(key: string, bounds: Bounds, fallback?: number): number {
    return (
      this.optionalInteger(key, bounds) ??
      fallback ??
      this.refuse(key, 'is missing', `Add ${key} = <${bounds.min} … ${bounds.max}> here.`)
    );
  }

  optionalInteger(key: string, bounds: Bounds): number | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    if (this.#within(value, bounds) && Number.isInteger(value)) return value;
    const problem = `must be a whole number from ${bounds.min} to ${bounds.max}, got ${describe(value)}`;
    this.refuse(key, problem, 'Correct it.');
  }

  number(key: string, bounds: Bounds, fallback: number): number {
    const value = this.#take(key);
    if (value === undefined) return fallback;
    if (this.#within(value, bounds)) return value;
    this.refuse(
      key,
      `must be a number from ${bounds.min} to ${bounds.max}, got ${describe(value)}`,
      'Correct it.',
    );
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.#take(key);
    if (value === undefined) return fallback;
    if (typeof value === 'boolean') return value;
    this.refuse(key, `must be true or false, got ${describe(value)}`, 'Write it without quotes.');
  }

  oneOf<T extends string>(key: string, choices: readonly T[], fallback: T): T {
    const value = this.#take(key);
    if (value === undefined) return fallback;
    const chosen = choices.find((choice) => choice === value);
    if (chosen !== undefined) return chosen;
    this.refuse(key, `cannot be ${describe(value)}`, `Use one of: ${choices.join(', ')}.`);
  }

  strings(key: string): readonly string[] {
    const value = this.#take(key);
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')) {
      return value as readonly string[];
    }
    this.refuse(key, `must be an array of texts, got ${describe(value)}`, `Write ${key} = ["…", "…"].`);
  }

  /** A table of this name; an empty one when it is absent. */
  section(key: string): Section {
    const value = this.#take(key) ?? {};
    if (isTable(value)) return new Section(this.#file, `${this.#path}[${key}]`, value);
    this.refuse(key, `must be a table, got ${describe(value)}`, `Write it as [${key}].`);
  }

  /** The tables of `[[key]]`, or of an array of inline tables. */
  sections(key: string): readonly Section[] {
    const value = this.#take(key) ?? [];
    if (!Array.isArray(value)) {
      this.refuse(key, `must be an array of tables, got ${describe(value)}`, `Write it as [[${key}]].`);
    }
    return value.map((item: unknown, index) => {
      const path = `${this.#path}[[${key}]] #${index + 1}`;
      if (isTable(item)) return new Section(this.#file, path, item);
      this.refuse(key, `must hold tables only, got ${describe(item)}`, `Write each as [[${key}]].`);
    });
  }

  /** The names of all entries; for tables whose keys are free, which then count as read. */
  keys(): readonly string[] {
    const keys = Object.keys(this.#table);
    for (const key of keys) this.#asked.add(key);
    return keys;
  }

  /** Refuses every key that nobody asked for: a typing error would otherwise be a silent default. */
  finish(): void {
    const unknown = Object.keys(this.#table).find((key) => !this.#asked.has(key));
    if (unknown === undefined) return;
    const known = [...this.#asked].sort().join(', ');
    this.refuse(unknown, 'is not a setting of Predastore', `Remove it, or correct it to one of: ${known}.`);
  }

  #take(key: string): unknown {
    return this.has(key) ? this.#table[key] : undefined;
  }

  #place(key: string): string {
    return this.#path === '' ? key : `${this.#path} ${key}`;
  }

  #within(value: unknown, bounds: Bounds): value is number {
    return typeof value === 'number' && value >= bounds.min && value <= bounds.max;
  }
}
