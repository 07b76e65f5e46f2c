// Who asks, and who a policy means by `Principal`.

/** Who asks. Without an account: nobody in particular. */
export interface Caller {
  /** Twelve digits. */
  readonly accountId?: string | undefined;
  /** `arn:aws:iam::…:user/…`, or `arn:aws:sts::…:assumed-role/…/…` for a session; absent: the account itself. */
  readonly arn?: string | undefined;
  /** The role behind a session. */
  readonly roleArn?: string | undefined;
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
    const wanted: (Wanted | undefined)[] = [];
    for (const [kind, names] of Object.entries(named)) {
      const list = typeof names === 'string' ? [names] : names;
      if (!KINDS.has(kind) || !Array.isArray(list) || list.length === 0) return undefined;
      // "Everyone" beside others is a mistake of whoever wrote it, and AWS says so.
      if (list.length > 1 && list.includes('*')) return undefined;
      for (const name of list as unknown[]) wanted.push(parseName(kind, name, aliases));
    }
    const known = wanted.filter((one) => one !== undefined);
    return known.length === 0 || known.length < wanted.length ? undefined : new Principals(known);
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

function parseName(kind: string, name: unknown, aliases: PrincipalAliases): Wanted | undefined {
  if (typeof name !== 'string' || name === '') return undefined;
  if (kind === 'Service' || kind === 'Federated') return { kind: 'nobody' };
  if (kind === 'CanonicalUser')
    return ACCOUNT_ID.test(name) ? { kind: 'account', accountId: name } : undefined;
  if (name === '*') return { kind: 'everyone' };
  const accountId = ACCOUNT_ID.test(name) ? name : ACCOUNT_ROOT.exec(name)?.[1];
  if (accountId !== undefined) return { kind: 'account', accountId };
  if (PRINCIPAL_ARN.test(name)) return { kind: 'arn', arn: name };
  const arn = aliases(name);
  return arn === undefined ? undefined : { kind: 'arn', arn };
}

function reachOf(wanted: Wanted, caller: Caller): Reach {
  switch (wanted.kind) {
    case 'everyone':
      return 'principal';
    case 'account':
      if (caller.accountId !== wanted.accountId) return 'none';
      return caller.arn === undefined ? 'principal' : 'account';
    case 'arn':
      return wanted.arn === caller.arn || wanted.arn === caller.roleArn ? 'principal' : 'none';
    case 'nobody':
      return 'none';
  }
}
