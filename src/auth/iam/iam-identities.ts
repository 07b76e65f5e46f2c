// Identities that Spinifex manages: whose an access key or a session is, and what its user or role may do.
//
// Owns: the way from a key to a principal, and from a principal to its policies. Refuses: NATS (the host brings the buckets) and
// decisions (authorize.ts).
//
// Invariants:
//  1. What is missing, malformed, inactive or of another account grants nothing, and is answered with a refusal, never a 5xx.
//  2. Trouble with the source is thrown: it is neither a yes nor a no.
//  3. Sessions are read for every request. Everything else is remembered only while its bucket is watched.
//  4. A policy that is attached and cannot be read denies everything: it may have been a Deny.

import { S3Error } from '../../contracts/s3-errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import type { Credential, CredentialSource } from '../credentials.ts';
import type { Identity, IdentitySource, ResolvedIdentity } from '../identity.ts';
import { accountOfArn, isRootArn } from '../identity.ts';
import { accountCaller, type Caller } from '../policy/principal.ts';
import { GrantReader } from './grants.ts';
import { parsePrincipalArn, recordKey } from './principal-arn.ts';
import { RecordCache, type RecordBucket } from './record-cache.ts';
import { Remembered } from './remembered.ts';
import {
  KNOWN_VERSION,
  VERSION_KEY,
  readAccessKey,
  readAccount,
  readGroup,
  readPolicy,
  readRole,
  readSession,
  readUser,
  type GrantSource,
  type IamBucket,
  type RecordReader,
  type RoleRecord,
  type SessionRecord,
  type UserRecord,
} from './records.ts';
import type { SecretBox } from './secret-box.ts';

export interface IamOptions {
  readonly buckets: Readonly<Record<IamBucket, RecordBucket>>;
  readonly secrets: SecretBox;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Spinifex writes keys of users as AKIA… and those of sessions as ASIA…, in buckets of their own. */
const USER_KEY = /^AKIA[A-Z0-9]{8,124}$/;
const SESSION_KEY = /^ASIA[A-Z0-9]{8,124}$/;
const IDENTITIES_MAX = 10_000;

export class IamIdentities implements CredentialSource, IdentitySource {
  readonly #options: IamOptions;
  readonly #accessKeys;
  readonly #users;
  readonly #groups;
  readonly #roles;
  readonly #policies;
  readonly #accounts;
  readonly #grants: GrantReader;
  readonly #resolved = new Remembered<ResolvedIdentity | undefined>(IDENTITIES_MAX);

  constructor(options: IamOptions) {
    this.#options = options;
    const { buckets, log } = options;
    const cache = <Record>(name: IamBucket, read: RecordReader<Record>): RecordCache<Record> =>
      new RecordCache(buckets[name], read, (key) =>
        log.error('an IAM record cannot be read', { bucket: name, key }),
      );
    this.#accessKeys = cache('accessKeys', readAccessKey);
    this.#users = cache('users', readUser);
    this.#groups = cache('groups', readGroup);
    this.#roles = cache('roles', readRole);
    this.#policies = cache('policies', readPolicy);
    this.#accounts = cache('accounts', readAccount);
    this.#grants = new GrantReader(this.#policies, log);
  }

  /** Begins to remember, as far as changes are told. */
  start(): void {
    for (const cache of this.#caches()) cache.follow(() => this.#resolved.clear());
  }

  /** A newer Spinifex may mean something else by a field: an operator should know before somebody is surprised. */
  async warnOfVersions(): Promise<void> {
    const { buckets, log } = this.#options;
    for (const [name, bucket] of Object.entries(buckets)) {
      const version = Buffer.from((await bucket.read(VERSION_KEY)) ?? '')
        .toString('latin1')
        .trim();
      if (version !== '' && Number(version) !== KNOWN_VERSION) {
        log.warn('an IAM bucket has a version that is not known here', {
          bucket: name,
          version,
          known: KNOWN_VERSION,
        });
      }
    }
  }

  async find(accessKeyId: string, sessionToken?: string): Promise<Credential | undefined> {
    if (SESSION_KEY.test(accessKeyId)) return this.#ofSession(accessKeyId, sessionToken);
    if (sessionToken !== undefined || !USER_KEY.test(accessKeyId)) return undefined;
    return this.#ofAccessKey(accessKeyId);
  }

  identityOf(accountId: string, principalArn: string | undefined): Promise<ResolvedIdentity | undefined> {
    const name = principalArn ?? accountId;
    const known = this.#resolved.get(name);
    if (known !== undefined) return known;
    const resolving = this.#resolve(accountId, principalArn);
    if (this.#caches().every((cache) => cache.live)) this.#resolved.set(name, resolving);
    return resolving;
  }

  #caches(): readonly RecordCache<unknown>[] {
    return [this.#accessKeys, this.#users, this.#groups, this.#roles, this.#policies, this.#accounts];
  }

  // --- Whose a key is ------------------------------------------------------------------------------------------

  async #ofAccessKey(accessKeyId: string): Promise<Credential | undefined> {
    const key = await this.#accessKeys.get(accessKeyId);
    if (key?.accessKeyId !== accessKeyId || !key.active) return undefined;
    const user = await this.#userOf(key.accountId, key.userName);
    if (user === undefined) return undefined;
    return this.#credential(accessKeyId, key.sealedSecret, key.accountId, user.arn);
  }

  async #ofSession(accessKeyId: string, token: string | undefined): Promise<Credential | undefined> {
    const bytes = await this.#options.buckets.sessions.read(accessKeyId);
    const session = bytes === undefined ? undefined : readSession(bytes);
    if (session?.accessKeyId !== accessKeyId || token === undefined) return undefined;
    if (!this.#options.secrets.marks(token, session.tokenMark)) throw new S3Error('InvalidToken');
    if (session.expiresMs <= this.#options.clock.nowMs()) throw new S3Error('ExpiredToken');
    const principalArn = await this.#principalOf(session);
    if (principalArn === undefined) return undefined;
    return this.#credential(accessKeyId, session.sealedSecret, session.accountId, principalArn);
  }

  /** The principal of a session, while it is the one that the session was made for: a name can be given to another one. */
  async #principalOf(session: SessionRecord): Promise<string | undefined> {
    const { accountId, kind, sessionName, userId } = session;
    if (kind === 'role') return this.#assumedRoleOf(session);
    const user = await this.#userOf(accountId, sessionName);
    return user !== undefined && user.userId === userId ? user.arn : undefined;
  }

  async #assumedRoleOf(session: SessionRecord): Promise<string | undefined> {
    const { accountId, roleId, roleArn, assumedRoleArn } = session;
    const named = parsePrincipalArn(roleArn);
    const assumed = parsePrincipalArn(assumedRoleArn);
    if (named?.kind !== 'role' || assumed?.kind !== 'session') return undefined;
    const isOurs = named.accountId === accountId && assumed.accountId === accountId;
    if (!isOurs || assumed.roleName !== named.name) return undefined;
    const role = await this.#roleOf(accountId, named.name);
    return role?.arn === roleArn && role.roleId === roleId ? assumedRoleArn : undefined;
  }

