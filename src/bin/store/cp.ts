// predastore cp [-r] [--version-id ID] BUCKET/KEY BUCKET/KEY: copies inside the store; no byte of an object travels.

import { basename } from 'node:path';
import type { Store } from '../../client/index.ts';
import { folderOf, objectsBelow } from './objects.ts';
import { inParallel } from './parallel.ts';
import { parseLocation, parseObject, show, type Location } from './location.ts';
import { result } from './output.ts';
import type { Session, StoreCommandSpec } from './store-command.ts';

export const cp: StoreCommandSpec = {
  parameters: '[-r] [--version-id ID] BUCKET/KEY BUCKET[/KEY]',
  summary: 'copy inside the store, from a version of the source; -r everything below a prefix',
  flags: ['recursive'],
  takesVersion: true,
  argsMax: 2,
  check: ([from, to]) => {
    parseLocation(from, 'source');
    parseLocation(to, 'target');
  },
  run: async (session) => {
    const [from, to] = session.args;
    const target = parseLocation(to, 'target');
    if (session.has('recursive')) {
      await copyFolder(session, folderOf(parseLocation(from, 'source')), folderOf(target));
      return;
    }
    const source = parseObject(from, 'source');
    const isFolder = target.key === '' || target.key.endsWith('/');
    const key = isFolder ? `${target.key}${basename(source.key)}` : target.key;
    await copy(session, source, { bucket: target.bucket, key });
  },
};

async function copy({ store, output, version }: Session, source: Location, target: Location): Promise<void> {
  await copyObject(store, { ...source, ...version }, target);
  const document = { From: show(source), Bucket: target.bucket, Key: target.key };
  await result(output, document, `${show(source)} -> ${show(target)}`);
}

async function copyObject(
  store: Store,
  { bucket, key, VersionId: version }: Location & { readonly VersionId?: string },
  target: Location,
): Promise<void> {
  const asked = version === undefined ? '' : `?versionId=${encodeURIComponent(version)}`;
  const CopySource = `${bucket}/${encodeURIComponent(key)}${asked}`;
  await store.copyObject({ Bucket: target.bucket, Key: target.key, CopySource }, { idempotencyKey: 'auto' });
}

async function copyFolder(session: Session, from: Location, to: Location): Promise<void> {
  const count = await inParallel(objectsBelow(session.store, from), ({ Key }) => {
    const target = { bucket: to.bucket, key: `${to.key}${Key.slice(from.key.length)}` };
    return copy(session, { bucket: from.bucket, key: Key }, target);
  });
  session.output.tell(`${count} objects copied from ${show(from)} to ${show(to)}`);
}
