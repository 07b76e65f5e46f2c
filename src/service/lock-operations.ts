// The part of the operation table that is about object lock.

import type { OperationHandler } from '../bus/operation.ts';
import { untyped, type ServiceParts } from './handler.ts';
import { getObjectLegalHold } from './operations/get-object-legal-hold.ts';
import { getObjectLockConfiguration } from './operations/get-object-lock-configuration.ts';
import { getObjectRetention } from './operations/get-object-retention.ts';
import { putObjectLegalHold } from './operations/put-object-legal-hold.ts';
import { putObjectLockConfiguration } from './operations/put-object-lock-configuration.ts';
import { putObjectRetention } from './operations/put-object-retention.ts';

type LockOperation = `${'Get' | 'Put'}Object${'LockConfiguration' | 'Retention' | 'LegalHold'}`;

export function lockOperations(parts: ServiceParts): Readonly<Record<LockOperation, OperationHandler>> {
  return {
    GetObjectLegalHold: untyped(getObjectLegalHold(parts)),
    GetObjectLockConfiguration: untyped(getObjectLockConfiguration(parts)),
    GetObjectRetention: untyped(getObjectRetention(parts)),
    PutObjectLegalHold: untyped(putObjectLegalHold(parts)),
    PutObjectLockConfiguration: untyped(putObjectLockConfiguration(parts)),
    PutObjectRetention: untyped(putObjectRetention(parts)),
  };
}
