// predastore put [-r] FILE… BUCKET/KEY: files, folders or standard input into the store.

import { createReadStream } from 'node:fs';
import { mkdtemp, open, opendir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { folderOf } from './objects.ts';
import { inParallel } from './parallel.ts';
import { misuse, parseLocation, show, type Location } from './location.ts';
import { result } from './output.ts';
import { Progress } from './progress.ts';
import type { Session, StoreCommandSpec } from './store-command.ts';

export const put: StoreCommandSpec = {
  parameters: '[-r] FILE BUCKET[/KEY]',
  summary: 'store a file (- is standard input); -r a folder',
  flags: ['recursive'],
  argsMax: 2,
  check: ([file, target]) => {
    if (file === undefined) throw misuse('name the file: put FILE BUCKET/KEY');
    parseLocation(target, 'target');
  },
  run: async (session) => {
    const [file = '', target] = session.args;
    const location = parseLocation(target, 'target');
    if (file === '-') await putStandardInput(session, location);
    else if (session.has('recursive')) await putFolder(session, file, location);
    else await putFile(session, file, targetOf(file, location));
  },
};

/** `photos/` and `photos` take the name of the file. */
function targetOf(file: string, location: Location): Location {
  const isFolder = location.key === '' || location.key.endsWith('/');
  return isFolder ? { ...location, key: `${location.key}${basename(file)}` } : location;
}

async function putFile({ store, output }: Session, file: string, { bucket, key }: Location): Promise<void> {
  const { size, isDirectory } = await stat(file).then((found) => ({
    size: found.size,
    isDirectory: found.isDirectory(),
  }));
  if (isDirectory) throw misuse(`${file} is a folder: put -r stores what is in it`);
  const progress = new Progress(output, basename(file), size);
  const Body = progress.count(createReadStream(file));
  const { ETag } = await store.putObject(
    { Bucket: bucket, Key: key, Body, ContentLength: size },
    { idempotencyKey: 'auto' },
  );
  const document = { Bucket: bucket, Key: key, Size: size, ETag };
  await result(output, document, `${file} -> ${show({ bucket, key })}`);
}

async function putFolder(session: Session, folder: string, location: Location): Promise<void> {
  const { bucket, key: prefix } = folderOf(location);
  const count = await inParallel(filesBelow(folder), (file) => {
    const key = `${prefix}${relative(folder, file).split(sep).join('/')}`;
    return putFile(session, file, { bucket, key });
  });
  session.output.tell(`${count} files stored below ${show({ bucket, key: prefix })}`);
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

/** The length of a pipe is known at its end: it is kept in a file until then. */
async function putStandardInput(session: Session, location: Location): Promise<void> {
  if (location.key === '' || location.key.endsWith('/'))
    throw misuse('standard input needs a key: put - BUCKET/KEY');
  const folder = await mkdtemp(join(tmpdir(), 'predastore-put-'));
  try {
    const file = join(folder, basename(location.key));
    const kept = await open(file, 'wx', 0o600);
    await pipeline(process.stdin, kept.createWriteStream());
    await putFile(session, file, location);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
