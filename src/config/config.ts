// What the configuration says once it is checked: plain, complete, frozen values.
//
// Owns: the shape of the configuration and the questions asked of it. Refuses: reading files (load-config.ts) and
// judging them (the parse-*.ts files). One file serves the whole cluster; which node a process is comes from its flags.

import type { ObjectOwnership } from '../contracts/bucket-settings.ts';
import { PredastoreError } from '../core/errors.ts';
import type { NodeId } from '../core/ids.ts';
import { isLoopback } from './address.ts';

export interface Config {
  /** Path of the file, for messages. */
  readonly file: string;
  readonly region: string;
  /** How shards travel between nodes. */
  readonly transport: 'quic' | 'tls';
  readonly erasure: ErasureConfig;
  /** Counts changes of the set of storage nodes; kept with every blob. */
  readonly ringEpoch: number;
  /** Every node of the cluster in the order of their ids. */
  readonly nodes: readonly NodeConfig[];
  readonly credentials: readonly CredentialConfig[];
  readonly buckets: readonly BucketConfig[];
  readonly nats: NatsConfig;
  /** Identities of Spinifex beside those of this file; absent: none. */
  readonly iam?: IamConfig;
  readonly s3: S3Config;
  readonly reclaim: { readonly graceMs: number };
  readonly watermark: WatermarkConfig;
  readonly compaction: CompactionConfig;
  readonly segments: SegmentsConfig;
  readonly maintenance: MaintenanceConfig;
  /** UDP port at which every node takes bodies of NATS clients over QUIC; absent: bodies go over NATS. */
  readonly quicTickets?: { readonly port: number };
  /** What the operator should know of this file: accepted settings that have no effect, doubtful choices. */
  readonly notices: readonly string[];
}

export interface SegmentsConfig {
  /** Threads that seal and open large shards; zero: the main thread does. */
  readonly sealWorkers: number;
}

export interface ErasureConfig {
  /** K: shards that carry the data. */
  readonly dataShards: number;
  /** M: shards that may be lost. */
  readonly parityShards: number;
  /** Durable shards a write needs before it is acknowledged: K … K+M. */
  readonly writeFloor: number;
}

/** One `s3d` process: what it runs and where the others find it. */
export interface NodeConfig {
  readonly id: NodeId;
  /** The address the other nodes dial. */
  readonly host: string;
  readonly storage?: StorageConfig;
  readonly natsServer?: NatsServerConfig;
  /** Where this node answers S3, unless flags say otherwise; absent: no gateway. */
  readonly gateway?: { readonly host: string; readonly port: number };
  /** Locations the file may name per host; flags win over them. */
  readonly locations: NodeLocations;
}

export interface StorageConfig {
  readonly host: string;
  readonly port: number;
  /** Share of the data relative to the other nodes. */
  readonly weight: number;
  /** Nodes of one failure domain are expected to fail together. */
  readonly domain?: string;
  /** Pinned identity: hex of the node's ed25519 public key. */
  readonly peerId?: string;
}

export interface NatsServerConfig {
  readonly host: string;
  readonly port: number;
  readonly clusterPort: number;
  readonly monitorPort?: number;
}

export interface NodeLocations {
  readonly dataDirectory?: string;
  readonly tlsCertFile?: string;
  readonly tlsKeyFile?: string;
  readonly encryptionKeyFile?: string;
}

export interface CredentialConfig {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly accountId: string;
  readonly displayName: string;
  /** By which access control lists may name the account. */
  readonly email?: string;
  /** What the credential may do. Absent: everything within its account. */
  readonly policy?: readonly PolicyGrant[];
  /** As `S3Config.unlimitedListAccounts`, for this credential alone. */
  readonly unlimitedList?: true;
  /** It acts in the buckets of every account, as the account that owns them. For the programs that run the cloud. */
  readonly everyAccount?: true;
}

export interface PolicyGrant {
  /** Bucket name, `*` matches any run of characters. */
  readonly bucket: string;
  /** IAM actions such as `s3:GetObject`, `*` matches any run of characters. */
  readonly actions: readonly string[];
}

export interface BucketConfig {
  readonly name: string;
  readonly region: string;
  readonly public: boolean;
  readonly accountId: string;
}

export type NatsLogin =
  | { readonly kind: 'none' }
  | { readonly kind: 'nkey'; readonly seedFile: string }
  | { readonly kind: 'credentials'; readonly file: string }
  | { readonly kind: 'token'; readonly file: string }
  /** Written into the configuration itself, as the Go version had it. */
  | { readonly kind: 'token-text'; readonly token: string }
  | { readonly kind: 'password'; readonly user: string; readonly passwordFile: string };

export interface NatsConfig {
  /** Somebody else's NATS. Empty: every node with a `[[db]]` entry runs a server of its own. */
  readonly urls: readonly string[];
  readonly login: NatsLogin;
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  /** Whether embedded servers encrypt; absent: where one of them is not on a loopback address. */
  readonly embeddedTls?: boolean;
  readonly allowUnsafeSync: boolean;
  readonly syncIntervalAlways: boolean;
  readonly queueGroup: string;
  /** Where a node waits for replies on somebody else's NATS; absent: the usual `_INBOX`. */
  readonly inboxPrefix?: string;
  /** Who is believed on the bus: whoever may send requests, or only who signs them. */
  readonly trust: 'header' | 'signed';
  /** Replicas of the metadata streams on somebody else's NATS; our own servers are counted instead. */
  readonly replicas: number;
  /** Bytes JetStream may use on the disk of each embedded server. */
  readonly maxFileStoreBytes: number;
}

