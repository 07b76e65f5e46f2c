// The one secret of a cluster: 32 raw bytes in a file that only its owner can read. Every other secret that all nodes
// must agree on is derived from it, so that there is one thing to carry and one thing to guard.

import { hkdfSync } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { PredastoreError, messageOf, systemCodeOf } from '../core/errors.ts';
import type { Random } from './random.ts';
import { PRIVATE_MODE, createFile } from './owned-file.ts';

const MASTER_KEY_BYTES = 32;
/** Permission bits of group and others: none may be set. */
const OTHERS_MASK = 0o077;
/** A key that services of several users share is given to their group. */
const SHARED_OTHERS_MASK = 0o007;
const HKDF_SALT = 'predastore';

function unusable(path: string, problem: string, mend: string): PredastoreError {
  return new PredastoreError('invalid-key-file', `${path}: ${problem}. ${mend}`);
}

/** Reads a master key; refuses whatever is not exactly a private file of 32 bytes. */
export function loadMasterKey(path: string): Promise<Buffer> {
  return loadKey(path, OTHERS_MASK);
}

/** The same for a key that belongs to several services of the machine: its group may read it. */
export function loadSharedKey(path: string): Promise<Buffer> {
  return loadKey(path, SHARED_OTHERS_MASK);
}

async function loadKey(path: string, othersMask: number): Promise<Buffer> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    const mend = `Create it once with \`predastore keygen ${path}\` and copy it to every node.`;
    throw unusable(path, `the encryption key cannot be read (${messageOf(error)})`, mend);
  }
  try {
    await checkKeyFile(file, path, othersMask);
    // One byte more than expected: a file that grew since the check is noticed.
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(MASTER_KEY_BYTES + 1),
      0,
      MASTER_KEY_BYTES + 1,
      0,
    );
    if (bytesRead !== MASTER_KEY_BYTES) throw wrongSize(path, bytesRead);
    return buffer.subarray(0, MASTER_KEY_BYTES);
  } finally {
    await file.close();
  }
}

async function checkKeyFile(file: FileHandle, path: string, othersMask: number): Promise<void> {
  const stat = await file.stat();
  if (!stat.isFile())
    throw unusable(path, 'the encryption key is not a regular file', 'Name the file itself.');
  if ((stat.mode & othersMask) !== 0) {
    const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
    throw unusable(path, `the encryption key is open to others (mode ${mode})`, `Run \`chmod 600 ${path}\`.`);
  }
  if (stat.size !== MASTER_KEY_BYTES) throw wrongSize(path, stat.size);
}

function wrongSize(path: string, bytes: number): PredastoreError {
  const mend = 'It is raw bytes, without base64 and without a line end; `predastore keygen FILE` writes one.';
  return unusable(path, `the encryption key must be exactly ${MASTER_KEY_BYTES} bytes, got ${bytes}`, mend);
}

/** Writes a fresh master key; never replaces a file, because an overwritten key is lost data. */
export async function createMasterKey(path: string, random: Random): Promise<void> {
  try {
    await createFile(path, random.bytes(MASTER_KEY_BYTES), PRIVATE_MODE);
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') {
      throw unusable(
        path,
        'there is a file already',
        'A key is never overwritten: what it encrypted would be lost.',
      );
    }
    throw unusable(path, `cannot be written (${messageOf(error)})`, 'Check path and permissions.');
  }
}

/** A secret of its own for one purpose. `info` names purpose and version, e.g. `nats node v1`. */
export function deriveSecret(master: Uint8Array, info: string, lengthBytes = 32): Buffer {
  return Buffer.from(hkdfSync('sha256', master, HKDF_SALT, info, lengthBytes));
}
