// How the services of a node behave: `[s3]`, `[nats]`, `[reclaim]`, `[watermark]`, `[compaction]`, `[segments]`, `[quic_tickets]`.

import { isAbsolute, join } from 'node:path';
import { isLoopback, listenHost } from './address.ts';
import type { ObjectOwnership } from '../contracts/bucket-settings.ts';
import { RECLAIM_GRACE_MIN_MS, SEAL_WORKERS_MAX } from '../core/limits.ts';
import type {
  CompactionConfig,
  NatsConfig,
  NatsLogin,
  S3Config,
  SegmentsConfig,
  WatermarkConfig,
} from './config.ts';
import type { EndpointDefaults } from './parse-topology.ts';
import { ACCOUNT_ID, PORT_BOUNDS, type Section } from './section.ts';

const INBOX_PREFIX = /^[A-Za-z0-9_-]{1,64}$/;
const OBJECT_OWNERSHIPS: readonly ObjectOwnership[] = [
  'BucketOwnerEnforced',
  'BucketOwnerPreferred',
  'ObjectWriter',
];

export const NATS_URL = /^(nats|tls|ws|wss):\/\/[^\s/@]+$/;
const QUEUE_GROUP = /^[A-Za-z0-9_-]{1,64}$/;
const DOMAIN = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const FILE_STORE_BYTES_DEFAULT = 10 * GIB;
const FILE_STORE_BOUNDS = { min: GIB / 16, max: Number.MAX_SAFE_INTEGER };
/** JetStream replicates at most five times. */
const REPLICA_BOUNDS = { min: 1, max: 5 };
const DAY_S = 86_400;
/** Readers that began before a blob was replaced have this long to finish. */
const RECLAIM_GRACE_DEFAULT_S = 600;
const COMPACTION_INTERVAL_DEFAULT_S = 300;
/** Moves a terabyte of survivors in five hours; compaction rests most of the time anyway (segments/compactor.ts). */
const COMPACTION_RATE_DEFAULT_MIB = 64;

export function parseS3(root: Section): { s3: S3Config; endpoint: EndpointDefaults } {
  const section = root.section('s3');
  const endpoint = {
    host: listenHost(section, 'host'),
    port: section.optionalInteger('port', PORT_BOUNDS),
  };
  const http = parsePlainListener(section);
  const tls = section.boolean('tls', true);
  const s3: S3Config = {
    tls,
    minTlsVersion: section.oneOf('min_tls_version', ['1.2', '1.3'], '1.3') === '1.2' ? 'TLSv1.2' : 'TLSv1.3',
    ...(http === undefined ? {} : { http }),
    domains: parseDomains(section),
    unlimitedListAccounts: parseAccounts(section, 'unlimited_list_accounts'),
    directCalls: section.boolean('direct_calls', true),
    // An operator who serves S3 without TLS has a trusted network; beside TLS a plain listener is for other things.
    plainCustomerKeys: section.boolean('plain_customer_keys', !tls),
    signatureV2: section.oneOf('signature_v2', ['none', 'presigned', 'all'], 'all'),
    blockPublicAccess: section.boolean('block_public_access', false),
    objectOwnership: section.oneOf('object_ownership', OBJECT_OWNERSHIPS, 'BucketOwnerEnforced'),
    metrics: section.boolean('metrics', true),
  };
  section.has('enable_http2');
  section.finish();
  return { s3, endpoint };
}

function parsePlainListener(section: Section): S3Config['http'] {
  const port = section.optionalInteger('http_port', PORT_BOUNDS);
  const host = listenHost(section, 'http_host');
  if (port !== undefined) return { host: host ?? '127.0.0.1', port };
  if (host !== undefined)
    section.refuse('http_host', 'stands without http_port', 'Add http_port, or remove it.');
  return undefined;
}

function parseDomains(section: Section): readonly string[] {
  const domains = section.strings('domains');
  const wrong = domains.find((domain) => !DOMAIN.test(domain));
  if (wrong === undefined) return domains;
  section.refuse('domains', `"${wrong}" is not a domain in lower case`, 'Write it like "s3.example.org".');
}

