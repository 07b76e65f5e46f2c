// predastore get [-r] [--version-id ID] BUCKET/KEY [FILE]: an object into a file or to standard output, or everything below a prefix into a
// folder. A file appears when it is whole: a transfer that fails leaves the old one.

import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { folderOf, objectsBelow } from './objects.ts';
import { inParallel } from './parallel.ts';
import { misuse, parseLocation, parseObject, show, type Location } from './location.ts';
import { result } from './output.ts';
import { Progress } from './progress.ts';
import type { Session, StoreCommandSpec } from './store-command.ts';

export const get: StoreCommandSpec = {
  parameters: '[-r] [--version-id ID] BUCKET/KEY [FILE]',
  summary: 'fetch an object (- is standard output); -r everything below a prefix',
  flags: ['recursive'],
  takesVersion: true,
  argsMax: 2,
  check: ([source]) => void parseLocation(source, 'object'),
  run: async (session) => {
    const [source, target] = session.args;
    if (session.has('recursive')) return getFolder(session, parseLocation(source, 'prefix'), target ?? '.');
    const object = parseObject(source, 'object');
    if (target === '-') return getToOutput(session, object);
    return getFile(session, object, await fileFor(object, target));
  },
};

async function fileFor({ key }: Location, target: string | undefined): Promise<string> {
  const name = basename(key);
  if (target === undefined) return name;
  const isFolder = await stat(target).then(
    (found) => found.isDirectory(),
    () => target.endsWith('/'), // it does not exist yet
  );
  return isFolder ? join(target, name) : target;
}

async function getToOutput({ store, output, version }: Session, { bucket, key }: Location): Promise<void> {
  const { Body } = await store.getObject({ Bucket: bucket, Key: key, ...version });
  for await (const piece of Body) await output.write(piece);
}

async function getFile({ store, output, version }: Session, object: Location, file: string): Promise<void> {
  const asked = { Bucket: object.bucket, Key: object.key, ...version };
  const { Body, ETag } = await store.getObject(asked);
  const progress = new Progress(output, basename(file), Body.lengthBytes);
  await mkdir(dirname(file), { recursive: true });
  const beside = `${file}.${randomUUID()}.part`;
  try {
    const part = await open(beside, 'wx');
    try {
      for await (const piece of progress.count(Body)) await part.writeFile(piece);
    } finally {
      await part.close();
    }
    await rename(beside, file);
  } finally {
    await rm(beside, { force: true });
  }
  const document = { ...asked, File: file, Size: Body.lengthBytes, ETag };
  await result(output, document, `${show(object)} -> ${file}`);
}

async function getFolder(session: Session, location: Location, target: string): Promise<void> {
  const folder = folderOf(location);
  const root = resolve(target);
  const count = await inParallel(objectsBelow(session.store, folder), async ({ Key }) => {
    const rest = Key.slice(folder.key.length);
    if (rest === '' || rest.endsWith('/')) return; // a marker of a folder
    const file = resolve(root, rest);
    // A key may be anything, also `../../.ssh/authorized_keys`.
    if (!file.startsWith(`${root}${sep}`)) throw misuse(`"${Key}" would be written outside of ${target}`);
    await getFile(session, { bucket: folder.bucket, key: Key }, file);
  });
  session.output.tell(`${count} objects fetched from ${show(folder)}`);
}
