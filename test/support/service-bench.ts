// A service over in-memory stores, called the way the bus calls it: validated request in, validated reply out.

import type { CallContext, OperationReply } from '../../src/bus/operation.ts';
import type { AdminMaintenanceReply, ReplyTypes } from '../../src/contracts/generated/messages.ts';
import type { OperationName } from '../../src/contracts/operations.ts';
import { S3Error } from '../../src/contracts/s3-errors.ts';
import { validateReply, validateRequest, withoutNulls } from '../../src/contracts/validators.ts';
import { policyOfGrants, type ConfiguredGrant } from '../../src/auth/configured-policy.ts';
import { ConfiguredCredentials } from '../../src/auth/credentials.ts';
import { accountOfArn } from '../../src/auth/identity.ts';
import { bodyOf, type IncomingBody } from '../../src/core/body.ts';
import { createService, type OperationTable, type ServiceParts } from '../../src/service/service.ts';
import { MemoryBucketStore } from './memory-bucket-store.ts';
import { MemoryObjectStore } from './memory-object-store.ts';
import { ObjectBench } from './object-bench.ts';

export const ACCOUNT = '123456789012';
export const OTHER_ACCOUNT = '999999999999';
export const REGION = 'ap-southeast-2';

export interface Asked {
  readonly account?: string | undefined;
  readonly principalArn?: string;
  readonly body?: IncomingBody | string;
}

export type TypedReply<Name extends OperationName> = OperationReply & { readonly result: ReplyTypes[Name] };

const MAINTENANCE: AdminMaintenanceReply = {
  node_id: '1',
  repair: {
    running: false,
    rebuilt_shards: 0,
    rebuilt_bytes: 0,
    failures: 0,
    journal_paid: 0,
    journal_postponed: 0,
    sweep_blobs: 0,
    sweep_lost: 0,
    sweep_owed: 0,
    sweep_failed: 0,
    sweep_completed: '',
    sweep_total: 0,
    sweep_moving: 0,
    eta_seconds: 0,
    moved_shards: 0,
    moved_bytes: 0,
  },
  scrub: {
    running: false,
    shards: 0,
    shards_in_store: 0,
    damaged: 0,
    bytes_per_second: 0,
    started: '',
    completed: '',
  },
  orphans: { running: false, shards: 0, suspects: 0, collected: 0, held: '', completed: '' },
};

export class ServiceBench {
  readonly objects = new MemoryObjectStore();
  readonly buckets = new MemoryBucketStore();
  /** Principals by ARN, with what they may do. */
  readonly policies = new Map<string, readonly ConfiguredGrant[]>();
  readonly table: OperationTable;

  constructor(options: Partial<ServiceParts> = {}) {
    this.table = createService({
      objects: this.objects,
      multipart: new ObjectBench().multipart,
      buckets: this.buckets,
      identities: {
        identityOf: (_account, arn) => {
          const grants = this.policies.get(arn ?? '');
          if (arn === undefined || grants === undefined) return undefined;
          const caller = { accountId: accountOfArn(arn), arns: [arn], actsAsAccount: false };
          return { caller, policies: [policyOfGrants(grants)] };
        },
      },
      accounts: new ConfiguredCredentials([]),
      nowMs: () => Date.now(),
      region: REGION,
      adminStatus: async () => ({
        node_id: '1',
        state: 'Leader',
        leader: 'n1',
        leader_addr: '',
        term: '0',
        commit_index: '7',
        applied_index: '7',
        is_leader: true,
      }),
      adminMaintenance: async () => MAINTENANCE,
      adminMembership: async () => ({ epoch: 1, source: 'configuration', changed: '', nodes: [] }),
      ...options,
    });
  }

  async ask<Name extends OperationName>(
    operation: Name,
    parameters: Record<string, unknown>,
    asked: Asked = {},
  ): Promise<TypedReply<Name>> {
    const request = withoutNulls(parameters);
    const problem = validateRequest(operation, request);
    if (problem !== undefined) throw new S3Error('ValidationError', problem);
    const account = 'account' in asked ? asked.account : ACCOUNT;
    const context: CallContext = {
      requestId: 'request-1',
      ...(account === undefined ? {} : { accountId: account }),
      ...(asked.principalArn === undefined ? {} : { principalArn: asked.principalArn }),
    };
    const body = typeof asked.body === 'string' ? bodyOf(Buffer.from(asked.body)) : asked.body;
    const reply = await this.table[operation]({
      operation,
      context,
      parameters: request,
      signal: new AbortController().signal,
      ...(body === undefined ? {} : { body }),
    });
    const wrong = validateReply(operation, reply.result);
    if (wrong !== undefined) throw new Error(`reply of ${operation}: ${wrong}`);
    return reply as TypedReply<Name>;
  }

  /** The error an operation ends with; fails when it succeeds. */
  async refusal(
    operation: OperationName,
    parameters: Record<string, unknown>,
    asked: Asked = {},
  ): Promise<S3Error> {
    try {
      await this.ask(operation, parameters, asked);
    } catch (error) {
      if (error instanceof S3Error) return error;
      throw error;
    }
    throw new Error(`${operation} succeeded`);
  }

  async refusalCode(
    operation: OperationName,
    parameters: Record<string, unknown>,
    asked: Asked = {},
  ): Promise<string> {
    return (await this.refusal(operation, parameters, asked)).code;
  }
}

/** A bench with the bucket `photos` of ACCOUNT. */
export async function benchWithBucket(options: Partial<ServiceParts> = {}): Promise<ServiceBench> {
  const bench = new ServiceBench(options);
  await bench.ask('CreateBucket', { Bucket: 'photos' });
  return bench;
}

/** The same over the real objects room. */
export async function benchOn(stores: ObjectBench): Promise<ServiceBench> {
  const { objects, multipart, metadata } = stores;
  const bench = await benchWithBucket({ objects, multipart });
  const record = await bench.buckets.head('photos');
  if (record === undefined) throw new Error('the bucket of the bench is missing');
  metadata.heldBuckets.set(record.name, { record, revision: 1 });
  return bench;
}
