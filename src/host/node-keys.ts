// The secrets a node reads from key files, and forgets once its parts have what they derive from them.
//
// The encryption key wraps the data keys of this node's store. The logins of the embedded NATS servers, on which all nodes have to
// agree at every moment, come from the cluster key: the same file unless the encryption key has been changed since.

import { loadMasterKey } from '../platform/master-key.ts';
import type { NodeSettings } from './node-settings.ts';

/** What opens the store of a node. */
export interface StoreKeys {
  readonly masterKey: Buffer;
  /** While the encryption key is being changed: the one before. */
  readonly previousMasterKey: Buffer | undefined;
}

export interface NodeKeys extends StoreKeys {
  readonly clusterKey: Buffer;
}

export type StoreKeyFiles = Pick<NodeSettings, 'encryptionKeyFile' | 'previousEncryptionKeyFile'>;
export type KeyFiles = StoreKeyFiles & Pick<NodeSettings, 'clusterKeyFile'>;

export async function loadNodeKeys(files: KeyFiles): Promise<NodeKeys> {
  const { encryptionKeyFile, clusterKeyFile } = files;
  return {
    ...(await loadStoreKeys(files)),
    clusterKey: await loadMasterKey(clusterKeyFile ?? encryptionKeyFile),
  };
}

/** Lends the keys of a store to `work`, and overwrites them when it has ended. */
export async function withStoreKeys<T>(
  files: StoreKeyFiles,
  work: (keys: StoreKeys) => Promise<T>,
): Promise<T> {
  const keys = await loadStoreKeys(files);
  try {
    return await work(keys);
  } finally {
    forgetKeys(keys);
  }
}

/** Overwrites the secrets; what was derived from them stays with those who need it. */
export function forgetKeys({
  masterKey,
  previousMasterKey,
  clusterKey,
}: StoreKeys & Partial<NodeKeys>): void {
  masterKey.fill(0);
  previousMasterKey?.fill(0);
  clusterKey?.fill(0);
}

async function loadStoreKeys({
  encryptionKeyFile,
  previousEncryptionKeyFile,
}: StoreKeyFiles): Promise<StoreKeys> {
  return {
    masterKey: await loadMasterKey(encryptionKeyFile),
    previousMasterKey:
      previousEncryptionKeyFile === undefined ? undefined : await loadMasterKey(previousEncryptionKeyFile),
  };
}
