// The client library: what other programs import as `predastore/client`.

import { connectBus, type BusAuth, type BusTls } from '../bus/connection.ts';
import { systemClock } from '../platform/clock.ts';
import { silentLogger, type Logger } from '../platform/log.ts';
import { systemRandom } from '../platform/random.ts';
import { createClient, type Client } from './client.ts';

export { Client, createClient } from './client.ts';
export type { ClientOptions } from './client.ts';
export type { CallOptions, CallReply } from './call.ts';
export type { BusAuth, BusTls } from '../bus/connection.ts';
export type { CallContext } from '../bus/operation.ts';
export type { IncomingBody, OutgoingBody } from '../core/body.ts';
export { bodyOf } from '../core/body.ts';
export { S3Error } from '../contracts/s3-errors.ts';

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
  readonly log?: Logger;
}

export interface ConnectedClient {
  readonly client: Client;
  /** Ends what is under way and disconnects. */
  close(): Promise<void>;
}

/** A client with a NATS connection of its own, for programs that have none of ours. */
export async function connectClient(options: ConnectOptions): Promise<ConnectedClient> {
  const bus = await connectBus({
    clock: systemClock,
    random: systemRandom,
    log: options.log ?? silentLogger,
    ...options,
    name: options.name ?? 'predastore-client',
  });
  const client = createClient({ bus });
  return {
    client,
    close: async () => {
      client.close();
      await bus.close();
    },
  };
}
