// The publisher of bucket events of this node: at work when it has the seat.

import type { Bus } from '../bus/connection.ts';
import { KeptValues } from '../bus/kept-values.ts';
import { StreamAdmin } from '../bus/stream-admin.ts';
import type { Config } from '../config/config.ts';
import type { NodeId } from '../core/ids.ts';
import { EventLog } from '../events/event-log.ts';
import { EventPublisher } from '../events/event-publisher.ts';
import { PublisherSeat, seatSettings, SEAT_PREFIX } from '../events/publisher-seat.ts';
import type { MetadataStore } from '../metadata/metadata-store.ts';
import type { Runtime } from './node-settings.ts';
import { streamReplicas } from './stream-replicas.ts';

export interface EventsPlan {
  readonly config: Config;
  readonly self: NodeId;
  readonly bus: Bus;
  readonly metadata: Pick<MetadataStore, 'buckets'>;
}

export function startEvents(plan: EventsPlan, runtime: Runtime): Promise<EventPublisher> {
  const { clock, random, metrics } = runtime;
  const connection = plan.bus.control;
  const replicas = streamReplicas(plan.config);
  const settings = seatSettings(replicas);
  const values = new KeptValues({ connection, settings, prefix: SEAT_PREFIX, clock, random });
  const holder = `${plan.self}.${random.bytes(6).toString('hex')}`;
  const publisher = new EventPublisher({
    connection,
    admin: () => StreamAdmin.open(connection),
    buckets: plan.metadata.buckets,
    seat: new PublisherSeat({ values, clock, holder }),
    events: new EventLog(connection, replicas),
    clock,
    random,
    log: runtime.log.child({ part: 'events' }),
    metrics,
  });
  publisher.start();
  return Promise.resolve(publisher);
}
