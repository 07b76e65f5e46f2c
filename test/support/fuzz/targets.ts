// Every parser of bytes that come from outside, and the inputs that are tried first.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COPY_TARGETS } from './copy-target.ts';
import { DISK_TARGETS } from './disk-targets.ts';
import { EDGE_TARGETS } from './edge-targets.ts';
import { STREAM_TARGETS } from './stream-target.ts';
import type { FuzzTarget } from './target.ts';
import { VIEW_TARGETS } from './view-target.ts';
import { WIRE_TARGETS } from './wire-targets.ts';

export const TARGETS: readonly FuzzTarget[] = [
  ...DISK_TARGETS,
  ...WIRE_TARGETS,
  ...STREAM_TARGETS,
  ...EDGE_TARGETS,
  ...VIEW_TARGETS,
  ...COPY_TARGETS,
];
export const CORPUS = fileURLToPath(new URL('../../fuzz/corpus', import.meta.url));

/** Inputs kept for a target: what was found once, and hand-made nastiness. */
export function corpusOf(target: string): readonly Buffer[] {
  const directory = join(CORPUS, target);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .sort()
    .map((name) => readFileSync(join(directory, name)));
}