  #credential(
    accessKeyId: string,
    sealed: string,
    accountId: string,
    principalArn: string,
  ): Credential | undefined {
    const secretAccessKey = this.#options.secrets.open(sealed);
    if (secretAccessKey === undefined || secretAccessKey === '') {
      this.#options.log.error('the secret of an access key cannot be opened with the shared key', {
        accessKeyId,
      });
      return undefined;
    }
    return { accessKeyId, secretAccessKey, accountId, principalArn, displayName: accountId };
  }

  // --- What a principal may do ---------------------------------------------------------------------------------

  async #resolve(accountId: string, arn: string | undefined): Promise<ResolvedIdentity | undefined> {
    const account = await this.#accounts.get(accountId);
    if (account?.active === false) return 'suspended';
    if (arn === undefined || isRootArn(arn)) {
      return account === undefined ? undefined : { caller: accountCaller(accountId) };
    }
    return accountOfArn(arn) === accountId ? this.#resolvePrincipal(accountId, arn) : undefined;
  }

  async #resolvePrincipal(accountId: string, arn: string): Promise<Identity | undefined> {
    const name = parsePrincipalArn(arn);
    switch (name?.kind) {
      case 'user': {
        const user = await this.#userOf(accountId, name.name);
        return user?.arn === arn ? this.#ofUser(accountId, user) : undefined;
      }
      case 'role': {
        const role = await this.#roleOf(accountId, name.name);
        return role?.arn === arn ? this.#ofRole(accountId, role, undefined) : undefined;
      }
      case 'session': {
        const role = await this.#roleOf(accountId, name.roleName);
        const session = { arn, name: name.sessionName };
        return role === undefined ? undefined : this.#ofRole(accountId, role, session);
      }
      case undefined:
        return undefined;
    }
  }

  async #ofUser(accountId: string, user: UserRecord): Promise<Identity> {
    const groups = await Promise.all(user.groups.map((name) => this.#groups.get(recordKey(accountId, name))));
    const sources: GrantSource[] = [user];
    for (const group of groups) if (group !== undefined) sources.push(group);
    const { userName, userId, arn } = user;
    return {
      caller: callerOf(accountId, [arn]),
      policies: await this.#grants.policiesOf(accountId, sources),
      userName,
      userId,
    };
  }

  async #ofRole(
    accountId: string,
    role: RoleRecord,
    session: { readonly arn: string; readonly name: string } | undefined,
  ): Promise<Identity> {
    const arns = session === undefined ? [role.arn] : [session.arn, role.arn];
    const userId = session === undefined ? role.roleId : `${role.roleId}:${session.name}`;
    return {
      caller: callerOf(accountId, arns),
      policies: await this.#grants.policiesOf(accountId, [role]),
      userId,
    };
  }

  async #userOf(accountId: string, name: string): Promise<UserRecord | undefined> {
    const user = await this.#users.get(recordKey(accountId, name));
    const named = user === undefined ? undefined : parsePrincipalArn(user.arn);
    const fits = named?.kind === 'user' && named.accountId === accountId && named.name === name;
    return fits && user?.userName === name ? user : undefined;
  }

  async #roleOf(accountId: string, name: string): Promise<RoleRecord | undefined> {
    const role = await this.#roles.get(recordKey(accountId, name));
    const named = role === undefined ? undefined : parsePrincipalArn(role.arn);
    const fits = named?.kind === 'role' && named.accountId === accountId && named.name === name;
    return fits && role?.roleName === name ? role : undefined;
  }
}

function callerOf(accountId: string, arns: readonly string[]): Caller {
  return { accountId, arns, actsAsAccount: false };
}
