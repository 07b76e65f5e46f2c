// What one process is told: the shared configuration, which node it is, and where its own files are.

import type { Config, NodeConfig } from '../config/config.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Random } from '../platform/random.ts';

export interface NodeSettings {
  readonly config: Config;
  readonly node: NodeConfig;
  /** Data of this node lies in `<basePath>/node-<id>`. */
  readonly basePath: string;
  readonly encryptionKeyFile: string;
  /** The encryption key before, while it is being changed. */
  readonly previousEncryptionKeyFile?: string;
  /** Where the logins of the embedded NATS servers come from; absent: from the encryption key. */
  readonly clusterKeyFile?: string;
  /** Of the S3 endpoint. Absent: a local authority makes one in the data directory. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** A nats-server to use instead of the one on PATH or in the cache. */
  readonly natsServerBinary?: string;
  /** What an embedded nats-server is started with; absent: what this process was. */
  readonly natsServerEnvironment?: NodeJS.ProcessEnv;
}

/** What every part of the process is handed instead of reaching for globals. */
export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: Metrics;
}
