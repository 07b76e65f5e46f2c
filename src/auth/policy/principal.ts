// Who asks, and who a policy means by `Principal`.

import { POLICY_VALUES_MAX } from '../../core/limits.ts';

/** Who asks. Without an account: nobody in particular. */
export interface Caller {
  /** Twelve digits. */
  readonly accountId?: string | undefined;
  /** `arn:aws:iam::…:user/…`; of a session its own and that of its role. */
  readonly arns: readonly string[];
  /** It is the account itself: whatever is granted to the account is granted to it. */
  readonly actsAsAccount: boolean;
}

/** Whoever sends a request without a signature. */
export const ANYBODY: Caller = { arns: [], actsAsAccount: false };

/** The account itself, as its root user is. */
export function accountCaller(accountId: string, arns: readonly string[] = []): Caller {
  return { accountId, arns, actsAsAccount: true };
}

/** How a statement means a caller: not at all, through its account, or itself. */
export type Reach = 'none' | 'account' | 'principal';

type Wanted =
  | { readonly kind: 'everyone' }
  | { readonly kind: 'account'; readonly accountId: string }
  | { readonly kind: 'arn'; readonly arn: string }
  /** Services and foreign identity providers: none of them ever calls this store. */
  | { readonly kind: 'nobody' };

const ACCOUNT_ID = /^\d{12}$/;
const ACCOUNT_ROOT = /^arn:aws[a-z-]*:iam::(\d{12}):root$/;
const PRINCIPAL_ARN =
  /^arn:aws[a-z-]*:(iam::\d{12}:(user|role)\/[^*?\s]{1,576}|sts::\d{12}:(assumed-role|federated-user)\/[^*?\s]{1,640})$/;
const KINDS: ReadonlySet<string> = new Set(['AWS', 'CanonicalUser', 'Service', 'Federated']);

/** Names that stand for principals beside ARNs: access keys of the configuration. */
export type PrincipalAliases = (name: string) => string | undefined;

const NO_ALIASES: PrincipalAliases = () => undefined;

/** The principals of one statement. */
export class Principals {
  readonly #wanted: readonly Wanted[];

  private constructor(wanted: readonly Wanted[]) {
    this.#wanted = wanted;
  }

  /** Reads `Principal` or `NotPrincipal`; undefined when it names nobody or something that is no principal. */
  static parse(value: unknown, aliases: PrincipalAliases = NO_ALIASES): Principals | undefined {
    const named = typeof value === 'string' || Array.isArray(value) ? { AWS: value as unknown } : value;
    if (typeof named !== 'object' || named === null) return undefined;
    const wanted: Wanted[] = [];
    for (const [kind, names] of Object.entries(named)) {
      const list = parseNames(kind, names, aliases);
      if (list === undefined) return undefined;
      wanted.push(...list);
    }
    return wanted.length === 0 ? undefined : new Principals(wanted);
  }

  get includesEveryone(): boolean {
    return this.#wanted.some(({ kind }) => kind === 'everyone');
  }

  reachOf(caller: Caller): Reach {
    let reach: Reach = 'none';
    for (const wanted of this.#wanted) {
      const found = reachOf(wanted, caller);
      if (found === 'principal') return found;
      if (found === 'account') reach = found;
    }
    return reach;
  }
}

function parseNames(kind: string, names: unknown, aliases: PrincipalAliases): readonly Wanted[] | undefined {
  const list: unknown[] = Array.isArray(names) ? names : [names];
  // "Everyone" beside others is a mistake of whoever wrote it, and AWS says so.
  if (!KINDS.has(kind) || list.length === 0 || list.length > POLICY_VALUES_MAX) return undefined;
  if (list.length > 1 && list.includes('*')) return undefined;
  const wanted: Wanted[] = [];
  for (const name of list) {
    const one = typeof name === 'string' && name !== '' ? parseName(kind, name, aliases) : undefined;
    if (one === undefined) return undefined;
    wanted.push(one);
  }
  return wanted;
}

function parseName(kind: string, name: string, aliases: PrincipalAliases): Wanted | undefined {
  switch (kind) {
    case 'CanonicalUser':
      return ACCOUNT_ID.test(name) ? { kind: 'account', accountId: name } : undefined;
    case 'AWS':
      return parseAwsName(name, aliases);
    default:
      return { kind: 'nobody' };
  }
}

function parseAwsName(name: string, aliases: PrincipalAliases): Wanted | undefined {
  if (name === '*') return { kind: 'everyone' };
  const accountId = ACCOUNT_ID.test(name) ? name : ACCOUNT_ROOT.exec(name)?.[1];
  if (accountId !== undefined) return { kind: 'account', accountId };
  const arn = PRINCIPAL_ARN.test(name) ? name : aliases(name);
  return arn === undefined ? undefined : { kind: 'arn', arn };
}

function reachOf(wanted: Wanted, caller: Caller): Reach {
  switch (wanted.kind) {
    case 'everyone':
      return 'principal';
    case 'account':
      if (caller.accountId !== wanted.accountId) return 'none';
      return caller.actsAsAccount ? 'principal' : 'account';
    case 'arn':
      return caller.arns.includes(wanted.arn) ? 'principal' : 'none';
    case 'nobody':
      return 'none';
  }
}
