// From the name of a cluster to the cluster: `3node` is config/3node.toml with its files in $PREDA_DIR.

import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../config/load-config.ts';
import { PredastoreError } from '../../core/errors.ts';
import type { NodeId } from '../../core/ids.ts';
import { LocalCluster } from '../../host/local-cluster.ts';
import { PROJECT_DIRECTORY } from '../../host/version.ts';
import { systemClock } from '../../platform/clock.ts';
import { systemRandom } from '../../platform/random.ts';

const USUAL_CLUSTER = '3node';
const ROOT_DEFAULT = '/tmp/predastore';

function configFileOf(name: string): string {
  const ours = join(PROJECT_DIRECTORY, 'config', `${name}.toml`);
  const file = [ours, name].find((candidate) => existsSync(candidate));
  if (file !== undefined) return file;
  throw new PredastoreError(
    'invalid-config',
    `there is no cluster "${name}": neither ${ours} nor a file of that name.`,
  );
}

/** $PREDA_DIR, or /tmp/predastore/<cluster>. */
function clusterDirectory(name: string): string {
  const chosen = process.env['PREDA_DIR'];
  if (chosen !== undefined && chosen !== '') return chosen;
  return join(ROOT_DEFAULT, basename(name, '.toml'));
}

/** The cluster that the arguments name, `3node` when they name none. `flags`: what may stand beside it; anything else is a slip. */
export function namedCluster(args: readonly string[], flags: readonly string[] = []): LocalCluster {
  const unknown = args.find((arg) => arg.startsWith('-') && !flags.includes(arg));
  if (unknown !== undefined) {
    const known = flags.length === 0 ? 'This command takes none' : `Known here: ${flags.join(', ')}`;
    throw new PredastoreError('invalid-config', `there is no flag ${unknown}. ${known}; see --help.`);
  }
  const names = args.filter((arg) => !arg.startsWith('-'));
  if (names.length > 1)
    throw new PredastoreError('invalid-config', `name one cluster, not ${names.join(' and ')}.`);
  const name = names[0] ?? USUAL_CLUSTER;
  return new LocalCluster({
    config: loadConfig(configFileOf(name)),
    directory: clusterDirectory(name),
    entry: fileURLToPath(new URL('../s3d.js', import.meta.url)),
    environment: process.env,
    clock: systemClock,
    random: systemRandom,
  });
}

/** The nodes that answer S3. */
export function servingNodes(cluster: LocalCluster): readonly NodeId[] {
  return cluster.nodes.filter(({ gateway }) => gateway !== undefined).map(({ id }) => id);
}

export function endpointsOf(cluster: LocalCluster): readonly string[] {
  return servingNodes(cluster).map((id) => cluster.endpoint(id));
}

/** Lines for a shell that make AWS tools use the cluster. */
export function awsEnvironment(cluster: LocalCluster): readonly string[] {
  const [endpoint] = endpointsOf(cluster);
  const [credential] = cluster.config.credentials;
  return [
    ...(endpoint === undefined ? [] : [`export AWS_ENDPOINT_URL=${endpoint}`]),
    ...(credential === undefined
      ? []
      : [
          `export AWS_ACCESS_KEY_ID=${credential.accessKeyId}`,
          `export AWS_SECRET_ACCESS_KEY=${credential.secretAccessKey}`,
        ]),
    `export AWS_DEFAULT_REGION=${cluster.config.region}`,
    `export AWS_CA_BUNDLE=${cluster.certificates.caFile}`,
  ];
}
