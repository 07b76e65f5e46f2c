// Whether a data directory has held shards, told from outside: before its store is opened.

import { join } from 'node:path';
import { systemCodeOf } from '../core/errors.ts';
import type { Files } from '../platform/files.ts';
import { parseSegmentFileName } from './segment.ts';
import { SEGMENTS_DIRECTORY } from './store-directory.ts';

export async function holdsSegments(files: Files, directory: string): Promise<boolean> {
  try {
    const names = await files.readdir(join(directory, SEGMENTS_DIRECTORY));
    return names.some((name) => parseSegmentFileName(name)?.extension === 'seg');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
