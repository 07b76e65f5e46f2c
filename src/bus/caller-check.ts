// Who asks, between what the headers of a request say and what its handler believes.

import type { OperationName } from '../contracts/operations.ts';
import type { HeaderMap } from './envelope.ts';
import type { CallContext } from './operation.ts';

/** A request as it came: nothing in it is proven. */
export interface UncheckedCall {
  readonly operation: OperationName;
  /** The operation's own subject, whichever one the request came on. */
  readonly subject: string;
  readonly headers: HeaderMap;
  readonly payload: Uint8Array;
  readonly context: CallContext;
}

/** Says who asks; throws an S3Error for a caller who claims what cannot be proven. */
export interface CallerCheck {
  check(call: UncheckedCall): CallContext | Promise<CallContext>;
}