function parseAccounts(section: Section, key: string): readonly string[] {
  const accounts = section.strings(key);
  const wrong = accounts.find((account) => !ACCOUNT_ID.test(account));
  if (wrong === undefined) return accounts;
  section.refuse(key, `"${wrong}" is not an account id`, 'Write twelve digits in quotes.');
}

/** Sentences about choices in `[s3]` that an operator should have made on purpose. */
export function noticesOfS3(s3: S3Config, gatewayHosts: readonly string[]): readonly string[] {
  const exposed = s3.tls ? undefined : gatewayHosts.find((host) => !isLoopback(host));
  const plain = s3.http !== undefined && !isLoopback(s3.http.host) ? s3.http.host : undefined;
  return [
    ...(exposed === undefined ? [] : [`[s3] tls = false: S3 is served without encryption on ${exposed}`]),
    ...(plain === undefined ? [] : [`[s3] http_host: S3 is also served without encryption on ${plain}`]),
  ];
}

export function parseNats(root: Section, directory: string): NatsConfig {
  const section = root.section('nats');
  const urls = section.strings('urls');
  const wrong = urls.find((url) => !NATS_URL.test(url));
  if (wrong !== undefined) {
    section.refuse(
      'urls',
      `"${wrong}" is not a NATS address`,
      'Write it like "nats://10.0.0.1:4222", without credentials.',
    );
  }
  const tls = parseNatsTls(section, directory);
  const nats: NatsConfig = {
    urls,
    login: parseLogin(section, directory),
    ...(tls === undefined ? {} : { tls }),
    ...(section.has('tls') ? { embeddedTls: section.boolean('tls', true) } : {}),
    allowUnsafeSync: section.boolean('allow_unsafe_sync', false),
    syncIntervalAlways: section.boolean('sync_interval_always', true),
    queueGroup: section.has('queue_group')
      ? section.matching('queue_group', QUEUE_GROUP, '1 to 64 letters, digits, "_" or "-"')
      : 'predastore',
    ...(section.has('inbox_prefix')
      ? { inboxPrefix: section.matching('inbox_prefix', INBOX_PREFIX, 'letters, digits, "_" or "-"') }
      : {}),
    trust: section.oneOf('trust', ['header', 'signed'], 'header'),
    replicas: section.integer('replicas', REPLICA_BOUNDS, Math.min(3, Math.max(1, urls.length))),
    maxFileStoreBytes: section.integer('max_file_store_bytes', FILE_STORE_BOUNDS, FILE_STORE_BYTES_DEFAULT),
  };
  checkNats(section, nats);
  section.finish();
  return nats;
}

function checkNats(section: Section, nats: NatsConfig): void {
  if (nats.urls.length === 0 && (nats.login.kind !== 'none' || nats.tls !== undefined)) {
    section.refuse(
      'urls',
      'is missing beside credentials',
      'Name your servers; embedded ones need no credentials.',
    );
  }
  if (nats.urls.length > 0 && nats.embeddedTls !== undefined) {
    section.refuse('tls', 'is for embedded servers', 'Write tls://… in urls, and tls_ca where it is needed.');
  }
  const isVouchedFor = section.has('sync_interval_always') || nats.allowUnsafeSync;
  if (nats.urls.length > 0 && !isVouchedFor) {
    const problem =
      'is missing: clients cannot see whether your NATS servers sync every write before they acknowledge';
    const mend =
      'Set sync_interval_always = true when they do, or accept the loss with allow_unsafe_sync = true.';
    section.refuse('sync_interval_always', problem, mend);
  }
  if (!nats.syncIntervalAlways && !nats.allowUnsafeSync) {
    const problem = 'is false: JetStream would acknowledge before its disk has the record';
    section.refuse(
      'sync_interval_always',
      problem,
      'Remove it, or accept the loss with allow_unsafe_sync = true.',
    );
  }
}

