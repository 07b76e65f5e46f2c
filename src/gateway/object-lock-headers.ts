// Object lock between HTTP headers and messages.

import type { PutObjectRequest } from '../contracts/generated/messages.ts';
import { given, headerValue } from './header-text.ts';
import type { GatewayRequest } from './operation.ts';

type Headers = GatewayRequest['headers'];
type LockParameters = Pick<
  PutObjectRequest,
  'ObjectLockMode' | 'ObjectLockRetainUntilDate' | 'ObjectLockLegalHoldStatus'
>;

const MODE = 'x-amz-object-lock-mode';
const RETAIN_UNTIL = 'x-amz-object-lock-retain-until-date';
const LEGAL_HOLD = 'x-amz-object-lock-legal-hold';
const BYPASS = 'x-amz-bypass-governance-retention';

/** The lock that a new version is to have. */
export function lockParameters(headers: Headers): LockParameters {
  return given({
    ObjectLockMode: headerValue(headers, MODE),
    ObjectLockRetainUntilDate: headerValue(headers, RETAIN_UNTIL),
    ObjectLockLegalHoldStatus: headerValue(headers, LEGAL_HOLD),
  });
}

/** Whether a retention of mode GOVERNANCE is not to count. */
export function bypassParameter(headers: Headers): { BypassGovernanceRetention?: true } {
  return headerValue(headers, BYPASS)?.toLowerCase() === 'true' ? { BypassGovernanceRetention: true } : {};
}

/** The lock of a version that was read. */
export function lockHeaders(result: LockParameters): Record<string, string> {
  const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until, ObjectLockLegalHoldStatus: hold } = result;
  return {
    ...(mode !== undefined && { [MODE]: mode }),
    ...(until !== undefined && { [RETAIN_UNTIL]: until }),
    ...(hold !== undefined && { [LEGAL_HOLD]: hold }),
  };
}
