// Writes the HTML reference of the NATS API, one file without external assets:
//   node dist/scripts/build-api-reference.js [file]

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { renderReference } from './contracts/reference.ts';

const file = process.argv[2] ?? path.join('dist', 'docs', 'nats-api.html');
await mkdir(path.dirname(file), { recursive: true });
await writeFile(file, await renderReference('.'));
console.log(file);
