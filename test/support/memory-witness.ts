// A witness of stores that remembers in memory, and fails as told.

import type {
  StoreWitness,
  WitnessOutcome,
  Witnessed,
  WitnessRecord,
} from '../../src/segments/state-witness.ts';

export class MemoryWitness implements StoreWitness {
  readonly records = new Map<string, Witnessed>();
  #revision = 0;
  /** What the next writes do: nothing of it (`unanswered`), or all of it without an answer (`lost answer`). */
  trouble: 'none' | 'unanswered' | 'lost answer' = 'none';
  writes = 0;

  read(storeId: string): Promise<Witnessed | undefined> {
    return Promise.resolve(this.records.get(storeId));
  }

  async write(record: WitnessRecord, revision: number | undefined): Promise<WitnessOutcome> {
    this.writes += 1;
    const unanswered = (): Error => Object.assign(new Error('no answer'), { code: 'metadata-unavailable' });
    if (this.trouble === 'unanswered') throw unanswered();
    if (this.records.get(record.storeId)?.revision !== revision) return { kind: 'conflict' };
    this.#revision += 1;
    this.records.set(record.storeId, { record, revision: this.#revision });
    if (this.trouble === 'lost answer') throw unanswered();
    return { kind: 'written', revision: this.#revision };
  }
}
