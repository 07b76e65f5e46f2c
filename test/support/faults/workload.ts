// Clients of a cluster that write, read, list and delete, and remember exactly what they were told.
//
// Owns: the bodies (each of its own, known again by its digest) and the history of every key. Judging the histories is
// `verdict`'s; what happens to the cluster meanwhile is somebody else's.
// Invariants:
//   1. Every body is written once: a digest names one write.
//   2. An operation is recorded as happened only after a whole 2xx (or a refusal that proves something), as not happened only after
//      a 4xx; everything else is an unknown outcome.

import { createCipheriv, createHash } from 'node:crypto';
import { checkRegister, type RegisterAction, type RegisterEvent } from '../consistency/register-history.ts';
import type { SeededChance } from '../seeded-chance.ts';
import type { S3Wire, WireReply, WireRequest } from './s3-wire.ts';

const PART_BYTES = 5 * 1024 * 1024;
const PAGE_KEYS = 25;

export interface WorkloadOptions {
  readonly bucket: string;
  /** One client per gateway. */
  readonly wires: readonly S3Wire[];
  readonly chance: SeededChance;
  readonly workers: number;
  /** Keys that everybody fights over. */
  readonly hotKeys: number;
  readonly bodyBytesMax: number;
  /** Probability that an operation is a multipart upload of two parts. */
  readonly multipart: number;
  /** Pause of a worker between two operations: the machine is shared. */
  readonly pauseMs: number;
}

interface Body {
  readonly id: string;
  readonly bytes: number;
  readonly key: string;
}

type Kind = 'put' | 'get' | 'range' | 'head' | 'list' | 'delete' | 'create' | 'swap' | 'multipart';
type Outcome = { readonly reply: WireReply } | { readonly reply: undefined; readonly cause: string };

export class Workload {
  readonly histories = new Map<string, RegisterEvent[]>();
  /** What no answer may ever contain, with the proof. */
  readonly violations: string[] = [];
  /** Reads that were compared byte for byte. */
  reads = 0;
  /** Acknowledged writes that the coordinator reported as degraded. */
  degradedWrites = 0;
  /** Reasons of unknown outcomes, counted. */
  readonly troubles = new Map<string, number>();
  readonly figures = new Map<Kind, { done: number; unknown: number; longestMs: number }>();
  readonly #options: WorkloadOptions;
  readonly #bodies = new Map<string, Body>();
  readonly #byDigest = new Map<string, Body>();
  readonly #byTag = new Map<string, Body>();
  #next = 0;
  #stopping = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: WorkloadOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopping = false;
    const workers = Array.from({ length: this.#options.workers }, (_, n) =>
      this.#work(`worker ${n + 1}`, this.#options.chance.fork(`worker ${n}`)),
    );
    this.#running = Promise.all(workers);
  }

