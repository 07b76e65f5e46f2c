// ARNs of IAM principals and policies, and the keys that Spinifex keeps their records under: `<account>.<name>`, without the path.

const PRINCIPAL = /^arn:aws:iam::(\d{12}):(user|role)\/(?:[\x21-\x7e]+\/)?([^/]+)$/;
const POLICY = /^arn:aws:iam::(\d{12}):policy\/(?:[\x21-\x7e]+\/)?([^/]+)$/;
const ASSUMED_ROLE = /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\/([^/]+)$/;

/** Whose ARN it is. Its record must say the same ARN: the key alone does not tell paths apart. */
export type PrincipalName =
  | { readonly kind: 'user'; readonly accountId: string; readonly name: string }
  | { readonly kind: 'role'; readonly accountId: string; readonly name: string }
  | {
      readonly kind: 'session';
      readonly accountId: string;
      readonly roleName: string;
      readonly sessionName: string;
    };

export function parsePrincipalArn(arn: string): PrincipalName | undefined {
  const [, accountId, kind, name] = PRINCIPAL.exec(arn) ?? [];
  if (accountId !== undefined && name !== undefined) {
    return { kind: kind === 'user' ? 'user' : 'role', accountId, name };
  }
  const [, account, roleName, sessionName] = ASSUMED_ROLE.exec(arn) ?? [];
  if (account === undefined || roleName === undefined || sessionName === undefined) return undefined;
  return { kind: 'session', accountId: account, roleName, sessionName };
}

/** The account and the name of a policy that a customer manages. */
export function parsePolicyArn(
  arn: string,
): { readonly accountId: string; readonly name: string } | undefined {
  const [, accountId, name] = POLICY.exec(arn) ?? [];
  return accountId === undefined || name === undefined ? undefined : { accountId, name };
}

export function recordKey(accountId: string, name: string): string {
  return `${accountId}.${name}`;
}
