// Access keys and whom they belong to.
//
// Owns the lookup behind which a later IAM can stand (`CredentialSource`) and its first implementation, the `[[auth]]`
// entries of the configuration. Refuses to verify signatures (sigv4.ts) and to decide (authorize.ts).

import { PredastoreError } from '../core/errors.ts';
import type { PolicyStatement } from './authorize.ts';

/** An access key with everything a request signed with it acts as. */
export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly principalArn: string;
  /** What ListBuckets shows as the owner's name. */
  readonly displayName: string;
  /** Absent: whatever the account may do. */
  readonly policy?: readonly PolicyStatement[];
}

/** One `[[auth]]` entry. */
export interface CredentialEntry {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly accountId: string;
  readonly displayName?: string | undefined;
  readonly policy?: readonly PolicyStatement[] | undefined;
}

/** Finds the owner of an access key; `undefined` when nobody has it. A failure of the source itself is thrown. */
export interface CredentialSource {
  find(accessKeyId: string, sessionToken?: string): Credential | undefined | Promise<Credential | undefined>;
}

/** Finds the statements that narrow a principal; `undefined` when nothing does. */
export interface PolicySource {
  policyOf(principalArn: string): readonly PolicyStatement[] | undefined;
}

const ACCOUNT_ID_PATTERN = /^[0-9]{12}$/;
/** What `Credential=<key>/<date>/…` can carry without doubt about where the key ends. */
const ACCESS_KEY_ID_PATTERN = /^[A-Za-z0-9._@+-]{3,128}$/;

/** The credentials of the configuration file; they never change while the process runs. */
export class ConfiguredCredentials implements CredentialSource, PolicySource {
  readonly #byAccessKey = new Map<string, Credential>();
  readonly #byPrincipal = new Map<string, Credential>();

  constructor(entries: readonly CredentialEntry[]) {
    for (const entry of entries) {
      const credential = credentialOf(entry);
      if (this.#byAccessKey.has(credential.accessKeyId)) {
        throw new PredastoreError('invalid-config', `access key ${credential.accessKeyId} is given twice`);
      }
      this.#byAccessKey.set(credential.accessKeyId, credential);
      this.#byPrincipal.set(credential.principalArn, credential);
    }
  }

  /** Configured keys are permanent: one that comes with a session token is somebody else's. */
  find(accessKeyId: string, sessionToken?: string): Credential | undefined {
    return sessionToken === undefined ? this.#byAccessKey.get(accessKeyId) : undefined;
  }

  policyOf(principalArn: string): readonly PolicyStatement[] | undefined {
    return this.#byPrincipal.get(principalArn)?.policy;
  }
}

/** The principal of a configured access key. The key id makes it unique, because each key has its own policy. */
export function principalArnOf(accountId: string, accessKeyId: string): string {
  return `arn:aws:iam::${accountId}:user/${accessKeyId}`;
}

function credentialOf(entry: CredentialEntry): Credential {
  if (!ACCESS_KEY_ID_PATTERN.test(entry.accessKeyId)) {
    throw new PredastoreError(
      'invalid-config',
      `access key id ${JSON.stringify(entry.accessKeyId)} is malformed`,
    );
  }
  if (!ACCOUNT_ID_PATTERN.test(entry.accountId)) {
    throw new PredastoreError('invalid-config', `account of ${entry.accessKeyId} must be twelve digits`);
  }
  if (entry.secretAccessKey === '') {
    throw new PredastoreError('invalid-config', `secret of ${entry.accessKeyId} is empty`);
  }
  return {
    accessKeyId: entry.accessKeyId,
    secretAccessKey: entry.secretAccessKey,
    accountId: entry.accountId,
    principalArn: principalArnOf(entry.accountId, entry.accessKeyId),
    displayName: entry.displayName ?? entry.accountId,
    ...(entry.policy === undefined ? {} : { policy: entry.policy }),
  };
}
