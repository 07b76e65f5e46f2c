// What somebody outside remembers of a data directory, so that a directory that was put back to an earlier day is noticed.
//
// Owns: comparing at the start, telling the witness before numbers are used. Refuses: where the witness lives (host: the cluster
// metadata), what the state holds.
// Invariants:
//   W1. Numbers above a high-water mark are used only after the witness took that mark. A directory that knows less than its witness
//       is therefore older than numbers that were used, and is refused.
//   W2. The witness is changed by compare-and-set. Of two processes with copies of one directory only one gets a mark taken; the
//       other one has numbers below the mark both know of, if any, and gets no more. A start takes numbers from the mark on.

import { PredastoreError } from '../core/errors.ts';
import type { StoreState } from './store-state.ts';

export interface WitnessRecord {
  /** 32 hex digits. */
  readonly storeId: string;
  /** Sequence of the state when it was last witnessed. */
  readonly sequence: number;
  readonly fragmentHighWater: number;
  /** Drawn at every start: tells our own unanswered write from somebody else's. */
  readonly process: string;
}

export interface Witnessed {
  readonly record: WitnessRecord;
  /** What `write` compares. */
  readonly revision: number;
}

export type WitnessOutcome =
  { readonly kind: 'written'; readonly revision: number } | { readonly kind: 'conflict' };

/** A place outside the machine that keeps one record for each store. */
export interface StoreWitness {
  /** The last record of this store, `undefined` when there is none. Rejects when that cannot be told. */
  read(storeId: string): Promise<Witnessed | undefined>;
  /** Replaces the record that has `revision`, or writes the first one. */
  write(record: WitnessRecord, revision: number | undefined): Promise<WitnessOutcome>;
}

/** What is told to the operator of a directory that must not be used. */
const MEND =
  'Using it would repeat nonces and miss shards. Move the directory away and start with an empty one: the other nodes refill it. ' +
  'If another machine runs this node, stop one of the two.';

export class StateWitness {
  readonly #witness: StoreWitness;
  readonly #process: string;
  #revision: number | undefined;
  #refusal: PredastoreError | undefined;

  private constructor(witness: StoreWitness, process: string, revision: number | undefined) {
    this.#witness = witness;
    this.#process = process;
    this.#revision = revision;
  }

  /** Refuses a state that is older than what the witness saw. `process` is unique to this start. */
  static async begin(witness: StoreWitness, state: StoreState, process: string): Promise<StateWitness> {
    const known = await witness.read(state.storeId.toString('hex'));
    if (known !== undefined && isOlder(state, known.record)) {
      const { sequence } = known.record;
      const how = `the data directory is at change ${state.sequence}, the cluster saw change ${sequence}: it is an older copy`;
      throw new PredastoreError('store-rewound', `${how}. ${MEND}`);
    }
    return new StateWitness(witness, process, known?.revision);
  }

  /** Makes the witness take `state`, which is durable here. Rejects for good when somebody else goes on with this store. */
  async advance(state: StoreState): Promise<void> {
    if (this.#refusal !== undefined) throw this.#refusal;
    const { sequence, fragmentHighWater } = state;
    const storeId = state.storeId.toString('hex');
    const record = { storeId, sequence, fragmentHighWater, process: this.#process };
    for (;;) {
      const outcome = await this.#witness.write(record, this.#revision);
      if (outcome.kind === 'written') {
        this.#revision = outcome.revision;
        return;
      }
      const known = await this.#witness.read(storeId);
      // An earlier write of ours arrived after we had given it up.
      if (known?.record.process !== this.#process || known.revision === this.#revision) throw this.#refuse();
      this.#revision = known.revision;
    }
  }

  #refuse(): PredastoreError {
    const how = 'another process goes on with a copy of this data directory; this one stops writing';
    this.#refusal = new PredastoreError('store-rewound', `${how}. ${MEND}`);
    return this.#refusal;
  }
}

function isOlder(state: StoreState, known: WitnessRecord): boolean {
  return state.sequence < known.sequence || state.fragmentHighWater < known.fragmentHighWater;
}
