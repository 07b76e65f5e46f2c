// IAM records in KV buckets, written as Spinifex's Go services write them: snake_case, null for empty lists, `_version` beside.

import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { Kvm, type KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';

const HISTORY: Readonly<Record<string, number>> = {
  'spinifex-iam-access-keys': 5,
  'spinifex-iam-users': 10,
  'spinifex-iam-groups': 10,
  'spinifex-iam-roles': 10,
  'spinifex-iam-policies': 10,
  'spinifex-iam-session-credentials': 1,
  'spinifex-accounts': 10,
};
const CREATED = '2026-08-01T10:00:00Z';

export type Document = Readonly<Record<string, unknown>> | string;

/** An Allow or a Deny of actions, on everything unless told otherwise. */
export function statement(
  effect: 'Allow' | 'Deny',
  action: string | readonly string[],
  more: Readonly<Record<string, unknown>> = {},
): Document {
  return { Version: '2012-10-17', Statement: [{ Effect: effect, Action: action, Resource: '*', ...more }] };
}

export interface Grants {
  readonly attached?: readonly string[];
  readonly inline?: Readonly<Record<string, Document>>;
}

export class SpinifexIam {
  readonly masterKey = randomBytes(32);
  readonly #buckets = new Map<string, KV>();

  static async create(connection: NatsConnection, without: readonly string[] = []): Promise<SpinifexIam> {
    const iam = new SpinifexIam();
    const kvm = new Kvm(connection);
    for (const [name, history] of Object.entries(HISTORY)) {
      if (without.includes(name)) continue;
      const bucket = await kvm.create(name, { history });
      await bucket.put('_version', '1');
      iam.#buckets.set(name, bucket);
    }
    return iam;
  }

  async put(bucket: string, key: string, record: unknown): Promise<void> {
    const kv = this.#buckets.get(bucket);
    if (kv === undefined) throw new Error(`no bucket ${bucket}`);
    await kv.put(key, typeof record === 'string' ? record : JSON.stringify(record));
  }

  async remove(bucket: string, key: string): Promise<void> {
    await this.#buckets.get(bucket)?.delete(key);
  }

  seal(secret: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.masterKey, nonce);
    return Buffer.concat([
      nonce,
      cipher.update(secret, 'utf8'),
      cipher.final(),
      cipher.getAuthTag(),
    ]).toString('base64');
  }

  account(accountId: string, status = 'ACTIVE'): Promise<void> {
    const record = { account_id: accountId, account_name: 'Acme', status, created_at: CREATED };
    return this.put('spinifex-accounts', accountId, record);
  }

  async user(
    accountId: string,
    name: string,
    grants: Grants & {
      readonly groups?: readonly string[];
      readonly path?: string;
      readonly id?: string;
    } = {},
  ): Promise<string> {
    const path = grants.path ?? '/';
    const arn = `arn:aws:iam::${accountId}:user${path}${name}`;
    await this.put('spinifex-iam-users', `${accountId}.${name}`, {
      user_name: name,
      user_id: grants.id ?? `AIDA${name.toUpperCase()}`,
      account_id: accountId,
      arn,
      path,
      created_at: CREATED,
      access_keys: null,
      tags: null,
      groups: grants.groups ?? null,
      ...grantFields(grants),
    });
    return arn;
  }

  async accessKey(
    accountId: string,
    user: string,
    key: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly status?: string },
  ): Promise<void> {
    await this.put('spinifex-iam-access-keys', key.accessKeyId, {
      access_key_id: key.accessKeyId,
      secret_access_key: this.seal(key.secretAccessKey),
      user_name: user,
      account_id: accountId,
      status: key.status ?? 'Active',
      created_at: CREATED,
    });
  }

  group(accountId: string, name: string, grants: Grants): Promise<void> {
    return this.put('spinifex-iam-groups', `${accountId}.${name}`, {
      group_name: name,
      group_id: `AGPA${name.toUpperCase()}`,
      account_id: accountId,
      arn: `arn:aws:iam::${accountId}:group/${name}`,
      path: '/',
      created_at: CREATED,
      tags: null,
      ...grantFields(grants),
    });
  }

  async role(
    accountId: string,
    name: string,
    grants: Grants & { readonly id?: string } = {},
  ): Promise<string> {
    const arn = `arn:aws:iam::${accountId}:role/${name}`;
    await this.put('spinifex-iam-roles', `${accountId}.${name}`, {
      role_name: name,
      role_id: grants.id ?? `AROA${name.toUpperCase()}`,
      account_id: accountId,
      arn,
      path: '/',
      assume_role_policy_document: '{}',
      created_at: CREATED,
      tags: [],
      ...grantFields(grants),
    });
    return arn;
  }

  async policy(accountId: string, name: string, document: Document, path = '/'): Promise<string> {
    const arn = `arn:aws:iam::${accountId}:policy${path}${name}`;
    await this.put('spinifex-iam-policies', `${accountId}.${name}`, {
      policy_name: name,
      policy_id: `ANPA${name.toUpperCase()}`,
      arn,
      path,
      policy_document: textOf(document),
      created_at: CREATED,
      default_version: 'v1',
      tags: null,
    });
    return arn;
  }

  /** A session as STS writes it; returns its token. */
  async session(id: string, secret: string, fields: Readonly<Record<string, unknown>>): Promise<string> {
    const token = randomBytes(48).toString('base64');
    await this.put('spinifex-iam-session-credentials', id, {
      access_key_id: id,
      secret_encrypted: this.seal(secret),
      session_token_hmac: createHmac('sha256', this.masterKey).update(token).digest('base64'),
      assumed_role_arn: '',
      underlying_role_arn: '',
      role_id: '',
      assumed_role_id: '',
      session_name: '',
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      created_at: CREATED,
      ...fields,
    });
    return token;
  }
}

function grantFields({ attached, inline }: Grants): Record<string, unknown> {
  return {
    attached_policies: attached ?? null,
    ...(inline === undefined
      ? {}
      : {
          inline_policies: Object.fromEntries(
            Object.entries(inline).map(([name, document]) => [name, textOf(document)]),
          ),
        }),
  };
}

function textOf(document: Document): string {
  return typeof document === 'string' ? document : JSON.stringify(document);
}