function parseLogin(section: Section, directory: string): NatsLogin {
  const file = (key: string): string | undefined => pathIn(directory, section.optionalString(key));
  const seedFile = file('nkey_seed_file');
  const credentialsFile = file('credentials_file');
  const tokenFile = file('token_file');
  const user = section.optionalString('user');
  const passwordFile = file('password_file');
  if ((user === undefined) !== (passwordFile === undefined)) {
    section.refuse('user', 'and password_file belong together', 'Give both or none.');
  }
  const logins: NatsLogin[] = [];
  if (seedFile !== undefined) logins.push({ kind: 'nkey', seedFile });
  if (credentialsFile !== undefined) logins.push({ kind: 'credentials', file: credentialsFile });
  if (tokenFile !== undefined) logins.push({ kind: 'token', file: tokenFile });
  if (user !== undefined && passwordFile !== undefined) logins.push({ kind: 'password', user, passwordFile });
  if (logins.length > 1) {
    section.refuse('nkey_seed_file', 'is one of several ways to log in', 'Keep exactly one.');
  }
  return logins[0] ?? { kind: 'none' };
}

function parseNatsTls(section: Section, directory: string): NatsConfig['tls'] {
  const caFile = pathIn(directory, section.optionalString('tls_ca'));
  const certFile = pathIn(directory, section.optionalString('tls_cert'));
  const keyFile = pathIn(directory, section.optionalString('tls_key'));
  if ((certFile === undefined) !== (keyFile === undefined)) {
    section.refuse('tls_cert', 'and tls_key belong together', 'Give both or none.');
  }
  if (caFile === undefined && certFile === undefined) return undefined;
  return {
    ...(caFile === undefined ? {} : { caFile }),
    ...(certFile === undefined ? {} : { certFile }),
    ...(keyFile === undefined ? {} : { keyFile }),
  };
}

/** Paths in the file are relative to the file. */
export function pathIn(directory: string, path: string): string;
export function pathIn(directory: string, path: string | undefined): string | undefined;
export function pathIn(directory: string, path: string | undefined): string | undefined {
  return path === undefined || isAbsolute(path) ? path : join(directory, path);
}

export function parseReclaim(root: Section): { graceMs: number } {
  const section = root.section('reclaim');
  // A copy or completion that has just read a record may still name its blobs.
  const min = RECLAIM_GRACE_MIN_MS / 1000;
  const seconds = section.integer('grace_seconds', { min, max: 30 * DAY_S }, RECLAIM_GRACE_DEFAULT_S);
  section.finish();
  return { graceMs: seconds * 1000 };
}

export function parseCompaction(root: Section): CompactionConfig {
  const section = root.section('compaction');
  const intervalS = section.number(
    'interval_seconds',
    { min: 0, max: 30 * DAY_S },
    COMPACTION_INTERVAL_DEFAULT_S,
  );
  const rateMib = section.number(
    'rate_mib_per_second',
    { min: 1, max: 100_000 },
    COMPACTION_RATE_DEFAULT_MIB,
  );
  section.finish();
  return { intervalMs: intervalS * 1000, bytesPerS: rateMib * MIB };
}

export function parseSegments(root: Section): SegmentsConfig {
  const section = root.section('segments');
  const sealWorkers = section.integer('seal_workers', { min: 0, max: SEAL_WORKERS_MAX }, 0);
  section.finish();
  return { sealWorkers };
}

export function parseQuicTickets(root: Section): { port: number } | undefined {
  if (!root.has('quic_tickets')) return undefined;
  const section = root.section('quic_tickets');
  const port = section.integer('port', { min: 1, max: 65_535 }, 9992);
  section.finish();
  return { port };
}

export function parseWatermark(root: Section): WatermarkConfig {
  const section = root.section('watermark');
  const nearFullFraction = section.number('near_full_fraction', { min: 0, max: 0.9 }, 0.15);
  const fullFraction = section.number('full_fraction', { min: 0, max: 0.9 }, 0.05);
  if (fullFraction > nearFullFraction) {
    section.refuse(
      'full_fraction',
      'is above near_full_fraction',
      'Writers must be warned before they are refused.',
    );
  }
  section.finish();
  return { nearFullFraction, fullFraction };
}
