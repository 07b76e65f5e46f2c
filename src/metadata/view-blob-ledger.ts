// The blob ledger over the view and the log (blob-ledger.ts says what is promised).

import type { BlobRecord } from '../contracts/records.ts';
import type { WriteId } from '../core/ids.ts';
import { REVISED } from './event-note.ts';
import type { BlobLedger, BlobNames, Revision } from './blob-ledger.ts';
import type { MetadataLog } from './metadata-log.ts';
import { withBlobs } from './named-blobs.ts';
import { condemnedSubject } from './subjects.ts';
import type { StreamTrust } from './stream-trust.ts';
import type { View } from './view.ts';

/** How often a record that others keep changing is tried. */
const REVISE_TRIES_MAX = 8;
/** Writes condemned at once: the stream belongs to the requests. */
const CONDEMN_AT_ONCE = 16;

export interface LedgerParts {
  readonly view: View;
  readonly log: MetadataLog;
  readonly trust: StreamTrust;
  readonly catchUp: () => Promise<void>;
}

export class ViewBlobLedger implements BlobLedger {
  readonly #parts: LedgerParts;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  get complete(): boolean {
    return !this.#parts.trust.fenced && !this.#parts.view.hasUnreadable;
  }

  get stream(): string {
    return this.#parts.view.stream;
  }

  get count(): number {
    return this.#parts.view.referenceCount;
  }

  catchUp(): Promise<void> {
    return this.#parts.catchUp();
  }

  naming(write: WriteId): readonly BlobRecord[] {
    return this.#parts.view.naming(write);
  }

  after(after: WriteId | '', limit: number): readonly BlobNames[] {
    return this.#parts.view.namingAfter(after, limit);
  }

  fateOf(write: WriteId): 'named' | 'queued' | 'unknown' {
    return this.#parts.view.fateOf(write);
  }

  async revise(write: WriteId, change: (blob: BlobRecord) => BlobRecord): Promise<Revision> {
    let revised = 0;
    let contended = 0;
    for (const subject of this.#parts.view.holders(write)) {
      const ending = await this.#reviseAt(subject, (blob) => (blob.write === write ? change(blob) : blob));
      if (ending === 'revised') revised += 1;
      if (ending === 'contended') contended += 1;
    }
    return { revised, contended };
  }

  async condemn(writes: readonly WriteId[]): Promise<void> {
    const { log } = this.#parts;
    const condemnOne = async (write: WriteId): Promise<void> => {
      // Also over an earlier mark: it lasts longer then.
      await log.commit({ subject: condemnedSubject(write), record: undefined, expected: 'absent' });
    };
    for (let at = 0; at < writes.length; at += CONDEMN_AT_ONCE)
      await Promise.all(writes.slice(at, at + CONDEMN_AT_ONCE).map(condemnOne));
  }

  async #reviseAt(
    subject: string,
    change: (blob: BlobRecord) => BlobRecord,
  ): Promise<'revised' | 'unchanged' | 'contended'> {
    const { log } = this.#parts;
    for (let tries = 0; tries < REVISE_TRIES_MAX; tries += 1) {
      const last = await log.last(subject);
      if (last === undefined || last.payload.length === 0) return 'unchanged';
      const record = withBlobs(subject, last.payload, change);
      if (record === undefined) return 'unchanged';
      const outcome = await log.commit({
        subject,
        record,
        expected: { revision: last.sequence },
        note: REVISED,
      });
      if (outcome.kind === 'committed') return 'revised';
    }
    return 'contended';
  }
}
