// The secrets a node reads from key files, and forgets once its parts have what they derive from them.
//
// The encryption key wraps the data keys of this node's store. The logins of the embedded NATS servers, on which all nodes have to
// agree at every moment, come from the cluster key: the same file unless the encryption key has been changed since.

import { loadMasterKey } from '../platform/master-key.ts';
import type { NodeSettings } from './node-settings.ts';

export interface NodeKeys {
  readonly masterKey: Buffer;
  /** While the encryption key is being changed: the one before. */
  readonly previousMasterKey: Buffer | undefined;
  readonly clusterKey: Buffer;
}

export type KeyFiles = Pick<
  NodeSettings,
  'encryptionKeyFile' | 'previousEncryptionKeyFile' | 'clusterKeyFile'
>;

export async function loadNodeKeys(files: KeyFiles): Promise<NodeKeys> {
  const { encryptionKeyFile, previousEncryptionKeyFile, clusterKeyFile } = files;
  return {
    masterKey: await loadMasterKey(encryptionKeyFile),
    previousMasterKey:
      previousEncryptionKeyFile === undefined ? undefined : await loadMasterKey(previousEncryptionKeyFile),
    clusterKey: await loadMasterKey(clusterKeyFile ?? encryptionKeyFile),
  };
}

/** Overwrites the secrets; what was derived from them stays with those who need it. */
export function forgetKeys({ masterKey, previousMasterKey, clusterKey }: NodeKeys): void {
  masterKey.fill(0);
  previousMasterKey?.fill(0);
  clusterKey.fill(0);
}
