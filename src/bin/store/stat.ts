// predastore stat BUCKET[/KEY]: what is known of a bucket or an object.

import { parseLocation, show } from './location.ts';
import type { StoreCommandSpec } from './store-command.ts';

export const stat: StoreCommandSpec = {
  parameters: '[--version-id ID] BUCKET[/KEY]',
  summary: 'show what is known of a bucket or an object',
  flags: [],
  takesVersion: true,
  argsMax: 1,
  check: ([name]) => void parseLocation(name, 'bucket or object'),
  run: async ({ store, output, args: [name], version }) => {
    const location = parseLocation(name, 'bucket or object');
    const { bucket: Bucket, key: Key } = location;
    const found: object =
      Key === '' ? await store.headBucket({ Bucket }) : await store.headObject({ Bucket, Key, ...version });
    const document = { Bucket, ...(Key === '' ? {} : { Key }), ...found };
    if (output.json) {
      await output.write(`${JSON.stringify(document)}\n`);
      return;
    }
    const lines = Object.entries(document).map(
      ([field, value]) =>
        `  ${field.padEnd(20)} ${typeof value === 'string' ? value : JSON.stringify(value)}\n`,
    );
    await output.write(`${show(location)}\n${lines.join('')}`);
  },
};
