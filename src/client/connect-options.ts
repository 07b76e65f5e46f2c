// How a program reaches NATS.

import type { BusAuth, BusTls } from '../bus/connection.ts';
import type { Logger } from '../platform/log.ts';
import type { SigningOptions } from './request-signer.ts';

export interface ConnectOptions {
  /** `nats://host:4222`, one or more. */
  readonly servers: readonly string[];
  /** Shown in the server's list of connections. */
  readonly name?: string;
  readonly auth?: BusAuth;
  readonly tls?: BusTls;
  readonly inboxPrefix?: string;
  /** How long the first connection may take; 60 s. */
  readonly connectPatienceMs?: number;
  /** Signs every request (AWS Signature Version 4); the request then is the owner of the key. */
  readonly signing?: SigningOptions;
  /** Large bodies go past NATS, over QUIC, to nodes that grant it (`[quic_tickets]`); over NATS where they cannot. Default false. */
  readonly quic?: boolean;
  readonly log?: Logger;
}
