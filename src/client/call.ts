// A call as its two ends see it, and what the files of this room share.

import type { LazyBulkLink } from '../bus/bulk-link.ts';
import type { Bus } from '../bus/connection.ts';
import type { LocalBodies } from '../bus/local-bodies.ts';
import type { CallContext } from '../bus/operation.ts';
import type { ReplyInbox } from '../bus/reply-inbox.ts';
import type { QuicWay } from './quic-way.ts';
import type { IncomingBody, OutgoingBody } from '../core/body.ts';

export interface CallOptions {
  readonly context: CallContext;
  readonly body?: IncomingBody;
  /** Gives the call up: the body is let go, a late answer is dropped. */
  readonly signal?: AbortSignal;
}

export interface CallReply<Result = Readonly<Record<string, unknown>>> {
  readonly result: Result;
  readonly body?: OutgoingBody;
  /** Headers of the reply by lower-case name, without those of the protocol. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What the ways of a body need of the client. */
export interface ClientParts {
  readonly bus: Bus;
  readonly inbox: ReplyInbox;
  readonly bulk: LazyBulkLink;
  readonly localBodies: LocalBodies | undefined;
  /** Past NATS, where a node grants it. */
  readonly quic: QuicWay | undefined;
}
