// The configuration of the NATS server that a node runs for itself.
//
// Invariants:
//   1. Fail closed: without a derived NKEY nobody connects, without the derived password no server joins the cluster.
//   2. The file holds public NKEYs only; the one secret in it is the route password, so it is written with mode 0600.
//   3. Where TLS is on nothing of a server is to be had without it, and servers show each other certificates of the cluster.
//   4. `sync_interval: always` unless the operator gave it up in so many words: JetStream then acknowledges after its fsync.

import { isIPv6 } from 'node:net';
import { deriveNkey, type NatsRole } from '../bus/nkey.ts';
import { natsNodes, type Config, type NatsNode } from '../config/config.ts';
import { STREAM_CHUNK_BYTES_MAX } from '../core/limits.ts';
import { assert } from '../core/assert.ts';
import { deriveSecret } from '../platform/master-key.ts';
import { permissionsConf } from './nats-permissions.ts';

/** NATS's own default; Spinifex's servers have the same, so everything we send fits both. */
const MAX_PAYLOAD_BYTES = 1024 * 1024;
/** A connection with more unsent bytes than this is cut off. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024;
const LOG_FILE_BYTES_MAX = 32 * 1024 * 1024;
const LOG_FILES_MAX = 4;
const ROUTE_USER = 'predastore';
/** Whoever has the key of a node has the master key: there is nothing to keep from it. */
const LIMITED_ROLES: readonly NatsRole[] = ['gateway', 'client', 'operator'];

assert(STREAM_CHUNK_BYTES_MAX < MAX_PAYLOAD_BYTES, 'a chunk of a body stream fits a message');

export interface NatsConfInput {
  readonly config: Config;
  readonly node: NatsNode;
  /** Where the server keeps JetStream, log and so on. */
  readonly directory: string;
  readonly masterKey: Uint8Array;
  /** Files of the certificate, where connections are encrypted; nobody gets in without TLS then. */
  readonly tls?: NatsTlsFiles;
}

export interface NatsTlsFiles {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export function natsServerName(node: Pick<NatsNode, 'id'>): string {
  return `predastore-${node.id}`;
}

/** The text of `nats.conf` for one node. */
export function renderNatsConf(input: NatsConfInput): string {
  const { config, node, directory } = input;
  const { natsServer } = node;
  const sync = config.nats.syncIntervalAlways
    ? 'sync_interval: always'
    : '# sync_interval: given up by the operator';
  const monitor =
    natsServer.monitorPort === undefined ? '' : `http: ${address(natsServer.host, natsServer.monitorPort)}\n`;
  return `# Written by s3d at every start: changes are lost.
server_name: ${natsServerName(node)}
listen: ${address(natsServer.host, natsServer.port)}
${monitor}max_payload: ${MAX_PAYLOAD_BYTES}
max_pending: ${MAX_PENDING_BYTES}
write_deadline: "10s"
logtime: true
log_file: ${quoted(`${directory}/nats.log`)}
log_size_limit: ${LOG_FILE_BYTES_MAX}
log_max_num: ${LOG_FILES_MAX}

jetstream {
  store_dir: ${quoted(`${directory}/store`)}
  ${sync}
  max_file_store: ${config.nats.maxFileStoreBytes}
}
${encryption(input.tls)}${authorization(input.masterKey)}${cluster(input)}`;
}

function encryption(tls: NatsTlsFiles | undefined): string {
  return tls === undefined ? '' : `\ntls { ${tlsFiles(tls)}, timeout: 5 }\n`;
}

function tlsFiles({ caFile, certFile, keyFile }: NatsTlsFiles): string {
  return `cert_file: ${quoted(certFile)}, key_file: ${quoted(keyFile)}, ca_file: ${quoted(caFile)}`;
}

function authorization(masterKey: Uint8Array): string {
  return `
authorization {
  users: [
    { nkey: ${deriveNkey(masterKey, 'node').publicKey} }
${LIMITED_ROLES.map((role) => limited(masterKey, role)).join('\n')}
  ]
}
`;
}

function limited(masterKey: Uint8Array, role: NatsRole): string {
  return `    { nkey: ${deriveNkey(masterKey, role).publicKey}, permissions: ${permissionsConf(role, '    ')} }`;
}

/** A single server is no cluster: JetStream would wait for peers that never come. */
function cluster({ config, node, masterKey, tls }: NatsConfInput): string {
  const others = natsNodes(config).filter((other) => other.id !== node.id);
  if (others.length === 0) return '';
  const password = deriveSecret(masterKey, 'nats route v1').toString('hex');
  const routes = others.map(
    ({ natsServer }) =>
      `    nats-route://${ROUTE_USER}:${password}@${address(natsServer.host, natsServer.clusterPort)}`,
  );
  return `
cluster {
  name: predastore
  listen: ${address(node.natsServer.host, node.natsServer.clusterPort)}
  no_advertise: true
${tls === undefined ? '' : `  tls { ${tlsFiles(tls)}, verify: true, timeout: 5 }\n`}  authorization { user: ${ROUTE_USER}, password: ${quoted(password)}, timeout: 5 }
  routes: [
${routes.join('\n')}
  ]
}
`;
}

function address(host: string, port: number): string {
  return isIPv6(host) ? `"[${host}]:${port}"` : `${host}:${port}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
