// predastore ls [-r] [-l] [--versions] [BUCKET[/PREFIX]]: buckets, or what is below a prefix.

import type { ListObjectVersionsReply } from '../../contracts/generated/messages.ts';
import { pagesOf, versionPagesOf, type ListedObject } from './objects.ts';
import { parseLocation, type Location } from './location.ts';
import { result, type Output } from './output.ts';
import { bytesText } from './progress.ts';
import type { Session, StoreCommandSpec } from './store-command.ts';

/** Where the names begin in a long listing. */
const PREFIX_COLUMN = 36;

export const ls: StoreCommandSpec = {
  parameters: '[-rl] [--versions] [BUCKET[/PREFIX]]',
  summary: 'list buckets or objects; -r all levels, -l with sizes, --versions all versions',
  flags: ['recursive', 'long', 'versions'],
  argsMax: 1,
  check: ([name]) => {
    if (name !== undefined) parseLocation(name, 'prefix');
  },
  run: (session) => {
    const [name] = session.args;
    if (name === undefined) return listBuckets(session);
    const location = parseLocation(name, 'prefix');
    return session.has('versions') ? listVersions(session, location) : listObjects(session, location);
  },
};

async function listBuckets({ store, output, has }: Session): Promise<void> {
  let token: string | undefined;
  do {
    const page = await store.listBuckets(token === undefined ? {} : { ContinuationToken: token });
    for (const bucket of page.Buckets) {
      await result(output, bucket, has('long') ? `${bucket.CreationDate}  ${bucket.Name}` : bucket.Name);
    }
    token = page.ContinuationToken;
  } while (token !== undefined);
}

async function listObjects({ store, output, has }: Session, location: Location): Promise<void> {
  for await (const page of pagesOf(store, location, has('recursive') ? undefined : '/')) {
    for (const { Prefix } of page.CommonPrefixes ?? [])
      await result(output, { Prefix }, has('long') ? `${' '.repeat(PREFIX_COLUMN)}${Prefix}` : Prefix);
    for (const object of page.Contents ?? []) await listObject(output, object, has('long'));
  }
}

function listObject(output: Output, object: ListedObject, long: boolean): Promise<void> {
  const { Key, Size, LastModified } = object;
  return result(output, object, long ? `${LastModified} ${bytesText(Size).padStart(10)}  ${Key}` : Key);
}

/** A line for each version and each delete marker: its id, its key, and whether it is current. */
async function listVersions({ store, output, has }: Session, location: Location): Promise<void> {
  for await (const page of versionPagesOf(store, location, has('recursive') ? undefined : '/')) {
    for (const { Prefix } of page.CommonPrefixes ?? []) await result(output, { Prefix }, Prefix);
    for (const entry of inOrder(page)) {
      const { Key, VersionId, IsLatest, LastModified } = entry;
      const size = 'Size' in entry ? bytesText(entry.Size) : 'deleted';
      const name = `${VersionId}  ${Key}${IsLatest ? '  (current)' : ''}`;
      await result(output, entry, has('long') ? `${LastModified} ${size.padStart(10)}  ${name}` : name);
    }
  }
}

type Version = NonNullable<ListObjectVersionsReply['Versions']>[number];
type Marker = NonNullable<ListObjectVersionsReply['DeleteMarkers']>[number] & { readonly DeleteMarker: true };

/** Versions and markers of a page together, as they follow each other. */
function inOrder({ Versions = [], DeleteMarkers = [] }: ListObjectVersionsReply): (Version | Marker)[] {
  const markers = DeleteMarkers.map((marker): Marker => ({ ...marker, DeleteMarker: true }));
  return [...Versions, ...markers].sort(
    (one, other) =>
      Buffer.compare(Buffer.from(one.Key), Buffer.from(other.Key)) ||
      Number(other.IsLatest) - Number(one.IsLatest) ||
      Date.parse(other.LastModified) - Date.parse(one.LastModified),
  );
}
