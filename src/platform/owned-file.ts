// Small files that must be whole or absent, and private where they hold a secret.

import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Only the owner reads it. */
export const PRIVATE_MODE = 0o600;
export const PUBLIC_MODE = 0o644;

/** Replaces `path` in one step that survives a crash: the file is the old one or the new one, never a part. */
export async function replaceFile(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  const beside = `${path}.${randomUUID()}.new`;
  try {
    await writeNewFile(beside, data, mode);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Creates `path`, durably; fails with EEXIST when it is there. */
export async function createFile(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  await writeNewFile(path, data, mode);
  await syncDirectory(dirname(path));
}

async function writeNewFile(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