  /** Ends after the operations that are under way. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  async createBucket(): Promise<void> {
    const reply = await this.#wire(0).send({ method: 'PUT', path: `/${this.#options.bucket}` });
    if (reply.status !== 200) throw new Error(`CreateBucket: ${reply.status} ${reply.body.toString()}`);
  }

  /** Writes `count` objects of their own keys; every one has to be acknowledged whole, on all K+M nodes. */
  async prefill(count: number, bodyBytesMax: number): Promise<void> {
    const chance = this.#options.chance.fork('prefill');
    for (let n = 0; n < count; n += 1) {
      await this.#put({ by: 'prefill', gateway: n, chance }, `cold/${n}`, chance.integer(24, bodyBytesMax));
    }
    if (this.degradedWrites > 0 || this.#figure('put').unknown > 0)
      throw new Error('a healthy cluster answered a write with less than it should');
  }

  /** Reads every key through every gateway, and lists them through every gateway. Every answer has to be definite. */
  async audit(): Promise<void> {
    const keys = [...this.histories.keys()].sort();
    const chance = this.#options.chance.fork('audit');
    for (let gateway = 0; gateway < this.#options.wires.length; gateway += 1) {
      const by = `audit of gateway ${gateway + 1}`;
      const lane = async (first: number): Promise<void> => {
        for (let at = first; at < keys.length; at += 4)
          await this.#definite(() => this.#get({ by, gateway, chance }, keys[at]!), `${by}: GET ${keys[at]}`);
      };
      await Promise.all([0, 1, 2, 3].map(lane));
      await this.#definite(() => this.#listAll({ by, gateway, chance }), `${by}: listing`);
    }
  }

  /** Deletes every key; each deletion has to be acknowledged. */
  async removeAll(): Promise<void> {
    const chance = this.#options.chance.fork('removal');
    for (const [n, key] of [...this.histories.keys()].entries()) {
      const gateway = n % this.#options.wires.length;
      const remove = (): Promise<boolean> => this.#remove({ by: 'removal', gateway, chance }, key);
      await this.#definite(remove, `DELETE ${key}`);
    }
  }

  /** Everything that is wrong with what was answered. */
  verdict(): readonly string[] {
    const wrong = [...this.violations];
    for (const [key, events] of this.histories) {
      const verdict = checkRegister(events);
      if (verdict.kind === 'violation') wrong.push(`${key}: ${verdict.explanation}`);
    }
    return wrong;
  }

  get acknowledged(): number {
    let count = 0;
    for (const events of this.histories.values())
      for (const { action, endedAt } of events)
        if ('value' in action && action.kind !== 'read' && Number.isFinite(endedAt)) count += 1;
    return count;
  }

  async #definite(operation: () => Promise<boolean>, what: string): Promise<void> {
    let last = '';
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const before = new Map(this.troubles);
      if (await operation()) return;
      last = [...this.troubles]
        .filter(([name, n]) => before.get(name) !== n)
        .map(([name]) => name)
        .join(', ');
      await pause(500 * (attempt + 1));
    }
    this.violations.push(`${what}: no answer after all was healed (${last})`);
  }

  async #work(by: string, chance: SeededChance): Promise<void> {
    const own: string[] = [];
    for (let n = 0; !this.#stopping; n += 1) {
      const gateway = chance.integer(0, this.#options.wires.length - 1);
      const actor = { by: `${by} via ${gateway + 1}`, gateway, chance };
      await this.#one(actor, own, `${by.replace(' ', '-')}/${n}`);
      await pause(this.#options.pauseMs * 2 * chance.fraction());
    }
  }

  async #one(actor: Actor, own: string[], fresh: string): Promise<void> {
    const { chance } = actor;
    const { hotKeys, bodyBytesMax, multipart } = this.#options;
    const hot = `hot/${chance.integer(0, hotKeys - 1)}`;
    const bytes = bodySize(chance, bodyBytesMax);
    const anyKey = (): string => chance.pick([hot, ...this.histories.keys()]);
    const choices: readonly (readonly [weight: number, act: () => Promise<unknown>])[] = [
      [multipart, () => this.#multipart(actor, chance.chance(0.5) ? hot : fresh)],
      [0.2, () => this.#put(actor, hot, bytes)],
      [0.15, () => this.#put(actor, (own[own.length] = fresh), bytes)],
      [0.05, () => this.#conditional(actor, hot, bytes)],
      [0.07, () => this.#remove(actor, hot)],
      [0.05, () => this.#remove(actor, chance.pick([hot, ...own]))],
      [0.2, () => this.#get(actor, hot)],
      [0.1, () => this.#get(actor, anyKey())],
      [0.08, () => this.#range(actor, anyKey())],
      [0.05, () => this.#head(actor, hot)],
      [0.05, () => this.#listPage(actor, chance.pick(['', 'hot/', 'worker-', 'cold/']), '')],
    ];
    let dice = chance.fraction() * choices.reduce((sum, [weight]) => sum + weight, 0);
    const chosen = choices.find(([weight]) => (dice -= weight) < 0);
    await chosen?.[1]();
  }

  async #put(actor: Actor, key: string, bytes: number): Promise<boolean> {
    const { id, content } = this.#body(key, bytes);
    const action = { kind: 'write', value: id } as const;
    return this.#write(
      actor,
      { kind: 'put', key, action },
      { method: 'PUT', path: this.#path(key), body: content },
    );
  }

  async #conditional(actor: Actor, key: string, bytes: number): Promise<void> {
    const { id, content } = this.#body(key, bytes);
    const head = await this.#head(actor, key);
    const from = head === undefined ? undefined : this.#tagOf(head);
    const refused =
      from === undefined ? ({ kind: 'create-refused' } as const) : ({ kind: 'swap-refused', from } as const);
    const action =
      from === undefined
        ? ({ kind: 'create', value: id } as const)
        : ({ kind: 'swap', from, value: id } as const);
    const headers: Record<string, string> =
      from === undefined ? { 'if-none-match': '*' } : { 'if-match': this.#tags.get(from)! };
    const request = { method: 'PUT', path: this.#path(key), headers, body: content } as const;
    await this.#write(actor, { kind: from === undefined ? 'create' : 'swap', key, action, refused }, request);
  }

  async #write(
    actor: Actor,
    call: { kind: Kind; key: string; action: RegisterAction; refused?: RegisterAction },
    request: WireRequest,
  ): Promise<boolean> {
    const beganAt = performance.now();
    const { reply } = await this.#send(actor, call.kind, request);
    const endedAt = performance.now();
    const status = reply?.status ?? 0;
    if (status === 200 && reply?.headers['x-spx-degraded-write'] !== undefined) this.degradedWrites += 1;
    const ending = endingOf(status, call.refused !== undefined);
    switch (ending) {
      case 'done':
        this.#record(actor, call.key, { action: call.action, beganAt, endedAt });
        break;
      case 'refused':
        this.#record(actor, call.key, { action: call.refused ?? call.action, beganAt, endedAt });
        break;
      case 'unknown':
        this.#record(actor, call.key, { action: call.action, beganAt, endedAt: Infinity });
        break;
      case 'wrong':
        this.violations.push(`${actor.by}: ${call.kind} ${call.key} answered ${status} ${textOf(reply)}`);
    }
    return ending === 'done';
  }

  async #multipart(actor: Actor, key: string): Promise<void> {
    const { id, content } = this.#body(key, PART_BYTES + actor.chance.integer(24, 200_000));
    const path = this.#path(key);
    const created = await this.#send(actor, 'multipart', { method: 'POST', path, query: { uploads: '' } });
    const uploadId = /<UploadId>([^<]+)/.exec(textOf(created.reply))?.[1];
    if (uploadId === undefined) return;
    const parts = [content.subarray(0, PART_BYTES), content.subarray(PART_BYTES)];
    const tags = parts.map((part) => md5(part).toString('hex'));
    for (const [index, part] of parts.entries()) {
      const query = { partNumber: String(index + 1), uploadId };
      const sent = await this.#send(actor, 'multipart', { method: 'PUT', path, query, body: part });
      if (sent.reply?.status !== 200) return;
    }
    const combined = `"${md5(Buffer.from(tags.join(''), 'hex')).toString('hex')}-2"`;
    this.#nameTag(combined, this.#bodies.get(id)!);
    const listed = tags.map(
      (tag, n) => `<Part><PartNumber>${n + 1}</PartNumber><ETag>"${tag}"</ETag></Part>`,
    );
    const body = Buffer.from(`<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`);
    const beganAt = performance.now();
    const done = await this.#send(actor, 'multipart', { method: 'POST', path, query: { uploadId }, body });
    // A completion may answer 200 and fail in its body.
    const isDone = textOf(done.reply).includes('CompleteMultipartUploadResult');
    const endedAt = isDone ? performance.now() : Infinity;
    this.#record(actor, key, { action: { kind: 'write', value: id }, beganAt, endedAt });
  }

  async #remove(actor: Actor, key: string): Promise<boolean> {
    const beganAt = performance.now();
    const { reply } = await this.#send(actor, 'delete', { method: 'DELETE', path: this.#path(key) });
    const endedAt = reply?.status === 204 ? performance.now() : Infinity;
    this.#record(actor, key, { action: { kind: 'remove' }, beganAt, endedAt });
    return reply?.status === 204;
  }

  /** True when the answer was definite. */
  async #get(actor: Actor, key: string): Promise<boolean> {
    const beganAt = performance.now();
    const { reply } = await this.#send(actor, 'get', { method: 'GET', path: this.#path(key) });
    const endedAt = performance.now();
    if (reply?.status === 404) {
      if (reply.body.includes('NoSuchKey'))
        this.#record(actor, key, { action: { kind: 'read', value: undefined }, beganAt, endedAt });
      else this.violations.push(`${actor.by}: GET ${key} answered 404 ${textOf(reply)}`);
      return true;
    }
    if (reply?.status !== 200) return false;
    const body = this.#byDigest.get(md5(reply.body).toString('hex'));
    this.reads += 1;
    if (body?.key !== key) {
      const what = body === undefined ? 'bytes that nobody wrote' : `the bytes of ${body.key}`;
      this.violations.push(
        `${actor.by}: GET ${key} answered ${what} (${reply.body.length} bytes, ${reply.headers.etag})`,
      );
      return true;
    }
    if (this.#byTag.get(reply.headers.etag ?? '') !== body)
      this.violations.push(`${actor.by}: GET ${key} answered bytes of one write with the ETag of another`);
    this.#record(actor, key, { action: { kind: 'read', value: body.id }, beganAt, endedAt });
    return true;
  }

  async #range(actor: Actor, key: string): Promise<void> {
    const from = actor.chance.integer(0, 60_000);
    const to = from + actor.chance.integer(0, 200_000);
    const beganAt = performance.now();
    const headers = { range: `bytes=${from}-${to}` };
    const { reply } = await this.#send(actor, 'range', { method: 'GET', path: this.#path(key), headers });
    if (reply?.status !== 206) return;
    const body = this.#byTag.get(reply.headers.etag ?? '');
    const wanted = body === undefined ? undefined : this.#content(body).subarray(from, to + 1);
    this.reads += 1;
    if (wanted === undefined || body?.key !== key || !wanted.equals(reply.body))
      this.violations.push(
        `${actor.by}: range ${from}-${to} of ${key} (${reply.headers.etag}) is not what was written`,
      );
    else
      this.#record(actor, key, {
        action: { kind: 'read', value: body.id },
        beganAt,
        endedAt: performance.now(),
      });
  }

  /** The ETag of the object; undefined when there is none or no answer. */
  async #head(actor: Actor, key: string): Promise<string | undefined> {
    const beganAt = performance.now();
    const { reply } = await this.#send(actor, 'head', { method: 'HEAD', path: this.#path(key) });
    const endedAt = performance.now();
    if (reply?.status === 404)
      this.#record(actor, key, { action: { kind: 'read', value: undefined }, beganAt, endedAt });
    if (reply?.status !== 200) return undefined;
    const tag = reply.headers.etag ?? '';
    const value = this.#tagOf(tag);
    if (value === undefined)
      this.violations.push(`${actor.by}: HEAD ${key} answered the ETag ${tag} of nobody`);
    else this.#record(actor, key, { action: { kind: 'read', value }, beganAt, endedAt });
    return tag;
  }

  async #listAll(actor: Actor): Promise<boolean> {
    let after: string | undefined = '';
    while (after !== undefined) {
      const page = await this.#listPage(actor, '', after);
      if (page === undefined) return false;
      after = page.next;
    }
    return true;
  }

  /** One page, and what it says of every key we know in its range; undefined when there was no answer. */
  async #listPage(
    actor: Actor,
    prefix: string,
    startAfter: string,
  ): Promise<{ next: string | undefined } | undefined> {
    const known = new Set(this.histories.keys());
    const query = { 'list-type': '2', 'max-keys': String(PAGE_KEYS), prefix, 'start-after': startAfter };
    const beganAt = performance.now();
    const { reply } = await this.#send(actor, 'list', {
      method: 'GET',
      path: `/${this.#options.bucket}`,
      query,
    });
    const endedAt = performance.now();
    if (reply?.status !== 200) return undefined;
    const { listed, isTruncated } = parsePage(reply.body.toString());
    const last = isTruncated ? ([...listed.keys()].at(-1) ?? '') : undefined;
    for (const [key, tag] of listed) {
      const value = this.#tagOf(tag);
      if (value === undefined || !this.histories.has(key))
        this.violations.push(`${actor.by}: the listing has ${key} with ${tag}, which nobody wrote`);
      else this.#record(actor, key, { action: { kind: 'read', value }, beganAt, endedAt });
    }
    const inRange = (key: string): boolean =>
      key.startsWith(prefix) && key > startAfter && (last === undefined || key <= last);
    for (const key of known) {
      if (inRange(key) && !listed.has(key))
        this.#record(actor, key, { action: { kind: 'read', value: undefined }, beganAt, endedAt });
    }
    return { next: last };
  }

  async #send(actor: Actor, kind: Kind, request: WireRequest): Promise<Outcome> {
    const beganAt = performance.now();
    const figure = this.#figure(kind);
    try {
      const reply = await this.#wire(actor.gateway).send(request);
      figure.longestMs = Math.max(figure.longestMs, performance.now() - beganAt);
      if (reply.status < 500) figure.done += 1;
      else {
        figure.unknown += 1;
        this.#trouble(`${kind} ${reply.status} ${/<Code>([^<]+)/.exec(reply.body.toString())?.[1] ?? ''}`);
      }
      return { reply };
    } catch (error) {
      figure.unknown += 1;
      figure.longestMs = Math.max(figure.longestMs, performance.now() - beganAt);
      const cause = (error as { code?: string }).code ?? String((error as { message?: string }).message);
      this.#trouble(`${kind} ${cause}`);
      return { reply: undefined, cause };
    }
  }

  #trouble(name: string): void {
    this.troubles.set(name, (this.troubles.get(name) ?? 0) + 1);
  }

  #figure(kind: Kind): { done: number; unknown: number; longestMs: number } {
    const known = this.figures.get(kind);
    if (known !== undefined) return known;
    const fresh = { done: 0, unknown: 0, longestMs: 0 };
    this.figures.set(kind, fresh);
    return fresh;
  }

  #record(actor: Actor, key: string, event: Omit<RegisterEvent, 'by'>): void {
    const events = this.histories.get(key);
    const entry = { ...event, by: actor.by };
    if (events === undefined) this.histories.set(key, [entry]);
    else events.push(entry);
  }

  readonly #tags = new Map<string, string>();

  #body(key: string, bytes: number): { id: string; content: Buffer } {
    const body = { id: `${(this.#next += 1)}`, bytes, key };
    const content = this.#content(body);
    const digest = md5(content).toString('hex');
    this.#bodies.set(body.id, body);
    this.#byDigest.set(digest, body);
    this.#nameTag(`"${digest}"`, body);
    if (!this.histories.has(key)) this.histories.set(key, []);
    return { id: body.id, content };
  }

  #nameTag(tag: string, body: Body): void {
    this.#byTag.set(tag, body);
    // A body sent in parts is answered with the other ETag.
    this.#tags.set(body.id, tag);
  }

  #tagOf(tag: string): string | undefined {
    return this.#byTag.get(tag)?.id;
  }

  /** The bytes of a body: its name, then a stream that follows from the name. */
  #content({ id, bytes }: Body): Buffer {
    const key = createHash('sha256').update(id).digest().subarray(0, 16);
    const name = Buffer.from(`${id.padStart(23, '0')}\n`);
    const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
    return Buffer.concat([name, cipher.update(Buffer.alloc(Math.max(0, bytes - name.length)))]);
  }

  #wire(gateway: number): S3Wire {
    const { wires } = this.#options;
    return wires[gateway % wires.length]!;
  }

  #path(key: string): string {
    return `/${this.#options.bucket}/${key}`;
  }
}

