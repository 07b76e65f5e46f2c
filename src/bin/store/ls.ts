// predastore ls [-r] [-l] [BUCKET[/PREFIX]]: buckets, or what is below a prefix.

import { pagesOf, type ListedObject } from './objects.ts';
import { parseLocation, type Location } from './location.ts';
import { result, type Output } from './output.ts';
import { bytesText } from './progress.ts';
import type { Session, StoreCommandSpec } from './store-command.ts';

export const ls: StoreCommandSpec = {
  parameters: '[-rl] [BUCKET[/PREFIX]]',
  summary: 'list buckets or objects; -r all levels, -l with sizes',
  flags: ['recursive', 'long'],
  argsMax: 1,
  check: ([name]) => {
    if (name !== undefined) parseLocation(name, 'prefix');
  },
  run: (session) => {
    const [name] = session.args;
    return name === undefined ? listBuckets(session) : listObjects(session, parseLocation(name, 'prefix'));
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
      await result(output, { Prefix }, has('long') ? `${' '.repeat(36)}${Prefix}` : Prefix);
    for (const object of page.Contents ?? []) await listObject(output, object, has('long'));
  }
}

function listObject(output: Output, object: ListedObject, long: boolean): Promise<void> {
  const { Key, Size, LastModified } = object;
  return result(output, object, long ? `${LastModified} ${bytesText(Size).padStart(10)}  ${Key}` : Key);
}
