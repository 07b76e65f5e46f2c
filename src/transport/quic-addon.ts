// The native addon with quinn inside, as far as we use it. It ships no types, and it is somebody's private API: exact pin.

import { createRequire } from 'node:module';
import { messageOf, PredastoreError } from '../core/errors.ts';

/** One bidirectional stream. `read` and `write` each hold a lock: cancelling waits for a call under way. */
export interface AddonStream {
  /** Up to `maxBytes`, in a buffer of its own; null once the other end has finished. */
  read(maxBytes: number): Promise<Uint8Array | null>;
  /** Borrows `bytes` until it resolves. */
  write(bytes: Uint8Array): Promise<void>;
  finishWrite(): Promise<void>;
  resetWrite(): Promise<void>;
  stopRead(): Promise<void>;
}

export interface AddonConnection {
  inboundStream(): Promise<AddonStream>;
  outboundStream(): Promise<AddonStream>;
  abort(): void;
  closed(): Promise<void>;
  /** `/ip4/…/udp/…/quic-v1/p2p/<libp2p peer id>` */
  remoteMultiaddr(): string;
}

export interface AddonServer {
  inboundConnection(): Promise<AddonConnection>;
  port(): number;
  abort(): Promise<void>;
}

export interface AddonClient {
  outboundConnection(ip: string, port: number): Promise<AddonConnection>;
  abort(): void;
}

/** Every field is required; times in milliseconds, windows in bytes. */
export interface AddonConfig {
  readonly privateKeyProto: Uint8Array;
  readonly handshakeTimeout: number;
  readonly shutdownTimeout: number;
  readonly maxIdleTimeout: number;
  readonly keepAliveInterval: number;
  readonly maxConcurrentStreamLimit: number;
  readonly maxStreamData: number;
  readonly maxConnectionData: number;
  readonly receiveBufferSize: number;
  readonly sendBufferSize: number;
}

/** 0: IPv4, 1: IPv6. */
export type AddonFamily = 0 | 1;

export interface QuicAddon {
  readonly QuinnConfig: new (config: AddonConfig) => object;
  readonly Server: new (config: object, ip: string, port: number) => AddonServer;
  readonly Client: new (config: object, family: AddonFamily) => AddonClient;
}

let loaded: QuicAddon | undefined;

/** Loads the addon for this platform on first use. */
export function loadQuicAddon(): QuicAddon {
  if (loaded !== undefined) return loaded;
  const name = `@chainsafe/libp2p-quic-${process.platform}-${process.arch}${libcSuffix()}`;
  // One Tokio thread costs a fifth less CPU per byte than one per core. The addon reads this once, when it is loaded.
  // eslint-disable-next-line no-restricted-properties -- a setting for the addon, which has no other way to take it
  process.env['TOKIO_WORKER_THREADS'] ??= '1';
  try {
    loaded = createRequire(import.meta.url)(name) as QuicAddon;
    return loaded;
  } catch (error) {
    const advice = 'set transport = "tls", on every node';
    const message = `QUIC does not run here (${name}: ${messageOf(error)}); ${advice}`;
    throw new PredastoreError('invalid-config', message, error);
  }
}

function libcSuffix(): string {
  if (process.platform !== 'linux') return '';
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime === undefined ? '-musl' : '-gnu';
}
