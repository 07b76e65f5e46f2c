// The node's identity: one ed25519 key pair in a PKCS#8 PEM file that only its owner can read.

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { assert } from '../core/assert.ts';
import { isPredastoreError, messageOf, PredastoreError, systemCodeOf } from '../core/errors.ts';
import type { PeerId } from './transport.ts';

/** An ed25519 private key that was checked to be one. */
export interface NodeKey {
  readonly privateKey: KeyObject;
  readonly peerId: PeerId;
}

const GROUP_AND_OTHERS = 0o077;
const OWNER_ONLY = 0o600;
/** A PKCS#8 ed25519 PEM is 119 bytes; comments may surround it. */
const KEY_FILE_BYTES_MAX = 16 * 1024;

/** A fresh key that is nowhere on disk. */
export function generateNodeKey(): NodeKey {
  return nodeKeyOf(generateKeyPairSync('ed25519').privateKey);
}

/** The identity of a key pair (either half): lower-case hex of the raw public key. */
export function peerIdOf(key: KeyObject): PeerId {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  assert(publicKey.asymmetricKeyType === 'ed25519', 'a node key is an ed25519 key');
  const { x } = publicKey.export({ format: 'jwk' });
  assert(x !== undefined, 'an ed25519 key has a public half');
  return Buffer.from(x, 'base64url').toString('hex');
}

/** Reads a key file; `invalid-key-file` says what is wrong and how to mend it. */
export async function loadNodeKey(path: string): Promise<NodeKey> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return await readNodeKey(path, file);
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT')
      throw invalid(path, 'does not exist: create it, or restore it from a backup', error);
    if (code === 'ELOOP') throw invalid(path, 'is a symbolic link: put the key itself there', error);
    if (code?.startsWith('E') === true) throw invalid(path, `cannot be read: ${messageOf(error)}`, error);
    throw error;
  }
}

/** Makes a key and writes it durably; refuses to replace a file that exists. */
export async function createNodeKey(path: string): Promise<NodeKey> {
  const key = generateNodeKey();
  const pem = key.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.${key.peerId.slice(0, 16)}.tmp`);
  try {
    await writeDurably(temporary, pem);
    // A link, unlike a rename, never replaces: of two creators one wins, and an old identity is never lost.
    await link(temporary, path);
    await syncDirectory(directory);
  } catch (error) {
    throw invalid(path, `cannot be created: ${messageOf(error)}`, error);
  } finally {
    await rm(temporary, { force: true });
  }
  return key;
}

/** The key at `path`, made there first when nothing is. */
export async function loadOrCreateNodeKey(path: string): Promise<NodeKey> {
  try {
    return await createNodeKey(path);
  } catch (error) {
    if (isPredastoreError(error) && systemCodeOf(error.cause) === 'EEXIST') return loadNodeKey(path);
    throw error;
  }
}

async function writeDurably(path: string, text: string | Buffer): Promise<void> {
  const file = await open(path, 'wx', OWNER_ONLY);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function readNodeKey(path: string, file: FileHandle): Promise<NodeKey> {
  const status = await file.stat();
  if (!status.isFile()) throw invalid(path, 'is not a regular file');
  if ((status.mode & GROUP_AND_OTHERS) !== 0) {
    throw invalid(path, `can be read by others than its owner: run chmod 600 ${path}`);
  }
  if (status.size > KEY_FILE_BYTES_MAX) throw invalid(path, 'is too large to be a key');
  const pem = await file.readFile();
  try {
    const privateKey = createPrivateKey(pem);
    if (privateKey.asymmetricKeyType === 'ed25519') return nodeKeyOf(privateKey);
  } catch (error) {
    throw invalid(
      path,
      'is not a PKCS#8 PEM key: restore it from a backup, or remove it to get a new identity',
      error,
    );
  }
  throw invalid(
    path,
    'holds a key of another type: a node key is ed25519 (openssl genpkey -algorithm ed25519)',
  );
}

function nodeKeyOf(privateKey: KeyObject): NodeKey {
  return { privateKey, peerId: peerIdOf(privateKey) };
}

function invalid(path: string, what: string, cause?: unknown): PredastoreError {
  return new PredastoreError('invalid-key-file', `the node key file ${path} ${what}`, cause);
}
