// What a handler of one operation looks like inside this room: the same as on the bus, with the types of its messages.

import type { OperationCall, OperationHandler, OperationReply } from '../bus/operation.ts';
import type {
  AdminMaintenanceReply,
  AdminMaintenanceRequest,
  AdminMembershipReply,
  AdminMembershipRequest,
  AdminStatusReply,
  ReplyTypes,
  RequestTypes,
} from '../contracts/generated/messages.ts';
import type { ObjectOwnership } from '../contracts/bucket-settings.ts';
import type { OperationName } from '../contracts/operations.ts';
import type { AccountDirectory, IdentitySource } from '../auth/identity.ts';
import type { BucketStore } from '../buckets/bucket-store.ts';
import type { MultipartStore } from '../objects/multipart-store.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { CounterMetric } from '../platform/metrics.ts';

/** Everything the operations need. */
export interface ServiceParts {
  readonly objects: ObjectStore;
  readonly multipart: MultipartStore;
  readonly buckets: BucketStore;
  readonly identities: IdentitySource;
  readonly accounts: AccountDirectory;
  /** The time, for conditions of policies. */
  readonly nowMs: () => number;
  /** The one region of this store. */
  readonly region: string;
  /**
   * Accounts whose listings without `MaxKeys` come as one page (at most `LIST_KEYS_UNLIMITED_MAX`): programs that never
   * ask for a second page and take what is missing for deleted.
   */
  readonly unlimitedListAccounts?: ReadonlySet<string>;
  /** The same for single credentials, by the ARN of whom they stand for. */
  readonly unlimitedListPrincipals?: ReadonlySet<string>;
  /** Credentials that act in the buckets of every account, by the ARN of whom they stand for. */
  readonly everyAccountPrincipals?: ReadonlySet<string>;
  /** Counts those pages that held more than AWS would give: who still needs them. */
  readonly unlimitedPages?: CounterMetric;
  /** New buckets begin with all four switches of a public-access block on. */
  readonly blockPublicAccess?: boolean;
  /** Of new buckets whose client names none; absent: AWS's default. */
  readonly objectOwnership?: ObjectOwnership;
  /** The state of this node, for `s3.admin.status`. */
  readonly adminStatus: () => Promise<AdminStatusReply>;
  /** Which nodes take shards, for `s3.admin.membership`, and changes of that. */
  readonly adminMembership: (request: AdminMembershipRequest) => Promise<AdminMembershipReply>;
  /** How this node looks after its shards, for `s3.admin.maintenance`; starts a task when the request names one. */
  readonly adminMaintenance: (request: AdminMaintenanceRequest) => Promise<AdminMaintenanceReply>;
}

/** Replies are only read from here on, so that parts of records may stand in them as they are. */
type DeepReadonly<T> = T extends object ? { readonly [Field in keyof T]: DeepReadonly<T[Field]> } : T;

interface TypedReply<Name extends OperationName> extends Omit<OperationReply, 'result'> {
  readonly result: DeepReadonly<ReplyTypes[Name]>;
}

export type TypedHandler<Name extends OperationName> = (
  request: Readonly<RequestTypes[Name]>,
  call: OperationCall,
) => Promise<TypedReply<Name>>;

/**
 * A typed handler as the bus calls it. The bus has checked the parameters against the very schema their type was generated
 * from, so that the cast holds; a reply is a plain object whatever its type.
 */
export function untyped<Name extends OperationName>(handler: TypedHandler<Name>): OperationHandler {
  return (call) => {
    const request = call.parameters as unknown as RequestTypes[Name];
    return handler(request, call);
  };
}

/** An object without the fields that are undefined. */
export function definedFields<T extends object>(fields: { [Field in keyof T]: T[Field] | undefined }): T {
  for (const name in fields) {
    if (fields[name] === undefined) return strip(fields);
  }
  return fields as T;
}

function strip<T extends object>(fields: { [Field in keyof T]: T[Field] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
