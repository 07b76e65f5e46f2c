// `spinifex.storage.config`: the shape of the store, which Spinifex's daemons answer from our configuration file. Where none runs,
// we do.

import type { Bus } from '../bus/connection.ts';
import { FallbackAnswer } from '../bus/fallback-answer.ts';
import { natsNodes, type Config } from '../config/config.ts';
import type { StorageConfigReply } from '../contracts/generated/messages.ts';
import type { Runtime } from './node-settings.ts';

const SUBJECT = 'spinifex.storage.config';

export function startStorageConfig(config: Config, bus: Bus, runtime: Runtime): Promise<FallbackAnswer> {
  const answer = new FallbackAnswer({
    connection: bus.control,
    subject: SUBJECT,
    queueGroup: config.nats.queueGroup,
    document: () => storageConfigOf(config),
    clock: runtime.clock,
    log: runtime.log.child({ part: 'storage config' }),
  });
  answer.start();
  return Promise.resolve(answer);
}

export function storageConfigOf(config: Config): StorageConfigReply {
  return {
    encoding: { data_shards: config.erasure.dataShards, parity_shards: config.erasure.parityShards },
    meta_nodes: natsNodes(config).map(({ id, natsServer: { host, port } }) => ({ id, host, port })),
    blob_nodes: config.nodes.flatMap(({ id, storage }) =>
      storage === undefined ? [] : [{ id, host: storage.host, port: storage.port }],
    ),
    buckets: config.buckets.map(({ name, region }) => ({ name, region })),
  };
}
