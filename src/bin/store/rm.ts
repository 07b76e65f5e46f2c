// predastore rm [-r] [--versions] [--version-id ID] BUCKET/KEY: removes an object, a version of it, or everything below a prefix.

import type { Store } from '../../client/index.ts';
import type { DeleteObjectsRequest } from '../../contracts/generated/messages.ts';
import { S3Error, isS3Error, isS3ErrorCode } from '../../contracts/s3-errors.ts';
import { folderOf, pagesOf, versionPagesOf } from './objects.ts';
import { misuse, parseLocation, parseObject, show, type Location } from './location.ts';
import { result } from './output.ts';
import type { Session, StoreCommandSpec } from './store-command.ts';

type Bypass = Pick<DeleteObjectsRequest, 'BypassGovernanceRetention'>;

export const rm: StoreCommandSpec = {
  parameters: '[-r [--versions]] [--version-id ID] [--bypass-governance] BUCKET/KEY',
  summary:
    'remove an object, or a version of it for good; -r everything below a prefix, --versions of all versions',
  flags: ['recursive', 'versions', 'bypass-governance'],
  takesVersion: true,
  argsMax: 1,
  check: ([name]) => void parseLocation(name, 'object'),
  run: async (session) => {
    const { args, has, store, output } = session;
    const bypass: Bypass = has('bypass-governance') ? { BypassGovernanceRetention: true } : {};
    if (!has('recursive')) {
      if (has('versions')) throw misuse('--versions goes with -r; --version-id names one');
      return removeOne(session, parseObject(args[0], 'object'), bypass);
    }
    const folder = folderOf(parseLocation(args[0], 'prefix'));
    const isAll = has('versions');
    const removed = isAll
      ? await removeVersionsBelow(store, folder, bypass)
      : await removeBelow(store, folder);
    const words = `${removed} ${isAll ? 'versions' : 'objects'} removed below ${show(folder)}`;
    await result(output, { Removed: removed }, words);
  },
};

async function removeOne(
  { store, output, version }: Session,
  object: Location,
  bypass: Bypass,
): Promise<void> {
  const asked = { Bucket: object.bucket, Key: object.key, ...version };
  // AWS answers alike whether there was anything; a person who mistyped wants to know. A delete marker can only be removed.
  await store.headObject(asked).catch((error: unknown) => {
    if (!isS3Error(error) || error.code !== 'MethodNotAllowed') throw error;
  });
  await store.deleteObject({ ...asked, ...bypass }, { idempotencyKey: 'auto' });
  const { VersionId } = version;
  const words = VersionId === undefined ? '' : ` version ${VersionId}`;
  await result(output, { ...asked, Removed: true }, `${show(object)}:${words} removed`);
}

/** Removes every object below a prefix, a page at a time; resolves with their number. */
export async function removeBelow(store: Store, folder: Location): Promise<number> {
  let removed = 0;
  for await (const { Contents = [] } of pagesOf(store, folder)) {
    removed += await removeAll(store, folder.bucket, { Objects: Contents.map(({ Key }) => ({ Key })) });
  }
  return removed;
}

/** The same for every version and every delete marker. */
export async function removeVersionsBelow(
  store: Store,
  folder: Location,
  bypass: Bypass = {},
): Promise<number> {
  let removed = 0;
  for await (const { Versions = [], DeleteMarkers = [] } of versionPagesOf(store, folder)) {
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    removed += await removeAll(store, folder.bucket, { Objects, ...bypass });
  }
  return removed;
}

async function removeAll(
  store: Store,
  bucket: string,
  { Objects, ...bypass }: Pick<DeleteObjectsRequest['Delete'], 'Objects'> & Bypass,
): Promise<number> {
  if (Objects.length === 0) return 0;
  const reply = await store.deleteObjects(
    { Bucket: bucket, Delete: { Objects, Quiet: true }, ...bypass },
    { idempotencyKey: 'auto' },
  );
  const [failed] = reply.Errors ?? [];
  if (failed === undefined) return Objects.length;
  const code = isS3ErrorCode(failed.Code) ? failed.Code : 'InternalError';
  throw new S3Error(code, `${failed.Key}: ${failed.Message}`);
}
