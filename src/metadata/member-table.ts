// Members of the cluster: every node introduces itself with its address and the fingerprint of its key.
//
// Invariant: the key of a node never changes behind the cluster's back. A process that claims the id of a member with
// another key is refused, whoever it is.

import type { NodeRecord, RingRecord } from '../contracts/records.ts';
import { PredastoreError } from '../core/errors.ts';
import type { NodeId } from '../core/ids.ts';
import { METADATA_PATIENCE_MS } from '../core/limits.ts';
import type { CommitOutcome, Expectation, Versioned } from './commits.ts';
import type { MetadataLog } from './metadata-log.ts';
import type { MemberTable } from './metadata-store.ts';
import { decodeNode, encodeRecord } from './record-codec.ts';
import type { RevisionWaiters } from './revision-waiters.ts';
import { nodeSubject, RING_SUBJECT } from './subjects.ts';
import type { View } from './view.ts';

/** Two processes that claim one id at the same time disagree at most this often before one of them is refused. */
const REGISTER_TRIES_MAX = 5;

export class StreamMembers implements MemberTable {
  readonly #log: MetadataLog;
  readonly #view: View;
  readonly #waiters: RevisionWaiters;
  readonly #listeners = new Set<() => void>();

  constructor(log: MetadataLog, view: View, waiters: RevisionWaiters) {
    this.#log = log;
    this.#view = view;
    this.#waiters = waiters;
  }

  async register(record: NodeRecord): Promise<void> {
    const subject = nodeSubject(record.id);
    for (let tries = 0; tries < REGISTER_TRIES_MAX; tries += 1) {
      // The view is no witness here: it may lag at the start of a process, and compare-and-set decides anyway.
      const last = await this.#log.read(subject, () => 0);
      if (last !== undefined) refuseStranger(record, decodeNode(last.payload));
      const expected = last === undefined ? 'absent' : { revision: last.sequence };
      const outcome = await this.#log.commit({ subject, record: encodeRecord(record), expected });
      if (outcome.kind === 'committed') {
        await this.#waiters.reached(outcome.revision, METADATA_PATIENCE_MS);
        return;
      }
    }
    throw new PredastoreError('metadata-unavailable', `the record of node ${record.id} keeps changing`);
  }

  async forget(id: NodeId): Promise<boolean> {
    const subject = nodeSubject(id);
    const last = await this.#log.read(subject, () => 0);
    if (last === undefined) return false;
    const outcome = await this.#log.commit({
      subject,
      record: undefined,
      expected: { revision: last.sequence },
    });
    return outcome.kind === 'committed';
  }

  get ring(): Versioned<RingRecord> | undefined {
    return this.#view.ring;
  }

  async changeRing(record: RingRecord, expected: Expectation): Promise<CommitOutcome> {
    const outcome = await this.#log.commit({ subject: RING_SUBJECT, record: encodeRecord(record), expected });
    if (outcome.kind === 'committed') await this.#waiters.reached(outcome.revision, METADATA_PATIENCE_MS);
    return outcome;
  }

  list(): readonly NodeRecord[] {
    return this.#view.nodes();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Called by the feed after membership changed. */
  notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

function refuseStranger(record: NodeRecord, known: NodeRecord): void {
  if (known.peerId === record.peerId) return;
  throw new PredastoreError(
    'peer-rejected',
    `node ${record.id} is a member with key ${known.peerId} (at ${known.host}:${known.port}), this process has key ` +
      `${record.peerId}. If the data directory was restored, restore its key too. If the machine was replaced for good, ` +
      `say so with "predastore node accept ${record.id}" and start this node again.`,
  );
}
