// The S3 endpoint of this node: one or two listeners in front of one gateway.

import type { CredentialSource } from '../auth/credentials.ts';
import type { Config, NodeConfig } from '../config/config.ts';
import { createGateway } from '../gateway/gateway.ts';
import { CONNECTIONS_MAX, type Listener } from '../gateway/listener.ts';
import type { Readiness } from '../gateway/probes.ts';
import type { S3Client } from '../gateway/s3-client.ts';
import type { PressureGauge } from '../platform/pressure.ts';
import { descriptorsLimit } from '../platform/process-reading.ts';
import type { Runtime } from './node-settings.ts';
import type { TlsMaterial } from './start-tls.ts';

/** Requests under way may take this long to end; then their connections are cut. */
const GATEWAY_DRAIN_MS = 15_000;

export interface GatewayPlan {
  readonly config: Config;
  readonly at: NonNullable<NodeConfig['gateway']>;
  readonly client: S3Client;
  readonly credentials: CredentialSource;
  readonly tls: TlsMaterial | undefined;
  readonly readiness: () => Promise<Readiness>;
  readonly pressure: PressureGauge;
}

export interface RunningGateway {
  stop(): Promise<void>;
}

export async function startGateway(plan: GatewayPlan, runtime: Runtime): Promise<RunningGateway> {
  const { config, at, tls } = plan;
  const log = runtime.log.child({ part: 'gateway' });
  const gateway = createGateway({
    client: plan.client,
    credentials: plan.credentials,
    region: config.region,
    domains: config.s3.domains,
    clock: runtime.clock,
    random: runtime.random,
    logger: log,
    metrics: runtime.metrics,
    exposeMetrics: config.s3.metrics,
    readiness: plan.readiness,
    pressure: plan.pressure,
    plainCustomerKeys: config.s3.plainCustomerKeys,
    signatureV2: config.s3.signatureV2,
  });
  const secured = tls === undefined ? {} : { tls: { ...tls, minVersion: config.s3.minTlsVersion } };
  const listeners: Listener[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.close(GATEWAY_DRAIN_MS)));
  };
  const connectionsMax = connectionsFor(config.s3.http === undefined ? 1 : 2);
  try {
    listeners.push(await gateway.listen({ ...at, ...secured, connectionsMax }));
    log.info('serving S3', { host: at.host, port: at.port, tls: tls !== undefined });
    if (config.s3.http !== undefined) {
      listeners.push(await gateway.listen({ ...config.s3.http, connectionsMax }));
      log.info('serving S3 without encryption', config.s3.http);
    }
  } catch (error) {
    // One that listens would keep clients waiting in front of a node that does not start.
    await stop();
    throw error;
  }
  return { stop };
}

/** Of each listener: all of them together leave half of the descriptors to segments, peers and NATS. */
function connectionsFor(listeners: number): number {
  const limit = descriptorsLimit();
  return limit === 0 ? CONNECTIONS_MAX : Math.min(CONNECTIONS_MAX, Math.floor(limit / 2 / listeners));
}
