import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createNodeKey,
  generateNodeKey,
  loadNodeKey,
  loadOrCreateNodeKey,
  peerIdOf,
} from '../../../src/transport/node-key.ts';
import { peerIdFromMultiaddr } from '../../../src/transport/quic-identity.ts';

describe('node key', () => {
  let directory: string;
  let path: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'node-key-'));
    path = join(directory, 'node.key');
  });
  afterEach(() => rm(directory, { recursive: true }));

  const refusal = (message: RegExp): object => ({
    code: 'invalid-key-file',
    message: expect.stringMatching(message),
  });

  test('a created key is the same after a restart and readable by its owner only', async () => {
    const created = await createNodeKey(path);
    expect(created.peerId).toMatch(/^[0-9a-f]{64}$/);
    expect((await loadNodeKey(path)).peerId).toBe(created.peerId);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['node.key']);
  });

  test('an identity that exists is never replaced', async () => {
    const first = await loadOrCreateNodeKey(path);
    await expect(createNodeKey(path)).rejects.toMatchObject({ code: 'invalid-key-file' });
    expect((await loadOrCreateNodeKey(path)).peerId).toBe(first.peerId);
    expect(await readdir(directory)).toEqual(['node.key']);
  });

  test('of many creators at once all end up with one identity', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateNodeKey(path)));
    expect(new Set(keys.map((key) => key.peerId)).size).toBe(1);
  });

  test('a key that others can read is refused with the command that mends it', async () => {
    await createNodeKey(path);
    for (const mode of [0o640, 0o604, 0o660]) {
      await chmod(path, mode);
      await expect(loadNodeKey(path)).rejects.toMatchObject(refusal(/chmod 600/));
    }
  });

  test('what is missing, malformed, of another type, too large or a link is refused', async () => {
    await expect(loadNodeKey(path)).rejects.toMatchObject(refusal(/does not exist/));
    await writeFile(path, 'not a key', { mode: 0o600 });
    await expect(loadNodeKey(path)).rejects.toMatchObject(refusal(/not a PKCS#8 PEM key/));
    const { privateKey } = generateKeyPairSync('x25519');
    await writeFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await expect(loadNodeKey(path)).rejects.toMatchObject(refusal(/ed25519/));
    await writeFile(path, Buffer.alloc(20_000, 0x61));
    await expect(loadNodeKey(path)).rejects.toMatchObject(refusal(/too large/));
    const link = join(directory, 'link');
    await symlink(path, link);
    await expect(loadNodeKey(link)).rejects.toMatchObject(refusal(/symbolic link/));
    await expect(loadNodeKey(directory)).rejects.toMatchObject(refusal(/not a regular file/));
  });

  test('both halves of a pair have the same identity', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    expect(peerIdOf(privateKey)).toBe(peerIdOf(publicKey));
  });
});

describe('libp2p peer ids', () => {
  // Base58 of the identity multihash of a raw key of 32 × 0x01, computed independently with Python's integers.
  const known = '12D3KooW9tHTtS3inCZiYykw4u5G4frbjVFqhkmJX12gSNCVeH3e';

  test('turn into our identity', () => {
    expect(peerIdFromMultiaddr(`/ip4/127.0.0.1/udp/1/quic-v1/p2p/${known}`)).toBe('01'.repeat(32));
  });

  test.each([
    `${known}1`,
    known.slice(1),
    'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N',
    '',
    '0OIl',
    'z'.repeat(9999),
  ])('of another shape are refused (%#)', (text) => {
    expect(() => peerIdFromMultiaddr(`/p2p/${text}`)).toThrow(/ed25519 identity/);
  });

  test('generated keys differ', () => {
    expect(generateNodeKey().peerId).not.toBe(generateNodeKey().peerId);
  });
});
