// Holds every subjects/*.asyncapi.json against AsyncAPI's own parser, the tool of the people who make the standard:
//   node scripts/check-asyncapi.js [folder]
//
// Plain JavaScript, so that building the product does not depend on a tool that only looks at documents. Anything the
// parser has to say fails the check, except that a newer version of AsyncAPI exists. What is inside our schemas (JSON
// Schema 2020-12) is the business of generate-contracts and its tests.

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Parser } from '@asyncapi/parser';

const TOLERATED = new Set(['asyncapi-latest-version']);

/** What the parser has to say about the documents of a folder, one line each. */
async function complaints(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.asyncapi.json')).sort();
  if (names.length === 0) return [`${folder}: no documents`];
  const lines = [];
  for (const name of names) {
    const file = path.join(folder, name);
    const diagnostics = await new Parser().validate(await readFile(file, 'utf8'), { source: file });
    for (const { code, message, path: place } of diagnostics) {
      if (!TOLERATED.has(String(code))) lines.push(`${file} ${place.join('.')}: ${message} (${code})`);
    }
  }
  return lines;
}

const found = await complaints(process.argv[2] ?? 'subjects');
for (const line of found) console.log(line);
process.exitCode = found.length === 0 ? 0 : 1;
