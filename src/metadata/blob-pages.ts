// A walk over every blob that a record names, for those who look at the whole cluster: counts, sweeps.

import type { WriteId } from '../core/ids.ts';
import type { BlobLedger, BlobNames } from './metadata-store.ts';

/** A page is read in one go; between two pages the walker decides how long others have the thread. */
const PAGE_BLOBS = 500;

/** Pages in the order of write ids, none of them empty. What is written behind the walk is not seen by it. */
export function* blobPages(blobs: Pick<BlobLedger, 'after'>): Generator<readonly BlobNames[], void> {
  let after: WriteId | '' = '';
  for (;;) {
    const page = blobs.after(after, PAGE_BLOBS);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.write;
    yield page;
  }
}
