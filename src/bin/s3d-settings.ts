// Flags and environment of `s3d`. The environment wins over flags, as it always did in Predastore.

import { parseArgs, type ParseArgsConfig } from 'node:util';
import { nodeOf, type Config, type NodeConfig } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { PredastoreError, messageOf } from '../core/errors.ts';
import type { NodeSettings } from '../host/node-settings.ts';
import type { LogLevel } from '../platform/log.ts';

export const S3D_USAGE = `Usage: s3d --config FILE --node N --base-path DIR --encryption-key-file FILE [options]

Runs one node of a Predastore cluster. Every node has the same configuration and the same encryption key.

  --config FILE               cluster configuration (TOML)                          [env CONFIG]
  --node N                    which node of the configuration this process is       [env NODE]
  --base-path DIR             data goes to DIR/node-N
  --encryption-key-file FILE  32 raw bytes, mode 0600 (predastore keygen FILE)      [env ENCRYPTION_KEY_FILE]
  --previous-encryption-key-file FILE
                              the key before, while it is being changed             [env PREVIOUS_ENCRYPTION_KEY_FILE]
  --cluster-key-file FILE     key of the embedded NATS servers, the same on every node;
                              default: the encryption key                           [env CLUSTER_KEY_FILE]
  --host ADDR                 address of the S3 endpoint, instead of the configured one
  --port P                    port of the S3 endpoint, instead of the configured one [env PORT]
  --tls-cert FILE             certificate chain of the S3 endpoint (PEM)            [env TLS_CERT]
  --tls-key FILE              its private key (PEM)                                 [env TLS_KEY]
                              without both, a certificate is made in the data directory
  --log-level LEVEL           trace, debug, info, warn, error, silent; default info
  --debug                     the same as --log-level debug
  --version, --help

A single dash does as well: -config FILE. The environment wins over flags.
`;

const OPTIONS = {
  config: { type: 'string' },
  node: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  'base-path': { type: 'string' },
  'data-dir': { type: 'string' },
  'tls-key': { type: 'string' },
  'tls-cert': { type: 'string' },
  'encryption-key-file': { type: 'string' },
  'encryption-key': { type: 'string' },
  'previous-encryption-key-file': { type: 'string' },
  'cluster-key-file': { type: 'string' },
  'log-level': { type: 'string' },
  debug: { type: 'boolean' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

const ENVIRONMENT = [
  ['CONFIG', 'config'],
  ['NODE', 'node'],
  ['PORT', 'port'],
  ['TLS_KEY', 'tls-key'],
  ['TLS_CERT', 'tls-cert'],
  ['ENCRYPTION_KEY_FILE', 'encryption-key-file'],
  ['PREVIOUS_ENCRYPTION_KEY_FILE', 'previous-encryption-key-file'],
  ['CLUSTER_KEY_FILE', 'cluster-key-file'],
] as const;

const LOG_LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

export type S3dCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'run'; readonly settings: NodeSettings; readonly logLevel: LogLevel };

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws `invalid-config` with one line that says what to change. */
export function parseS3dCommand(args: readonly string[], environment: Environment): S3dCommand {
  const flags = withEnvironment(parseFlags(args), environment);
  if (flags.help === true) return { kind: 'help' };
  if (flags.version === true) return { kind: 'version' };
  const port = integerOf('--port', flags.port);
  const config = loadConfig(required('--config', flags.config), {
    ...(flags.host === undefined ? {} : { s3Host: flags.host }),
    ...(port === undefined ? {} : { s3Port: port }),
  });
  const node = chooseNode(config, integerOf('--node', flags.node));
  const settings = settingsOf(config, node, flags);
  const binary = environment['NATS_SERVER_BIN'];
  return {
    kind: 'run',
    settings: binary === undefined ? settings : { ...settings, natsServerBinary: binary },
    logLevel: logLevelOf(flags['log-level'], flags.debug),
  };
}

function settingsOf(config: Config, node: NodeConfig, flags: Flags): NodeSettings {
  const { locations } = node;
  const tls = tlsOf(flags['tls-cert'] ?? locations.tlsCertFile, flags['tls-key'] ?? locations.tlsKeyFile);
  const keyFile = flags['encryption-key-file'] ?? flags['encryption-key'] ?? locations.encryptionKeyFile;
  const previousEncryptionKeyFile = flags['previous-encryption-key-file'];
  const clusterKeyFile = flags['cluster-key-file'];
  const basePath = flags['base-path'] ?? flags['data-dir'] ?? locations.dataDirectory;
  return {
    config,
    node,
    basePath: required('--base-path', basePath),
    encryptionKeyFile: required('--encryption-key-file', keyFile),
    ...(previousEncryptionKeyFile === undefined ? {} : { previousEncryptionKeyFile }),
    ...(clusterKeyFile === undefined ? {} : { clusterKeyFile }),
    ...(tls === undefined ? {} : { tls }),
  };
}

type Flags = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

function parseFlags(args: readonly string[]): Flags {
  // Go's flag package takes one dash as well as two.
  const doubled = args.map((arg) => (/^-[a-z][a-z-]+(=|$)/.test(arg) ? `-${arg}` : arg));
  try {
    return parseArgs({ args: doubled, options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new PredastoreError('invalid-config', `${messageOf(error)} See s3d --help.`, error);
  }
}

/** An empty variable counts as not set; so does the path of node that npm puts into NODE for its scripts. */
function withEnvironment(flags: Flags, environment: Environment): Flags {
  const merged = { ...flags };
  for (const [name, flag] of ENVIRONMENT) {
    const value = environment[name];
    const isFromNpm = name === 'NODE' && value?.startsWith('/') === true;
    if (value !== undefined && value !== '' && !isFromNpm) merged[flag] = value;
  }
  return merged;
}

function required(flag: string, value: string | undefined): string {
  if (value !== undefined && value !== '') return value;
  throw new PredastoreError('invalid-config', `${flag} is missing. See s3d --help.`);
}

function integerOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535) return Number(text);
  throw new PredastoreError('invalid-config', `${flag} must be a number from 1 to 65535, got "${text}".`);
}

function chooseNode(config: Config, id: number | undefined): NodeConfig {
  if (id !== undefined) return nodeOf(config, id);
  const [only, another] = config.nodes;
  if (only !== undefined && another === undefined) return only;
  const ids = config.nodes.map((node) => node.id).join(', ');
  const mend = `Use --node with one of: ${ids}; or run them all with \`predastore dev\``;
  throw new PredastoreError('invalid-config', `${config.file} has several nodes. ${mend}.`);
}

function tlsOf(certFile: string | undefined, keyFile: string | undefined): NodeSettings['tls'] {
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
  if (certFile === undefined && keyFile === undefined) return undefined;
  throw new PredastoreError('invalid-config', '--tls-cert and --tls-key belong together: give both or none.');
}

function logLevelOf(text: string | undefined, debug: boolean | undefined): LogLevel {
  if (text === undefined) return debug === true ? 'debug' : 'info';
  const level = LOG_LEVELS.find((known) => known === text);
  if (level !== undefined) return level;
  throw new PredastoreError('invalid-config', `--log-level must be one of: ${LOG_LEVELS.join(', ')}.`);
}