interface Actor {
  readonly by: string;
  readonly gateway: number;
  readonly chance: SeededChance;
}

/** What an answer to a write proves. */
function endingOf(status: number, isConditional: boolean): 'done' | 'refused' | 'unknown' | 'wrong' {
  if (status === 200) return 'done';
  // 404 to If-Match: the key was empty, which refuses as 412 does. 409: two conditional writers met.
  if (isConditional && (status === 412 || status === 404)) return 'refused';
  return status === 0 || status >= 500 || status === 409 ? 'unknown' : 'wrong';
}

function textOf(reply: WireReply | undefined): string {
  return reply?.body.toString() ?? '';
}

/** Keys with their ETags. */
function parsePage(text: string): { listed: Map<string, string>; isTruncated: boolean } {
  const listed = new Map<string, string>();
  for (const [, entry = ''] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
    const key = /<Key>([^<]*)/.exec(entry)?.[1] ?? '';
    listed.set(key, (/<ETag>([^<]*)/.exec(entry)?.[1] ?? '').replaceAll('&quot;', '"'));
  }
  return { listed, isTruncated: text.includes('<IsTruncated>true<') };
}

function bodySize(chance: SeededChance, most: number): number {
  const dice = chance.fraction();
  if (dice < 0.4) return chance.integer(24, 8_000);
  if (dice < 0.9) return chance.integer(8_000, Math.min(most, 200_000));
  return chance.integer(24, most);
}

function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
