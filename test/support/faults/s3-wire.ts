// The least of an S3 client that a test of faults needs: one attempt per call, a bound on silence, and the truth about what came back.
//
// Refuses: retries. Whether an operation happened is exactly what these tests are about, so no layer may repeat one.

import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';

export interface WireCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface WireOptions extends WireCredentials {
  readonly endpoint: string;
  readonly region: string;
  readonly ca: Buffer;
  /** A reply that makes no progress for this long is given up; the outcome of the operation is then unknown. */
  readonly silenceMs: number;
  /** Connections at most; further calls wait for one. Default 64. */
  readonly socketsMax?: number;
}

export interface WireReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface WireRequest {
  readonly method: 'GET' | 'PUT' | 'HEAD' | 'DELETE' | 'POST';
  /** Bucket and key, not yet encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Only half of the body is sent before this resolves. */
  readonly halfway?: Promise<unknown>;
}

export class S3Wire {
  readonly #options: WireOptions;
  readonly #agent: Agent;

  constructor(options: WireOptions) {
    this.#options = options;
    this.#agent = new Agent({ ca: options.ca, keepAlive: true, maxSockets: options.socketsMax ?? 64 });
  }

  /** Rejects when no whole reply came; every status is a reply. */
  send(call: WireRequest): Promise<WireReply> {
    const { endpoint, silenceMs } = this.#options;
    const base = new URL(endpoint);
    const path = encodePath(call.path);
    const query = encodeQuery(call.query ?? {});
    const headers = this.#sign(call, { host: base.host, path, query });
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: base.hostname,
          port: base.port,
          method: call.method,
          path: query === '' ? path : `${path}?${query}`,
          headers,
          agent: this.#agent,
          timeout: silenceMs,
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.once('error', reject);
          response.once('close', () => reject(new Error('the reply was cut off')));
          response.once('end', () => {
            const { statusCode, headers: answered, complete } = response;
            if (complete) resolve({ status: statusCode ?? 0, headers: answered, body: Buffer.concat(parts) });
          });
        },
      );
      sent.once('timeout', () => sent.destroy(new Error('silence')));
      sent.once('error', reject);
      if (call.halfway === undefined || call.body === undefined) sent.end(call.body);
      else {
        const half = call.body.length >> 1;
        sent.write(call.body.subarray(0, half));
        void call.halfway.then(() => sent.end(call.body?.subarray(half)));
      }
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Signature Version 4 with an unsigned payload: TLS carries it. */
  #sign(
    { method, headers = {}, body }: WireRequest,
    { host, path, query }: { host: string; path: string; query: string },
  ): Record<string, string> {
    const { accessKeyId, secretAccessKey, region } = this.#options;
    const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const date = stamp.slice(0, 8);
    const all: Record<string, string> = {
      ...headers,
      host,
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-amz-date': stamp,
      'content-length': String(body?.length ?? 0),
    };
    const signed = Object.keys(all).sort();
    const lines = signed.map((name) => `${name}:${all[name]}\n`).join('');
    const canonical = [method, path, query, lines, signed.join(';'), 'UNSIGNED-PAYLOAD'].join('\n');
    const scope = `${date}/${region}/s3/aws4_request`;
    const digest = createHash('sha256').update(canonical).digest('hex');
    const text = ['AWS4-HMAC-SHA256', stamp, scope, digest].join('\n');
    const key = [date, region, 's3', 'aws4_request'].reduce<Buffer | string>(
      (last, part) => hmac(last, part),
      `AWS4${secretAccessKey}`,
    );
    const signature = hmac(key, text).toString('hex');
    all['authorization'] =
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed.join(';')}, Signature=${signature}`;
    return all;
  }
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function encodePath(path: string): string {
  return path.split('/').map(encode).join('/');
}

function encodeQuery(query: Readonly<Record<string, string>>): string {
  return Object.keys(query)
    .sort()
    .map((name) => `${encode(name)}=${encode(query[name] ?? '')}`)
    .join('&');
}
