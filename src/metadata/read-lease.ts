// How long the answers of the stream leader may be believed.
//
// A leader that was cut off does not know it: NATS lets it answer reads for up to ten seconds while the others elect a new one
// and commit on. Such a leader would give us objects that were replaced or deleted meanwhile. (Found by test/faults/cluster; the servers
// have no lease of their own.) So an answer counts only while a quorum has lately stored something that we sent.
//
// Owns: the time of the last such proof. Refuses: reading; the log asks before and after.
// Invariants:
//   L1. `holds` is true only within LEASE_MS of sending what a quorum then stored. Whoever stored it waits for at least four seconds
//       (`minElectionTimeout` of nats-server) from then before it stands for election, and votes for nobody whose log lacks it: until
//       then no other leader can have committed anything.
//   L2. A node that reads or writes all the time waits for no proof: it is renewed ahead, by one small append.

import { METADATA_LEASE_MS } from '../core/limits.ts';
import type { Clock } from '../platform/clock.ts';
import { settled } from '../platform/supervise.ts';

export interface ReadLeaseOptions {
  readonly clock: Clock;
  /** False where one server is the whole truth. */
  readonly replicated: boolean;
  /** Appends something; calls `proven` through the log. */
  readonly prove: () => Promise<unknown>;
}

export class ReadLease {
  readonly #options: ReadLeaseOptions;
  #provenMs = -Infinity;

  constructor(options: ReadLeaseOptions) {
    this.#options = options;
  }

  /** A quorum stored what was sent at `sentMs` (monotonic). */
  proven(sentMs: number): void {
    this.#provenMs = Math.max(this.#provenMs, sentMs);
  }

  /** Whether an answer that has just come is the truth of this moment. */
  get holds(): boolean {
    return !this.#options.replicated || this.#ageMs < METADATA_LEASE_MS;
  }

  /** Resolves while the lease holds; renews it before it ends, and waits for a proof where it has ended. */
  async ready(): Promise<void> {
    if (!this.#options.replicated || this.#ageMs < METADATA_LEASE_MS / 2) return;
    const proof = this.#options.prove();
    if (this.holds) settled(proof, 'whoever reads once the lease has ended is told');
    else await proof;
  }

  get #ageMs(): number {
    return this.#options.clock.monotonicMs() - this.#provenMs;
  }
}
