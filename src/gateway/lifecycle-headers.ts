// What replies say of lifecycle rules, as headers.

import { given, sendableText } from './header-text.ts';

export function expirationHeaders({ Expiration }: { readonly Expiration?: string }): Record<string, string> {
  return given({ 'x-amz-expiration': Expiration });
}

export function abortHeaders({
  AbortDate,
  AbortRuleId,
}: {
  readonly AbortDate?: string;
  readonly AbortRuleId?: string;
}): Record<string, string> {
  return given({
    'x-amz-abort-date': AbortDate === undefined ? undefined : new Date(AbortDate).toUTCString(),
    'x-amz-abort-rule-id': AbortRuleId === undefined ? undefined : sendableText(AbortRuleId),
  });
}
