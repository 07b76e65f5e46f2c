// A client with a NATS connection of its own: how programs outside a node begin.

import { connectBus } from '../bus/connection.ts';
import { systemClock } from '../platform/clock.ts';
import { silentLogger } from '../platform/log.ts';
import { systemRandom } from '../platform/random.ts';
import { createClient, type Client } from './client.ts';
import type { ConnectOptions } from './connect-options.ts';
import { QuicWay } from './quic-way.ts';

export interface ConnectedClient {
  readonly client: Client;
  /** Ends what is under way and disconnects. */
  close(): Promise<void>;
}

/** For programs that want calls as they are on the wire and no retries; `connectStore` has methods and tries again. */
export async function connectClient(options: ConnectOptions): Promise<ConnectedClient> {
  const log = options.log ?? silentLogger;
  const quic = options.quic === true ? await QuicWay.open(systemClock, log) : undefined;
  const bus = await connectBus({
    clock: systemClock,
    random: systemRandom,
    ...options,
    log,
    name: options.name ?? 'predastore-client',
  });
  const client = createClient({
    bus,
    ...(quic === undefined ? {} : { quic }),
    ...(options.signing === undefined ? {} : { signing: options.signing }),
  });
  return {
    client,
    close: async () => {
      client.close();
      await quic?.close();
      await bus.close();
    },
  };
}
