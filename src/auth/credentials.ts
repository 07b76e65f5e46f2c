// Access keys and whom they belong to.
//
// Owns the lookup behind which a later IAM can stand (`CredentialSource`) and its first implementation, the `[[auth]]`
// entries of the configuration. Refuses to verify signatures (sigv4.ts) and to decide (authorize.ts).

import { PredastoreError } from '../core/errors.ts';
import { policyOfGrants, type ConfiguredGrant } from './configured-policy.ts';
import { accountCaller } from './policy/principal.ts';
import { isRootArn, type AccountDirectory, type Identity, type IdentitySource } from './identity.ts';

/** An access key with everything a request signed with it acts as. */
export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly principalArn: string;
  /** What ListBuckets shows as the owner's name. */
  readonly displayName: string;
}

/** One `[[auth]]` entry. */
export interface CredentialEntry {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly accountId: string;
  readonly displayName?: string | undefined;
  /** By which access control lists may name the account. */
  readonly email?: string | undefined;
  /** What the key may do. Absent: whatever the account may do. */
  readonly policy?: readonly ConfiguredGrant[] | undefined;
}

/** Finds the owner of an access key; `undefined` when nobody has it. A failure of the source itself is thrown. */
export interface CredentialSource {
  find(accessKeyId: string, sessionToken?: string): Credential | undefined | Promise<Credential | undefined>;
}

const ACCOUNT_ID_PATTERN = /^[0-9]{12}$/;
/** What `Credential=<key>/<date>/…` can carry without doubt about where the key ends. */
const ACCESS_KEY_ID_PATTERN = /^[A-Za-z0-9._@+-]{3,128}$/;

/** The credentials of the configuration file; they never change while the process runs. */
export class ConfiguredCredentials implements CredentialSource, IdentitySource, AccountDirectory {
  readonly #byAccessKey = new Map<string, Credential>();
  readonly #identities = new Map<string, Identity>();
  readonly #accounts = new Map<string, Identity>();
  readonly #displayNames = new Map<string, string>();
  readonly #emails = new Map<string, string>();

  constructor(entries: readonly CredentialEntry[]) {
    for (const entry of entries) {
      const credential = credentialOf(entry);
      if (this.#byAccessKey.has(credential.accessKeyId)) {
        throw new PredastoreError('invalid-config', `access key ${credential.accessKeyId} is given twice`);
      }
      this.#byAccessKey.set(credential.accessKeyId, credential);
      this.#identities.set(credential.principalArn, identityOf(credential, entry));
      const { accountId } = credential;
      this.#accounts.set(accountId, { caller: accountCaller(accountId) });
      if (!this.#displayNames.has(accountId)) this.#displayNames.set(accountId, credential.displayName);
      if (entry.email !== undefined) this.#emails.set(entry.email.toLowerCase(), accountId);
    }
  }

  /** Configured keys are permanent: one that comes with a session token is somebody else's. */
  find(accessKeyId: string, sessionToken?: string): Credential | undefined {
    return sessionToken === undefined ? this.#byAccessKey.get(accessKeyId) : undefined;
  }

  identityOf(accountId: string, principalArn: string | undefined): Identity | undefined {
    if (principalArn === undefined || isRootArn(principalArn)) return this.#accounts.get(accountId);
    return this.#identities.get(principalArn);
  }

  principalOf(accessKeyId: string): string | undefined {
    return this.#byAccessKey.get(accessKeyId)?.principalArn;
  }

  accountOf(name: string): string | undefined {
    if (this.#accounts.has(name)) return name;
    return this.#byAccessKey.get(name)?.accountId ?? this.#emails.get(name.toLowerCase());
  }

  displayNameOf(accountId: string): string {
    return this.#displayNames.get(accountId) ?? accountId;
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
  };
}

function identityOf({ accountId, principalArn, accessKeyId }: Credential, entry: CredentialEntry): Identity {
  const { policy } = entry;
  // A key without a policy list acts as its account; its own ARN still tells it apart in bucket policies and logs.
  return {
    caller: { accountId, arns: [principalArn], actsAsAccount: policy === undefined },
    userName: accessKeyId,
    userId: accessKeyId,
    ...(policy === undefined ? {} : { policies: [policyOfGrants(policy)] }),
  };
}