export interface IamConfig {
  /** The key under which Spinifex seals secrets: 32 bytes that all its services share. */
  readonly masterKeyFile: string;
  /** Spinifex's NATS, where it is not the one of `[nats]`. */
  readonly nats?: {
    readonly url: string;
    readonly login: NatsLogin;
    readonly tls?: { readonly caFile: string };
  };
  /** The bucket of access keys, where it has another name than Spinifex's own. */
  readonly accessKeysBucket?: string;
}

export interface S3Config {
  /** HTTPS; `false` serves plain HTTP on the same port, which only loopback addresses may do. */
  readonly tls: boolean;
  readonly minTlsVersion: 'TLSv1.2' | 'TLSv1.3';
  /** A second, plain listener. */
  readonly http?: { readonly host: string; readonly port: number };
  /** Domains whose first label is the bucket (virtual-hosted style). */
  readonly domains: readonly string[];
  /**
   * Accounts whose listings come as one page when the client names no size: for programs that never ask for a second
   * page and take what is missing for deleted.
   */
  readonly unlimitedListAccounts: readonly string[];
  /** GetObject and HeadObject of a gateway go to the node in its own process without a message (decision 0006). */
  readonly directCalls: boolean;
  /** Take keys of clients (SSE-C) over connections without TLS, where everybody on the way reads them. */
  readonly plainCustomerKeys: boolean;
  /** Where requests signed with version 2 are taken: nowhere, in presigned URLs, or in headers too. */
  readonly signatureV2: 'none' | 'presigned' | 'all';
  /** New buckets keep the public out until somebody takes their public-access block away, as on AWS. */
  readonly blockPublicAccess: boolean;
  /** Who owns what is written to new buckets that say nothing of it; AWS's default is `BucketOwnerEnforced`, where buckets take no ACLs. */
  readonly objectOwnership: ObjectOwnership;
  /** Serve Prometheus metrics. */
  readonly metrics: boolean;
}

export interface CompactionConfig {
  /** Pause between two looks for mostly dead segments; zero: only when the disk runs full. */
  readonly intervalMs: number;
  /** Bytes moved per second at most. */
  readonly bytesPerS: number;
}

export interface WatermarkConfig {
  /** Fraction of the disk that is free: below it, writers are told that space runs out. */
  readonly nearFullFraction: number;
  /** Fraction of the disk that is free: below it, writes are refused. */
  readonly fullFraction: number;
}

/** Work that nobody asks for, and how much of a node it may take. */
export interface MaintenanceConfig {
  /** Shards rebuilt or moved, bytes per second of one node. */
  readonly bytesPerSecondMax: number;
  readonly repair: { readonly enabled: boolean; readonly workers: number; readonly intervalMs: number };
  readonly scrub: {
    readonly enabled: boolean;
    readonly periodMs: number;
    readonly bytesPerSecondMax: number;
  };
  readonly orphans: { readonly enabled: boolean; readonly graceMs: number; readonly intervalMs: number };
  readonly lifecycle: {
    readonly enabled: boolean;
    /** Between two looks whether a pass is due. */
    readonly intervalMs: number;
    readonly deletionsPerSecondMax: number;
    /** For tests: how long a day of a rule is, without rounding to midnight. */
    readonly debugDayMs?: number;
  };
  /** Copies of the metadata that a node keeps beside its view. */
  readonly copies: {
    readonly enabled: boolean;
    readonly intervalMs: number;
    /** How many stay. */
    readonly keep: number;
    /** Of records, before they are compressed. */
    readonly bytesPerSecondMax: number;
  };
}

/** The node a process was told to be. */
export function nodeOf(config: Config, id: number): NodeConfig {
  const found = config.nodes.find((node) => node.id === id);
  if (found !== undefined) return found;
  const known = config.nodes.map((node) => node.id).join(', ');
  throw new PredastoreError(
    'invalid-config',
    `${config.file}: there is no node ${id}. Use --node with one of: ${known}.`,
  );
}

/** A node that stores shards. */
export type StorageNode = NodeConfig & { readonly storage: StorageConfig };
/** A node that runs a NATS server. */
export type NatsNode = NodeConfig & { readonly natsServer: NatsServerConfig };

export function storageNodes(config: Pick<Config, 'nodes'>): readonly StorageNode[] {
  return config.nodes.filter((node): node is StorageNode => node.storage !== undefined);
}

/** Nodes whose NATS server is ours to run; none when the cluster uses somebody else's. */
export function natsNodes(config: Pick<Config, 'nodes' | 'nats'>): readonly NatsNode[] {
  if (config.nats.urls.length > 0) return [];
  return config.nodes.filter((node): node is NatsNode => node.natsServer !== undefined);
}

/** Where clients of the control plane connect. */
export function natsUrls(config: Pick<Config, 'nodes' | 'nats'>): readonly string[] {
  if (config.nats.urls.length > 0) return config.nats.urls;
  return natsNodes(config).map(({ natsServer }) => `nats://${natsServer.host}:${natsServer.port}`);
}

/** Whether connections to embedded servers, and between them, are encrypted. */
export function natsEncrypted(config: Pick<Config, 'nodes' | 'nats'>): boolean {
  const servers = natsNodes(config);
  if (servers.length === 0) return false;
  return config.nats.embeddedTls ?? servers.some(({ natsServer }) => !isLoopback(natsServer.host));
}
