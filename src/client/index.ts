// The client library: what other programs import as `predastore/client`.

import { connectBus } from '../bus/connection.ts';
import { systemClock } from '../platform/clock.ts';
import { silentLogger } from '../platform/log.ts';
import { systemRandom } from '../platform/random.ts';
import { createClient, type Client } from './client.ts';
import type { ConnectOptions } from './connect-options.ts';

export { connectStore, storeOver } from './store.ts';
export type { MethodInput, MethodOptions, MethodOutput, Store, StoreMethods, StoreOptions } from './store.ts';
export type { BodyInput } from './body-input.ts';
export type { ReceivedBody } from './resuming-body.ts';
export { Client, createClient } from './client.ts';
export type { ClientOptions } from './client.ts';
export type { CallOptions, CallReply } from './call.ts';
export type { ConnectOptions } from './connect-options.ts';
export type { Credentials, SigningOptions } from './request-signer.ts';
export type { BusAuth, BusTls } from '../bus/connection.ts';
export type { CallContext } from '../bus/operation.ts';
export type { IncomingBody, OutgoingBody } from '../core/body.ts';
export { bodyOf } from '../core/body.ts';
export { S3Error } from '../contracts/s3-errors.ts';

export interface ConnectedClient {
  readonly client: Client;
  /** Ends what is under way and disconnects. */
  close(): Promise<void>;
}

/** A client with a NATS connection of its own, for programs that want calls as they are on the wire and no retries. */
export async function connectClient(options: ConnectOptions): Promise<ConnectedClient> {
  const bus = await connectBus({
    clock: systemClock,
    random: systemRandom,
    log: options.log ?? silentLogger,
    ...options,
    name: options.name ?? 'predastore-client',
  });
  const client = createClient({
    bus,
    ...(options.signing === undefined ? {} : { signing: options.signing }),
  });
  return {
    client,
    close: async () => {
      client.close();
      await bus.close();
    },
  };
}
