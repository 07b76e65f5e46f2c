// predastore rb [--force] BUCKET: removes a bucket, with --force also what is in it, in all its versions.

import { parseBucket } from './location.ts';
import { result } from './output.ts';
import { removeVersionsBelow } from './rm.ts';
import type { StoreCommandSpec } from './store-command.ts';

export const rb: StoreCommandSpec = {
  parameters: '[-f] BUCKET',
  summary: 'remove a bucket; -f also everything in it',
  flags: ['force'],
  argsMax: 1,
  check: ([name]) => void parseBucket(name),
  run: async ({ store, output, args: [name], has }) => {
    const bucket = parseBucket(name);
    const removed = has('force') ? await removeVersionsBelow(store, { bucket, key: '' }) : 0;
    await store.deleteBucket({ Bucket: bucket }, { idempotencyKey: 'auto' });
    const words = removed === 0 ? '' : `, with ${removed} objects`;
    await result(output, { Bucket: bucket, Removed: true, Objects: removed }, `${bucket}: removed${words}`);
  },
};
