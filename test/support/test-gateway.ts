// A gateway on a free loopback port in front of a FakeStore, and a bare HTTP/1.1 client for what no SDK would send.

import { createHash, createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { ConfiguredCredentials } from '../../src/auth/credentials.ts';
import { createGateway, type GatewayOptions } from '../../src/gateway/gateway.ts';
import type { Listener, ListenOptions } from '../../src/gateway/listener.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from '../../src/platform/log.ts';
import { noMetrics } from '../../src/platform/metrics.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { FakeStore } from './fake-store.ts';

export const REGION = 'eu-central-1';
export const ACCOUNT = '123456789012';
export const ACCESS_KEY = 'AKIATESTTESTTEST';
export const SECRET_KEY = 'secret/of+the=tests';

export interface TestGateway {
  readonly store: FakeStore;
  readonly port: number;
  readonly endpoint: string;
  readonly listener: Listener;
  close(): Promise<void>;
}

export async function startGateway(
  options: Partial<GatewayOptions> = {},
  listen: Partial<ListenOptions> = {},
): Promise<TestGateway> {
  const store = new FakeStore(REGION);
  const gateway = createGateway({
    client: store,
    credentials: new ConfiguredCredentials([
      { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY, accountId: ACCOUNT, displayName: 'tests' },
    ]),
    region: REGION,
    domains: ['s3.test.example'],
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    metrics: noMetrics,
    exposeMetrics: false,
    signatureV2: 'presigned',
    ...options,
  });
  const listener = await gateway.listen({ host: '127.0.0.1', port: 0, ...listen });
  return {
    store,
    port: listener.port,
    endpoint: `${listen.tls === undefined ? 'http' : 'https'}://127.0.0.1:${listener.port}`,
    listener,
    close: () => listener.close(500),
  };
}

export interface RawReply {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One TCP connection that speaks HTTP/1.1 literally. */
export class RawConnection {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  #wake: (() => void) | undefined;
  closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake?.();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.#wake?.();
    });
  }

  static open(port: number): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new RawConnection(socket)));
      socket.once('error', reject);
    });
  }

  send(bytes: string | Uint8Array): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** The next reply. `bodiless` for replies to HEAD. */
  async reply(bodiless = false): Promise<RawReply> {
    const headEnd = await this.#until(() => this.#received.indexOf('\r\n\r\n'));
    const head = this.#received.toString('latin1', 0, headEnd).split('\r\n');
    const status = Number(head[0]?.split(' ')[1]);
    const headers = Object.fromEntries(
      head.slice(1).map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const length = bodiless || status === 100 ? 0 : Number(headers['content-length'] ?? 0);
    const end = headEnd + 4 + length;
    await this.#until(() => (this.#received.length >= end ? end : -1));
    const body = this.#received.toString('utf8', headEnd + 4, end);
    this.#received = this.#received.subarray(end);
    return { status, headers, body };
  }

  /** Waits until the other side has hung up. */
  async end(): Promise<void> {
    while (!this.closed) await this.#news();
  }

  get unread(): string {
    return this.#received.toString('latin1');
  }

  close(): void {
    this.socket.destroy();
  }

  async #until(found: () => number): Promise<number> {
    for (;;) {
      const at = found();
      if (at >= 0) return at;
      if (this.closed) throw new Error(`connection closed, unread: ${this.unread.slice(0, 200)}`);
      await this.#news();
    }
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

export interface RequestToSign {
  readonly method: string;
  /** Raw path, percent-encoded as it goes over the wire. */
  readonly path: string;
  /** Canonical already. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: string;
  readonly host?: string;
  readonly date?: Date;
  readonly secret?: string;
  readonly region?: string;
}

export interface SignedHead {
  readonly head: string;
  readonly signature: string;
  readonly timestamp: string;
  readonly scope: string;
  readonly signingKey: Buffer;
}

/** A signer of its own for the tests: about twenty lines straight from the AWS documentation. */
export function signedHead(request: RequestToSign): SignedHead {
  const timestamp = (request.date ?? new Date()).toISOString().replace(/[-:]|\.\d+/g, '');
  const day = timestamp.slice(0, 8);
  const region = request.region ?? REGION;
  const scope = `${day}/${region}/s3/aws4_request`;
  const payload = request.payload ?? 'UNSIGNED-PAYLOAD';
  const headers: Record<string, string> = {
    host: request.host ?? '127.0.0.1',
    'x-amz-content-sha256': payload,
    'x-amz-date': timestamp,
    ...request.headers,
  };
  const names = Object.keys(headers).sort();
  const canonical = [
    request.method,
    request.path,
    request.query ?? '',
    ...names.map((name) => `${name}:${headers[name] ?? ''}`),
    '',
    names.join(';'),
    payload,
  ].join('\n');
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const signingKey = hmac(
    hmac(hmac(hmac(`AWS4${request.secret ?? SECRET_KEY}`, day), region), 's3'),
    'aws4_request',
  );
  const digest = createHash('sha256').update(canonical).digest('hex');
  const signature = hmac(signingKey, `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${digest}`).toString('hex');
  const target = request.query === undefined ? request.path : `${request.path}?${request.query}`;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const authorization = `AWS4-HMAC-SHA256 Credential=${ACCESS_KEY}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return {
    head: `${request.method} ${target} HTTP/1.1\r\n${lines.join('')}Authorization: ${authorization}\r\n`,
    signature,
    timestamp,
    scope,
    signingKey,
  };
}
