// The NATS server of this node, when the configuration gives it one.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { natsEncrypted, type NatsNode } from '../config/config.ts';
import { PRIVATE_MODE, PUBLIC_MODE, replaceFile } from '../platform/owned-file.ts';
import { ensureNatsServer } from './nats-binary.ts';
import { issueNatsCertificate, natsAuthorityPem } from './nats-certificates.ts';
import { natsServerName, renderNatsConf, type NatsTlsFiles } from './nats-conf.ts';
import { NatsSupervisor } from './nats-supervisor.ts';
import type { NodeSettings, Runtime } from './node-settings.ts';
import { PROJECT_DIRECTORY } from './version.ts';

/** Where a fetched nats-server is kept, shared by every node of a checkout. */
export const CACHE_DIRECTORY = join(PROJECT_DIRECTORY, '.cache');

const DIRECTORY_MODE = 0o700;

export interface NatsServerPlan {
  readonly node: NatsNode;
  readonly directory: string;
  readonly masterKey: Uint8Array;
}

export async function startNatsServer(
  settings: NodeSettings,
  plan: NatsServerPlan,
  runtime: Runtime,
): Promise<NatsSupervisor> {
  const log = runtime.log.child({ part: 'nats-server' });
  const { node, directory, masterKey } = plan;
  const { config } = settings;
  const tls = natsEncrypted(config) ? await writeCertificate(plan, runtime) : undefined;
  const binary = await ensureNatsServer({
    cacheDirectory: CACHE_DIRECTORY,
    environmentPath: settings.natsServerBinary,
    log,
  });
  return NatsSupervisor.start({
    binary,
    environment: settings.natsServerEnvironment,
    directory,
    conf: renderNatsConf({ config, node, directory, masterKey, ...(tls === undefined ? {} : { tls }) }),
    serverName: natsServerName(node),
    host: node.natsServer.host,
    port: node.natsServer.port,
    clock: runtime.clock,
    random: runtime.random,
    log,
  });
}

async function writeCertificate(plan: NatsServerPlan, { random }: Runtime): Promise<NatsTlsFiles> {
  const { node, directory, masterKey } = plan;
  const { certPem, keyPem } = await issueNatsCertificate(masterKey, [node.natsServer.host], random);
  const files = {
    caFile: join(directory, 'ca.pem'),
    certFile: join(directory, 'server.pem'),
    keyFile: join(directory, 'server.key'),
  };
  await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
  await replaceFile(files.keyFile, keyPem, PRIVATE_MODE);
  await replaceFile(files.certFile, certPem, PUBLIC_MODE);
  await replaceFile(files.caFile, await natsAuthorityPem(masterKey), PUBLIC_MODE);
  return files;
}
