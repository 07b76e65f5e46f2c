// The records of Spinifex's IAM buckets, read leniently where they may grow (new fields, null for an empty list) and strictly
// where access depends on them. A record that does not fit is no record: whoever it is about may do nothing.

import { IAM_RECORD_BYTES_MAX, IAM_LIST_MAX } from '../../core/limits.ts';

/** The buckets, by what is in them. */
export const IAM_BUCKETS = {
  accessKeys: 'spinifex-iam-access-keys',
  users: 'spinifex-iam-users',
  groups: 'spinifex-iam-groups',
  roles: 'spinifex-iam-roles',
  policies: 'spinifex-iam-policies',
  sessions: 'spinifex-iam-session-credentials',
  accounts: 'spinifex-accounts',
} as const;

export type IamBucket = keyof typeof IAM_BUCKETS;

/** In every bucket: the version of its records, a decimal number. Not a record. */
export const VERSION_KEY = '_version';
/** The newest version that is known here. */
export const KNOWN_VERSION = 1;

export interface AccessKeyRecord {
  readonly accessKeyId: string;
  readonly sealedSecret: string;
  readonly userName: string;
  readonly accountId: string;
  readonly active: boolean;
}

/** Where permissions of a user, a group or a role come from. */
export interface GrantSource {
  readonly attachedPolicies: readonly string[];
  /** Texts of the documents. */
  readonly inlinePolicies: readonly string[];
}

export interface UserRecord extends GrantSource {
  readonly userName: string;
  readonly userId: string;
  readonly arn: string;
  readonly groups: readonly string[];
}

export interface RoleRecord extends GrantSource {
  readonly roleName: string;
  readonly roleId: string;
  readonly arn: string;
}

export interface PolicyRecord {
  readonly arn: string;
  readonly document: string;
}

export interface SessionRecord {
  readonly accessKeyId: string;
  readonly sealedSecret: string;
  readonly tokenMark: string;
  readonly accountId: string;
  readonly kind: 'user' | 'role';
  readonly assumedRoleArn: string;
  readonly roleArn: string;
  readonly roleId: string;
  readonly sessionName: string;
  /** Of a user's session; absent in records of older versions. */
  readonly userId: string | undefined;
  readonly expiresMs: number;
}

type Json = Readonly<Record<string, unknown>>;
export type RecordReader<Record> = (bytes: Uint8Array) => Record | undefined;

const ACCOUNT_ID = /^\d{12}$/;

/** Reads a record; whatever `read` finds missing makes it none. */
function reader<Record>(read: (fields: Fields) => Record | undefined): RecordReader<Record> {
  return (bytes) => {
    if (bytes.length > IAM_RECORD_BYTES_MAX) return undefined;
    try {
      const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
      return isObject(value) ? read(new Fields(value)) : undefined;
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof FieldMissing) return undefined;
      throw error;
    }
  };
}

class FieldMissing extends Error {
  override readonly name = 'FieldMissing';
}

class Fields {
  readonly #values: Json;

  constructor(values: Json) {
    this.#values = values;
  }

  text(name: string): string {
    const value = this.#values[name];
    if (typeof value === 'string' && value !== '') return value;
    throw new FieldMissing(name);
  }

  optionalText(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  account(name: string): string {
    const value = this.text(name);
    if (ACCOUNT_ID.test(value)) return value;
    throw new FieldMissing(name);
  }

  /** Go writes null for a list that was never made. */
  texts(name: string): readonly string[] {
    const value = this.#values[name] ?? [];
    const isList = Array.isArray(value) && value.length <= IAM_LIST_MAX;
    if (isList && value.every((one): one is string => typeof one === 'string')) return value;
    throw new FieldMissing(name);
  }

  /** The values of an object whose values are texts. */
  textsByName(name: string): readonly string[] {
    const value = this.#values[name] ?? {};
    const list = isObject(value) ? Object.values(value) : [undefined];
    if (list.length <= IAM_LIST_MAX && list.every((one): one is string => typeof one === 'string'))
      return list;
    throw new FieldMissing(name);
  }

  time(name: string): number {
    const timeMs = Date.parse(this.text(name));
    if (Number.isNaN(timeMs)) throw new FieldMissing(name);
    return timeMs;
  }
}

function grantsOf(fields: Fields): GrantSource {
  return {
    attachedPolicies: fields.texts('attached_policies'),
    inlinePolicies: fields.textsByName('inline_policies'),
  };
}

export const readAccessKey = reader<AccessKeyRecord>((fields) => ({
  accessKeyId: fields.text('access_key_id'),
  sealedSecret: fields.text('secret_access_key'),
  userName: fields.text('user_name'),
  accountId: fields.account('account_id'),
  active: fields.text('status') === 'Active',
}));

export const readUser = reader<UserRecord>((fields) => ({
  userName: fields.text('user_name'),
  userId: fields.text('user_id'),
  arn: fields.text('arn'),
  groups: fields.texts('groups'),
  ...grantsOf(fields),
}));

export const readGroup = reader<GrantSource>(grantsOf);

export const readRole = reader<RoleRecord>((fields) => ({
  roleName: fields.text('role_name'),
  roleId: fields.text('role_id'),
  arn: fields.text('arn'),
  ...grantsOf(fields),
}));

export const readPolicy = reader<PolicyRecord>((fields) => ({
  arn: fields.text('arn'),
  document: fields.text('policy_document'),
}));

/** Whether the account may be used: `ACTIVE` and nothing else. */
export const readAccount = reader<{ readonly active: boolean }>((fields) => ({
  active: fields.text('status') === 'ACTIVE',
}));

export const readSession = reader<SessionRecord>((fields) => {
  const type = fields.optionalText('principal_type') ?? 'assumed-role';
  if (type !== 'user' && type !== 'assumed-role') return undefined;
  return {
    accessKeyId: fields.text('access_key_id'),
    sealedSecret: fields.text('secret_encrypted'),
    tokenMark: fields.text('session_token_hmac'),
    accountId: fields.account('account_id'),
    kind: type === 'user' ? 'user' : 'role',
    assumedRoleArn: fields.optionalText('assumed_role_arn') ?? '',
    roleArn: fields.optionalText('underlying_role_arn') ?? '',
    roleId: fields.optionalText('role_id') ?? '',
    sessionName: fields.optionalText('session_name') ?? '',
    userId: fields.optionalText('user_id'),
    expiresMs: fields.time('expires_at'),
  };
});

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
