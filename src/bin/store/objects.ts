// Walking through the objects below a prefix, page by page.

import type { Store } from '../../client/index.ts';
import type { ListObjectsV2Reply, ListObjectVersionsReply } from '../../contracts/generated/messages.ts';
import type { Location } from './location.ts';

export type ListedObject = NonNullable<ListObjectsV2Reply['Contents']>[number];

export async function* pagesOf(
  store: Store,
  { bucket, key: prefix }: Location,
  delimiter?: string,
): AsyncGenerator<ListObjectsV2Reply> {
  let token: string | undefined;
  do {
    const page = await store.listObjectsV2({
      Bucket: bucket,
      Prefix: prefix,
      ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
      ...(token === undefined ? {} : { ContinuationToken: token }),
    });
    yield page;
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

/** The same of all versions: by key, the newest first. */
export async function* versionPagesOf(
  store: Store,
  { bucket, key: prefix }: Location,
  delimiter?: string,
): AsyncGenerator<ListObjectVersionsReply> {
  let from: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
  while (from !== undefined) {
    const page: ListObjectVersionsReply = await store.listObjectVersions({
      Bucket: bucket,
      Prefix: prefix,
      ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
      ...from,
    });
    yield page;
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
    from =
      KeyMarker === undefined
        ? undefined
        : { KeyMarker, ...(VersionIdMarker === undefined ? {} : { VersionIdMarker }) };
  }
}

/** Every object below a prefix, in the order of keys. */
export async function* objectsBelow(store: Store, location: Location): AsyncGenerator<ListedObject> {
  for await (const page of pagesOf(store, location)) yield* page.Contents ?? [];
}

/** `photos/2026` as the folder that a person means: `photos/2026/`. */
export function folderOf({ bucket, key }: Location): Location {
  return { bucket, key: key === '' || key.endsWith('/') ? key : `${key}/` };
}
