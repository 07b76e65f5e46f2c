// predastore rm [-r] BUCKET/KEY: removes an object, or everything below a prefix.

import type { Store } from '../../client/index.ts';
import { S3Error, isS3ErrorCode } from '../../contracts/s3-errors.ts';
import { folderOf, pagesOf } from './objects.ts';
import { parseLocation, parseObject, show, type Location } from './location.ts';
import { result } from './output.ts';
import type { StoreCommandSpec } from './store-command.ts';

export const rm: StoreCommandSpec = {
  parameters: '[-r] BUCKET/KEY',
  summary: 'remove an object; -r everything below a prefix',
  flags: ['recursive'],
  argsMax: 1,
  check: ([name]) => void parseLocation(name, 'object'),
  run: async ({ store, output, args: [name], has }) => {
    if (has('recursive')) {
      const folder = folderOf(parseLocation(name, 'prefix'));
      const removed = await removeBelow(store, folder);
      await result(output, { Removed: removed }, `${removed} objects removed below ${show(folder)}`);
      return;
    }
    const object = parseObject(name, 'object');
    // AWS answers alike whether there was anything; a person who mistyped wants to know.
    await store.headObject({ Bucket: object.bucket, Key: object.key });
    await store.deleteObject({ Bucket: object.bucket, Key: object.key }, { idempotencyKey: 'auto' });
    await result(
      output,
      { Bucket: object.bucket, Key: object.key, Removed: true },
      `${show(object)}: removed`,
    );
  },
};

/** Removes every object below a prefix, a page at a time; resolves with their number. */
export async function removeBelow(store: Store, folder: Location): Promise<number> {
  let removed = 0;
  for await (const { Contents = [] } of pagesOf(store, folder)) {
    if (Contents.length === 0) continue;
    const Objects = Contents.map(({ Key }) => ({ Key }));
    const reply = await store.deleteObjects(
      { Bucket: folder.bucket, Delete: { Objects, Quiet: true } },
      { idempotencyKey: 'auto' },
    );
    const [failed] = reply.Errors ?? [];
    if (failed !== undefined) {
      const code = isS3ErrorCode(failed.Code) ? failed.Code : 'InternalError';
      throw new S3Error(code, `${failed.Key}: ${failed.Message}`);
    }
    removed += Objects.length;
  }
  return removed;
}
