// Clients of a cluster that write, read, list and delete, and remember exactly what they were told.
//
// Owns: the history of every key. Judging the histories is
// `verdict`'s; what happens to the cluster meanwhile is somebody else's.
// Invariants:
//   1. Every body is written once: a digest names one write.
//   2. An operation is recorded as happened only after a whole 2xx (or a refusal that proves something), as not happened only after
//      a 4xx; everything else is an unknown outcome.

import { checkRegister, type RegisterAction, type RegisterEvent } from '../consistency/register-history.ts';
import type { SeededChance } from '../seeded-chance.ts';
import { Bodies, md5, type Body } from './bodies.ts';
import { CallLog, pause, textOf, type Actor as Caller } from './call-log.ts';
import type { S3Wire, WireRequest } from './s3-wire.ts';

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

type Kind = 'put' | 'get' | 'range' | 'head' | 'list' | 'delete' | 'create' | 'swap' | 'multipart' | 'copy';

export class Workload {
  readonly histories = new Map<string, RegisterEvent[]>();
  /** Reads that were compared byte for byte. */
  reads = 0;
  /** Acknowledged writes that the coordinator reported as degraded. */
  degradedWrites = 0;
  readonly calls: CallLog;
  readonly #options: WorkloadOptions;
  readonly #bodies = new Bodies();
  /** Destinations of copies, which are written by nothing else, with their source. */
  readonly #copies = new Map<string, { readonly source: string; pending?: Omit<RegisterEvent, 'action'> }>();
  #stopping = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: WorkloadOptions) {
    this.#options = options;
    this.calls = new CallLog(options.wires);
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
    const request = { method: 'PUT', path: `/${this.#options.bucket}` } as const;
    const reply = await this.calls.send({ by: 'setup', gateway: 0 }, 'create-bucket', request);
    if (reply?.status !== 200) throw new Error(`CreateBucket: ${reply?.status} ${textOf(reply)}`);
  }

  /** Writes `count` objects of their own keys; every one has to be acknowledged whole, on all K+M nodes. */
  async prefill(count: number, bodyBytesMax: number): Promise<void> {
    const chance = this.#options.chance.fork('prefill');
    for (let n = 0; n < count; n += 1) {
      await this.#put({ by: 'prefill', gateway: n, chance }, `cold/${n}`, chance.integer(24, bodyBytesMax));
    }
    if (this.degradedWrites > 0 || this.calls.figureOf('put').unknown > 0)
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
          await this.calls.definite(
            () => this.#get({ by, gateway, chance }, keys[at]!),
            `${by}: GET ${keys[at]}`,
          );
      };
      await Promise.all([0, 1, 2, 3].map(lane));
      await this.calls.definite(() => this.#listAll({ by, gateway, chance }), `${by}: listing`);
    }
  }

  /** Deletes every key; each deletion has to be acknowledged. */
  async removeAll(): Promise<void> {
    const chance = this.#options.chance.fork('removal');
    for (const [n, key] of [...this.histories.keys()].entries()) {
      const gateway = n % this.#options.wires.length;
      const remove = (): Promise<boolean> => this.#remove({ by: 'removal', gateway, chance }, key);
      await this.calls.definite(remove, `DELETE ${key}`);
    }
  }

  /** Everything that is wrong with what was answered. */
  verdict(): readonly string[] {
    const wrong = [...this.calls.violations];
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
      [0.05, () => this.#copy(actor, anyKey(), (own[own.length] = `copy-of/${fresh}`))],
      [0.2, () => this.#get(actor, hot)],
      [0.1, () => this.#get(actor, anyKey())],
      [0.08, () => this.#range(actor, anyKey())],
      [0.05, () => this.#head(actor, hot)],
      [0.05, () => this.#listPage(actor, chance.pick(['', 'hot/', 'worker-', 'cold/', 'copy-of/']), '')],
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
    const from = head === undefined ? undefined : this.#valueOf(head);
    const refused =
      from === undefined ? ({ kind: 'create-refused' } as const) : ({ kind: 'swap-refused', from } as const);
    const action =
      from === undefined
        ? ({ kind: 'create', value: id } as const)
        : ({ kind: 'swap', from, value: id } as const);
    const headers: Record<string, string> =
      from === undefined ? { 'if-none-match': '*' } : { 'if-match': this.#bodies.tagOf(from) };
    const request = { method: 'PUT', path: this.#path(key), headers, body: content } as const;
    await this.#write(actor, { kind: from === undefined ? 'create' : 'swap', key, action, refused }, request);
  }

  async #write(
    actor: Actor,
    call: { kind: Kind; key: string; action: RegisterAction; refused?: RegisterAction },
    request: WireRequest,
  ): Promise<boolean> {
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, call.kind, request);
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
        this.calls.violations.push(
          `${actor.by}: ${call.kind} ${call.key} answered ${status} ${textOf(reply)}`,
        );
    }
    return ending === 'done';
  }

  async #multipart(actor: Actor, key: string): Promise<void> {
    const { body, content } = this.#bodies.make(key, PART_BYTES + actor.chance.integer(24, 200_000));
    if (!this.histories.has(key)) this.histories.set(key, []);
    const path = this.#path(key);
    const created = await this.calls.send(actor, 'multipart', {
      method: 'POST',
      path,
      query: { uploads: '' },
    });
    const uploadId = /<UploadId>([^<]+)/.exec(textOf(created))?.[1];
    if (uploadId === undefined) return;
    const parts = [content.subarray(0, PART_BYTES), content.subarray(PART_BYTES)];
    const tags = parts.map((part) => md5(part).toString('hex'));
    for (const [index, part] of parts.entries()) {
      const query = { partNumber: String(index + 1), uploadId };
      const sent = await this.calls.send(actor, 'multipart', { method: 'PUT', path, query, body: part });
      if (sent?.status !== 200) return;
    }
    const combined = `"${md5(Buffer.from(tags.join(''), 'hex')).toString('hex')}-2"`;
    this.#bodies.nameTag(combined, body);
    const listed = tags.map(
      (tag, n) => `<Part><PartNumber>${n + 1}</PartNumber><ETag>"${tag}"</ETag></Part>`,
    );
    const document = Buffer.from(`<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`);
    const beganAt = performance.now();
    const done = await this.calls.send(actor, 'multipart', {
      method: 'POST',
      path,
      query: { uploadId },
      body: document,
    });
    // A completion may answer 200 and fail in its body.
    const isDone = textOf(done).includes('CompleteMultipartUploadResult');
    const endedAt = isDone ? performance.now() : Infinity;
    this.#record(actor, key, { action: { kind: 'write', value: body.id }, beganAt, endedAt });
  }

  /** A copy to a key of its own: what it holds then is told by the answer, or by the first read. */
  async #copy(actor: Actor, source: string, key: string): Promise<void> {
    this.#copies.set(key, { source });
    if (!this.histories.has(key)) this.histories.set(key, []);
    const headers = { 'x-amz-copy-source': this.#path(source) };
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'copy', { method: 'PUT', path: this.#path(key), headers });
    const endedAt = performance.now();
    const text = textOf(reply);
    const times = { beganAt, endedAt };
    if (text.includes('<CopyObjectResult')) this.#copied(actor, { source, key, text, ...times });
    else if (reply?.status === 404 && text.includes('NoSuchKey'))
      this.#record(actor, source, { action: { kind: 'read', value: undefined }, ...times });
    else if (endingOf(reply?.status ?? 0, false) === 'wrong')
      this.calls.violations.push(`${actor.by}: copy ${source} answered ${reply?.status} ${text}`);
    else {
      this.#copies.set(key, { source, pending: { by: actor.by, beganAt, endedAt: Infinity } });
      for (const event of [...(this.histories.get(key) ?? [])]) this.#resolveCopy(key, event);
    }
  }

  /** An answer to a copy is a read of its source and a write of its destination. */
  #copied(actor: Actor, { source, key, text, beganAt, endedAt }: Copied): void {
    const tag = /<ETag>([^<]*)/.exec(text)?.[1]?.replaceAll('&quot;', '"') ?? '';
    const body = this.#bodies.ofTag(tag);
    if (body === undefined || !this.#mayBeAt(body, source)) {
      this.calls.violations.push(`${actor.by}: a copy of ${source} has the ETag ${tag}`);
      return;
    }
    this.#record(actor, source, { action: { kind: 'read', value: body.id }, beganAt, endedAt });
    this.#record(actor, key, { action: { kind: 'write', value: body.id }, beganAt, endedAt });
  }

  /** A copy without an answer wrote what is read at its destination first. */
  #resolveCopy(key: string, { action }: { readonly action: RegisterAction }): void {
    const copy = this.#copies.get(key);
    if (copy?.pending === undefined || action.kind !== 'read' || action.value === undefined) return;
    this.histories.get(key)?.push({ ...copy.pending, action: { kind: 'write', value: action.value } });
    delete copy.pending;
  }

  async #remove(actor: Actor, key: string): Promise<boolean> {
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'delete', { method: 'DELETE', path: this.#path(key) });
    const endedAt = reply?.status === 204 ? performance.now() : Infinity;
    this.#record(actor, key, { action: { kind: 'remove' }, beganAt, endedAt });
    return reply?.status === 204;
  }

  /** True when the answer was definite. */
  async #get(actor: Actor, key: string): Promise<boolean> {
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'get', { method: 'GET', path: this.#path(key) });
    const endedAt = performance.now();
    if (reply?.status === 404) {
      if (reply.body.includes('NoSuchKey'))
        this.#record(actor, key, { action: { kind: 'read', value: undefined }, beganAt, endedAt });
      else this.calls.violations.push(`${actor.by}: GET ${key} answered 404 ${textOf(reply)}`);
      return true;
    }
    if (reply?.status !== 200) return false;
    const body = this.#bodies.ofContent(reply.body);
    this.reads += 1;
    if (body === undefined || !this.#mayBeAt(body, key)) {
      const what = body === undefined ? 'bytes that nobody wrote' : `the bytes of ${body.key}`;
      this.calls.violations.push(
        `${actor.by}: GET ${key} answered ${what} (${reply.body.length} bytes, ${reply.headers.etag})`,
      );
      return true;
    }
    if (this.#bodies.ofTag(reply.headers.etag) !== body)
      this.calls.violations.push(
        `${actor.by}: GET ${key} answered bytes of one write with the ETag of another`,
      );
    this.#record(actor, key, { action: { kind: 'read', value: body.id }, beganAt, endedAt });
    return true;
  }

  async #range(actor: Actor, key: string): Promise<void> {
    const from = actor.chance.integer(0, 60_000);
    const to = from + actor.chance.integer(0, 200_000);
    const beganAt = performance.now();
    const headers = { range: `bytes=${from}-${to}` };
    const reply = await this.calls.send(actor, 'range', { method: 'GET', path: this.#path(key), headers });
    if (reply?.status !== 206) return;
    const body = this.#bodies.ofTag(reply.headers.etag);
    const wanted = body === undefined ? undefined : this.#bodies.content(body).subarray(from, to + 1);
    this.reads += 1;
    if (body === undefined || !this.#mayBeAt(body, key) || wanted?.equals(reply.body) !== true)
      this.calls.violations.push(
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
    const reply = await this.calls.send(actor, 'head', { method: 'HEAD', path: this.#path(key) });
    const endedAt = performance.now();
    if (reply?.status === 404)
      this.#record(actor, key, { action: { kind: 'read', value: undefined }, beganAt, endedAt });
    if (reply?.status !== 200) return undefined;
    const tag = reply.headers.etag ?? '';
    const value = this.#valueOf(tag);
    if (value === undefined)
      this.calls.violations.push(`${actor.by}: HEAD ${key} answered the ETag ${tag} of nobody`);
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

  #valueOf(tag: string): string | undefined {
    return this.#bodies.ofTag(tag)?.id;
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
    const reply = await this.calls.send(actor, 'list', {
      method: 'GET',
      path: `/${this.#options.bucket}`,
      query,
    });
    const endedAt = performance.now();
    if (reply?.status !== 200) return undefined;
    const { listed, isTruncated } = parsePage(reply.body.toString());
    const last = isTruncated ? ([...listed.keys()].at(-1) ?? '') : undefined;
    for (const [key, tag] of listed) {
      const value = this.#valueOf(tag);
      if (value === undefined || !this.histories.has(key))
        this.calls.violations.push(`${actor.by}: the listing has ${key} with ${tag}, which nobody wrote`);
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

  #record(actor: Actor, key: string, event: Omit<RegisterEvent, 'by'>): void {
    this.#resolveCopy(key, event);
    const events = this.histories.get(key);
    const entry = { ...event, by: actor.by };
    if (events === undefined) this.histories.set(key, [entry]);
    else events.push(entry);
  }

  #body(key: string, bytes: number): { readonly id: string; readonly content: Buffer } {
    const { body, content } = this.#bodies.make(key, bytes);
    if (!this.histories.has(key)) this.histories.set(key, []);
    return { id: body.id, content };
  }

  /** Whether a body may be at this key: it was written there, or copied from where it may be. */
  #mayBeAt(body: Body, key: string): boolean {
    const source = this.#copies.get(key)?.source;
    return body.key === key || (source !== undefined && this.#mayBeAt(body, source));
  }

  #path(key: string): string {
    return `/${this.#options.bucket}/${key}`;
  }
}

interface Copied {
  readonly source: string;
  readonly key: string;
  readonly text: string;
  readonly beganAt: number;
  readonly endedAt: number;
}

interface Actor extends Caller {
  readonly chance: SeededChance;
}

/** What an answer to a write proves. */
function endingOf(status: number, isConditional: boolean): 'done' | 'refused' | 'unknown' | 'wrong' {
  if (status === 200) return 'done';
  // 404 to If-Match: the key was empty, which refuses as 412 does. 409: two conditional writers met.
  if (isConditional && (status === 412 || status === 404)) return 'refused';
  return status === 0 || status >= 500 || status === 409 ? 'unknown' : 'wrong';
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
