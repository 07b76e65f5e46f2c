// What an identity may do in the name of its account.
//
// Refuses to say who somebody is: that is the signature's and, on the bus, the envelope's.

import type { Caller } from './policy/principal.ts';
import type { Policy } from './policy/document.ts';

/** A principal of an account, resolved. */
export interface Identity {
  readonly caller: Caller;
  /** Absent: nothing narrows what its account may do. Empty: it may do nothing on its own. */
  readonly policies?: readonly Policy[];
  /** Of a user; sessions have none. */
  readonly userName?: string;
  readonly userId?: string;
}

/** `suspended`: its account may do nothing now. */
export type ResolvedIdentity = Identity | 'suspended';

/** Finds out what a principal may do; a failure of the source itself is thrown. Answers at once where it can. */
export interface IdentitySource {
  /** Without an ARN: the account itself. `undefined`: not a principal of this source. */
  identityOf(
    accountId: string,
    principalArn: string | undefined,
  ): ResolvedIdentity | undefined | Promise<ResolvedIdentity | undefined>;
}

/** Whose name it is that policies and access control lists write. */
export interface AccountDirectory {
  /** The principal that an access key of the configuration stands for. */
  principalOf(accessKeyId: string): string | undefined;
  /** The account behind a canonical user id, an access key of the configuration or an address; undefined: nobody's. */
  accountOf(name: string): string | undefined;
  /** What to show of an account beside its id. */
  displayNameOf(accountId: string): string;
}

const ACCOUNT_OF_ARN = /^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):/;
const ROOT_ARN = /^arn:aws[a-z-]*:iam::\d{12}:root$/;

/** The account that a principal's ARN names. */
export function accountOfArn(arn: string): string | undefined {
  return ACCOUNT_OF_ARN.exec(arn)?.[1];
}

export function isRootArn(arn: string): boolean {
  return ROOT_ARN.test(arn);
}
