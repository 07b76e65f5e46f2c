// What operations on objects need beside blobs: the metadata plane.

import type { BlobContext } from './blob-context.ts';
import type { CommitTurns } from './commit-turns.ts';
import type { MetadataStore } from '../metadata/metadata-store.ts';

export interface ObjectContext extends BlobContext {
  readonly metadata: MetadataStore;
  readonly turns: CommitTurns;
}
