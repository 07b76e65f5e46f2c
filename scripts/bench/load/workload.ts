// What the load generator does on every connection: prepare keys, then one request after another until the time is over.

import { createHash, randomBytes } from 'node:crypto';
import { Histogram } from './histogram.ts';
import { LoadConnection } from './connection.ts';
import { amzDateOf, encodeRfc3986, signedHead, type SigningIdentity } from './signer.ts';

export type LoadOperation = 'put' | 'get' | 'list' | 'mixed';

export interface LoadOptions {
  readonly endpoints: readonly URL[];
  readonly ca: Buffer | undefined;
  readonly identity: SigningIdentity;
  readonly bucket: string;
  readonly operation: LoadOperation;
  readonly sizeBytes: number;
  /** Length of ranged reads; 0 reads whole objects. */
  readonly rangeBytes: number;
  readonly connections: number;
  readonly durationMs: number;
  readonly warmUpMs: number;
  /** Keys prepared for reading and listing, and rotated through by writing. */
  readonly objects: number;
  /** Share of reads in a mixed run. */
  readonly readShare: number;
  readonly signedPayload: boolean;
}

export interface LoadResult {
  readonly requests: number;
  readonly errors: ReadonlyMap<string, number>;
  readonly seconds: number;
  readonly bytes: number;
  readonly latency: Histogram;
  /** Requests completed in each second of the run. */
  readonly perSecond: readonly number[];
}

interface Step {
  readonly head: string;
  readonly body: Buffer | undefined;
  readonly bodyBytes: number;
}

const HEADS_CACHED_MAX = 100_000;

export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const run = new LoadRun(options);
  await run.createBucket();
  if (options.operation !== 'put') await run.prepare();
  return run.measure();
}

class LoadRun {
  readonly #options: LoadOptions;
  readonly #body: Buffer;
  readonly #hash: string;
  readonly #prefix = `load-${randomBytes(3).toString('hex')}/`;
  readonly #heads = new Map<string, string>();
  readonly #errors = new Map<string, number>();
  readonly #latency = new Histogram();
  readonly #perSecond: number[] = [];
  #requests = 0;
  #bytes = 0;
  #next = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#body = randomBytes(options.sizeBytes);
    this.#hash = options.signedPayload
      ? createHash('sha256').update(this.#body).digest('hex')
      : 'UNSIGNED-PAYLOAD';
  }

  async createBucket(): Promise<void> {
    const connection = this.#connect(0);
    const answer = await connection.request(
      `${this.#head('PUT', '', [])}Content-Length: 0\r\n\r\n`,
      undefined,
    );
    connection.close();
    if (answer.status !== 200 && answer.status !== 409)
      throw new Error(`bucket: ${answer.status} ${answer.errorText}`);
  }

  async prepare(): Promise<void> {
    await this.#everyConnection(async (connection) => {
      while (this.#next < this.#options.objects) {
        const step = this.#put(this.#next++);
        const answer = await connection.request(step.head, step.body);
        if (answer.status !== 200) throw new Error(`prepare: ${answer.status} ${answer.errorText}`);
      }
    });
  }

  async measure(): Promise<LoadResult> {
    const begin = performance.now() + this.#options.warmUpMs;
    const end = begin + this.#options.durationMs;
    await this.#everyConnection(async (connection) => {
      for (let now = performance.now(); now < end; now = performance.now()) {
        const step = this.#choose();
        const answer = await connection.request(step.head, step.body);
        this.#record({ answer, step, sentMs: now, begin, end });
      }
    });
    return {
      requests: this.#requests,
      errors: this.#errors,
      seconds: this.#options.durationMs / 1000,
      bytes: this.#bytes,
      latency: this.#latency,
      perSecond: this.#perSecond,
    };
  }

  #record(sample: {
    readonly answer: { status: number; bodyBytes: number; errorText: string };
    readonly step: Step;
    readonly sentMs: number;
    readonly begin: number;
    readonly end: number;
  }): void {
    const { answer, step, sentMs, begin, end } = sample;
    const now = performance.now();
    const good =
      answer.status >= 200 &&
      answer.status < 300 &&
      (step.body !== undefined || step.bodyBytes <= answer.bodyBytes);
    if (!good) {
      const code = /<Code>([^<]+)/.exec(answer.errorText)?.[1] ?? '';
      const what = `${answer.status} ${code}`.trim();
      this.#errors.set(what, (this.#errors.get(what) ?? 0) + 1);
      return;
    }
    if (now < begin || now >= end) return;
    this.#latency.record((now - sentMs) * 1000);
    this.#requests += 1;
    this.#bytes += step.bodyBytes;
    const second = Math.floor((now - begin) / 1000);
    this.#perSecond[second] = (this.#perSecond[second] ?? 0) + 1;
  }

  #choose(): Step {
    const { operation, objects, readShare } = this.#options;
    if (operation === 'list') return this.#list();
    if (operation === 'put') return this.#put(this.#next++ % objects);
    if (operation === 'mixed' && Math.random() >= readShare) return this.#put(this.#next++ % objects);
    return this.#get(Math.floor(Math.random() * objects));
  }

  #put(number: number): Step {
    const key = `${this.#prefix}${number}`;
    const head = this.#cached(`put${number}`, () => {
      return `${this.#head('PUT', key, [], this.#hash)}Content-Length: ${this.#body.length}\r\n\r\n`;
    });
    return { head, body: this.#body, bodyBytes: this.#body.length };
  }

  #get(number: number): Step {
    const { rangeBytes, sizeBytes } = this.#options;
    const head = this.#cached(`get${number}`, () => this.#head('GET', `${this.#prefix}${number}`, []));
    if (rangeBytes === 0) return { head: `${head}\r\n`, body: undefined, bodyBytes: sizeBytes };
    const start = Math.floor(Math.random() * Math.max(1, sizeBytes - rangeBytes));
    return {
      head: `${head}Range: bytes=${start}-${start + rangeBytes - 1}\r\n\r\n`,
      body: undefined,
      bodyBytes: rangeBytes,
    };
  }

  #list(): Step {
    const query = [
      ['list-type', '2'],
      ['max-keys', '1000'],
      ['prefix', this.#prefix],
    ] as const;
    const head = this.#cached('list', () => `${this.#head('GET', '', query)}\r\n`);
    return { head, body: undefined, bodyBytes: 0 };
  }

  #cached(id: string, make: () => string): string {
    const known = this.#heads.get(id);
    if (known !== undefined) return known;
    const head = make();
    if (this.#heads.size < HEADS_CACHED_MAX) this.#heads.set(id, head);
    return head;
  }

  #head(
    method: string,
    key: string,
    query: readonly (readonly [string, string])[],
    hash = 'UNSIGNED-PAYLOAD',
  ): string {
    const { bucket, identity, endpoints } = this.#options;
    const path = `/${bucket}${key === '' ? '' : `/${key.split('/').map(encodeRfc3986).join('/')}`}`;
    const host = endpoints[0]?.host ?? '';
    return signedHead(identity, { method, host, path, query, payloadHash: hash }, amzDateOf(new Date()));
  }

  #connect(number: number): LoadConnection {
    const { endpoints, ca } = this.#options;
    const endpoint = endpoints[number % endpoints.length];
    if (endpoint === undefined) throw new Error('no endpoint');
    return new LoadConnection(endpoint, ca);
  }

  async #everyConnection(work: (connection: LoadConnection) => Promise<void>): Promise<void> {
    const connections = Array.from({ length: this.#options.connections }, (_, number) =>
      this.#connect(number),
    );
    await Promise.all(connections.map(work));
    connections.forEach((connection) => connection.close());
  }
}
