// predastore mb BUCKET: makes a bucket.

import { parseBucket } from './location.ts';
import { result } from './output.ts';
import type { StoreCommandSpec } from './store-command.ts';

export const mb: StoreCommandSpec = {
  parameters: 'BUCKET',
  summary: 'make a bucket',
  flags: [],
  argsMax: 1,
  check: ([name]) => void parseBucket(name),
  run: async ({ store, output, args: [name] }) => {
    const bucket = parseBucket(name);
    await store.createBucket({ Bucket: bucket }, { idempotencyKey: 'auto' });
    await result(output, { Bucket: bucket, Created: true }, `${bucket}: made`);
  },
};
