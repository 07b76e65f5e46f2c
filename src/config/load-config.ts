// From a TOML file to a checked, complete, frozen Config, or to one `invalid-config` that says how to mend it.
//
// Refuses: the environment and flags (src/bin), and anything that needs the network.

import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { TomlError, parse } from 'smol-toml';
import { PredastoreError, messageOf, systemCodeOf } from '../core/errors.ts';
import { isLoopback } from './address.ts';
import { natsNodes, type Config } from './config.ts';
import { checkTopology } from './check-topology.ts';
import { deepFreeze } from './freeze.ts';
import { parseBuckets, parseCredentials, parseIam, type SecretReader } from './parse-access.ts';
import {
  noticesOfS3,
  parseCompaction,
  parseNats,
  parseQuicTickets,
  parseReclaim,
  parseS3,
  parseSegments,
  parseWatermark,
  pathIn,
} from './parse-services.ts';
import { parseErasure, parseNodes } from './parse-topology.ts';
import { noticesOfMaintenance, parseMaintenance } from './parse-maintenance.ts';
import { parseUnused } from './parse-unused.ts';
import { Section, refuseConfig } from './section.ts';

/** A configuration is written by hand; more than this is another kind of file. */
const CONFIG_BYTES_MAX = 1024 * 1024;
const SECRET_BYTES_MAX = 4096;
const RING_EPOCH_MAX = 2 ** 31 - 1;
const REGION = /^[a-z0-9-]{1,64}$/;

/** What flags may change in a file, for the process that reads it. */
export interface ConfigOverrides {
  readonly s3Host?: string;
  readonly s3Port?: number;
}

/** Reads and checks `file`. Throws `invalid-config`, and nothing else, when it cannot be used. */
export function loadConfig(file: string, overrides: ConfigOverrides = {}): Config {
  const text = readSmallFile(file, 'configuration', CONFIG_BYTES_MAX);
  const directory = dirname(resolve(file));
  const readSecret: SecretReader = (path) =>
    readSmallFile(pathIn(directory, path), 'secret', SECRET_BYTES_MAX);
  return parseConfig(text, { file, directory, overrides, readSecret });
}

export interface ConfigSource {
  readonly file: string;
  /** What relative paths are relative to. */
  readonly directory: string;
  readonly overrides: ConfigOverrides;
  readonly readSecret: SecretReader;
}

/** The part of `loadConfig` that needs no disk. */
export function parseConfig(text: string, source: ConfigSource): Config {
  const { file, directory, overrides } = source;
  const root = new Section(file, '', parseToml(text, file));
  checkVersion(root);
  const region = root.matching('region', REGION, 'lower-case letters, digits and hyphens');
  const { s3, endpoint } = parseS3(root);
  const nats = parseNats(root, directory);
  const iam = parseIam(root, directory);
  const quicTickets = parseQuicTickets(root);
  const nodes = parseNodes(root, endpoint).map((node) => ({
    ...node,
    ...(node.gateway === undefined ? {} : { gateway: moved(node.gateway, overrides) }),
  }));
  const config = {
    file,
    region,
    transport: root.oneOf('transport', ['quic', 'tls'], 'quic'),
    erasure: parseErasure(root),
    ringEpoch: root.integer('ring_epoch', { min: 1, max: RING_EPOCH_MAX }, 1),
    nodes,
    credentials: parseCredentials(root, source.readSecret),
    buckets: parseBuckets(root, region),
    nats,
    ...(iam === undefined ? {} : { iam }),
    s3,
    reclaim: parseReclaim(root),
    watermark: parseWatermark(root),
    compaction: parseCompaction(root),
    segments: parseSegments(root),
    maintenance: parseMaintenance(root),
    ...(quicTickets === undefined ? {} : { quicTickets }),
  };
  const notices = [...parseUnused(root), ...noticesOf(config)];
  root.finish();
  checkTopology(config);
  return deepFreeze({ ...config, notices });
}

function moved(gateway: { host: string; port: number }, overrides: ConfigOverrides): typeof gateway {
  return { host: overrides.s3Host ?? gateway.host, port: overrides.s3Port ?? gateway.port };
}

function noticesOf(config: Omit<Config, 'notices'>): readonly string[] {
  const hosts = config.nodes.flatMap((node) => node.gateway?.host ?? []);
  const idle = config.nats.urls.length > 0 && config.nodes.some((node) => node.natsServer !== undefined);
  return [
    ...noticesOfS3(config.s3, hosts),
    ...noticesOfMaintenance(config.maintenance),
    ...noticesOfNats(config),
    ...(idle ? ['[nats] urls is set: the servers of [[db]] are not started'] : []),
    ...(config.nats.allowUnsafeSync
      ? ['[nats] allow_unsafe_sync = true: a power failure may lose acknowledged writes']
      : []),
  ];
}

function noticesOfNats(config: Omit<Config, 'notices'>): readonly string[] {
  const open = natsNodes(config).find(({ natsServer }) => !isLoopback(natsServer.host));
  if (open === undefined || config.nats.embeddedTls !== false) return [];
  const what = 'metadata, requests and the password between servers travel without encryption';
  return [`[nats] tls = false: ${what} on ${open.natsServer.host}`];
}

/** Files for the Go Predastore say 1, older ones "1.0". */
function checkVersion(root: Section): void {
  const version = root.value('version');
  if (version === 1 || version === '1' || version === '1.0') return;
  root.refuse('version', version === undefined ? 'is missing' : 'is not one we know', 'Write version = 1.');
}

function parseToml(text: string, file: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const problem = messageOf(error).split('\n')[0] ?? 'not TOML';
    return refuseConfig(`${file}:${error.line}:${error.column}`, problem, 'Correct that line.');
  }
}

function readSmallFile(path: string, what: string, limitBytes: number): string {
  try {
    const { size } = statSync(path);
    if (size > limitBytes) {
      return refuseConfig(path, `the ${what} is larger than ${limitBytes} bytes`, 'Name another file.');
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === undefined || error instanceof PredastoreError) throw error;
    return refuseConfig(
      path,
      `the ${what} cannot be read (${messageOf(error)})`,
      'Check path and permissions.',
    );
  }
}
