// Clients of a cluster that write, copy, read, list and delete in one bucket without versions.
//
// Owns: what they do, and what an answer to a write proves. What was answered is kept and judged by watched-keys.ts; what happens to the
// cluster meanwhile is somebody else's.
// Invariant: an operation is recorded as happened only after a whole 2xx (or a refusal that proves something), as not happened only
// after a 4xx; everything else is an unknown outcome.

import type { RegisterAction, RegisterEvent } from '../consistency/register-history.ts';
import type { SeededChance } from '../seeded-chance.ts';
import { md5, type Body } from './bodies.ts';
import { pause, textOf, type CallLog, type CallLogOptions } from './call-log.ts';
import type { WireReply, WireRequest } from './s3-wire.ts';
import { WatchedKeys, type Actor, type Expiry } from './watched-keys.ts';

const PART_BYTES = 5 * 1024 * 1024;
const EXPIRING_KEYS = 4;
/** A pass is made ten times a day; what takes over from a node that is gone waits half a minute. */
const EXPIRED_WITHIN_MS = 120_000;

export interface WorkloadOptions extends CallLogOptions {
  readonly bucket: string;
  readonly chance: SeededChance;
  readonly workers: number;
  /** Keys that everybody fights over. */
  readonly hotKeys: number;
  readonly bodyBytesMax: number;
  /** Probability that an operation is a multipart upload of two parts. */
  readonly multipart: number;
  /** Pause of a worker between two operations: the machine is shared. */
  readonly pauseMs: number;
  /** A lifecycle rule races the writers of some keys. Absent: the bucket has none. */
  readonly expiry?: Expiry;
}

type Kind = 'put' | 'create' | 'swap' | 'delete' | 'delete if' | 'delete batch';

export class Workload {
  /** Acknowledged writes that the coordinator reported as degraded. */
  degradedWrites = 0;
  readonly #options: WorkloadOptions;
  readonly #keys: WatchedKeys;
  #stopping = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: WorkloadOptions) {
    this.#options = options;
    this.#keys = new WatchedKeys(options.bucket, options, options.expiry);
  }

  get histories(): ReadonlyMap<string, readonly RegisterEvent[]> {
    return this.#keys.histories;
  }

  get calls(): CallLog {
    return this.#keys.calls;
  }

  get keys(): number {
    return this.#keys.histories.size;
  }

  /** Reads that were compared byte for byte. */
  get reads(): number {
    return this.#keys.reads;
  }

  get acknowledged(): number {
    return this.#keys.acknowledged;
  }

  /** Everything that is wrong with what was answered. */
  verdict(): readonly string[] {
    return this.#keys.verdict();
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
    const path = `/${this.#options.bucket}`;
    await this.#setUp({ method: 'PUT', path });
    const { expiry } = this.#options;
    if (expiry === undefined) return;
    const rule = `<Rule><ID>end</ID><Filter><Prefix>${expiry.prefix}</Prefix></Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>`;
    const body = Buffer.from(`<LifecycleConfiguration>${rule}</LifecycleConfiguration>`);
    const headers = { 'content-md5': md5(body).toString('base64') };
    await this.#setUp({ method: 'PUT', path, query: { lifecycle: '' }, headers, body });
  }

  async #setUp(request: WireRequest): Promise<void> {
    const reply = await this.calls.send({ by: 'setup', gateway: 0 }, 'set up', request);
    if (reply?.status !== 200) throw new Error(`${request.path}: ${reply?.status} ${textOf(reply)}`);
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
            () => this.#keys.get({ by, gateway, chance }, keys[at]!),
            `${by}: GET ${keys[at]}`,
          );
      };
      await Promise.all([0, 1, 2, 3].map(lane));
      await this.calls.definite(() => this.#keys.listAll({ by, gateway, chance }), `${by}: listing`);
    }
    if (this.#options.expiry !== undefined) await this.#untilExpired(this.#options.expiry);
  }

  /** What is due has to go by itself once all is healed. */
  async #untilExpired({ prefix, dayMs }: Expiry): Promise<void> {
    const actor = { by: 'audit of the rule', gateway: 0, chance: this.#options.chance.fork('expiry') };
    const endsAt = performance.now() + dayMs + EXPIRED_WITHIN_MS;
    for (;;) {
      const page = await this.#keys.listPage(actor, prefix, '');
      if (page?.keys.length === 0) return;
      if (performance.now() > endsAt) {
        this.#keys.wrong(actor, `still there long after they were due: ${page?.keys.join(' ') ?? 'unknown'}`);
        return;
      }
      await pause(500);
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
    const { hotKeys, bodyBytesMax, multipart, expiry } = this.#options;
    const hot = `hot/${chance.integer(0, hotKeys - 1)}`;
    // Written whole by requests of their own: an upload may be as old as its first part.
    const target =
      expiry !== undefined && chance.chance(0.25)
        ? `${expiry.prefix}${chance.integer(0, EXPIRING_KEYS - 1)}`
        : hot;
    const bytes = bodySize(chance, bodyBytesMax);
    const anyKey = (): string => chance.pick([hot, target, ...this.histories.keys()]);
    const prefixes = ['', 'hot/', 'worker-', 'cold/', 'copy-of/', ...(expiry ? [expiry.prefix] : [])];
    const choices: readonly (readonly [weight: number, act: () => Promise<unknown>])[] = [
      [multipart, () => this.#multipart(actor, chance.chance(0.5) ? hot : fresh)],
      [0.2, () => this.#put(actor, target, bytes)],
      [0.15, () => this.#put(actor, (own[own.length] = fresh), bytes)],
      [0.05, () => this.#conditional(actor, target, bytes)],
      [0.04, () => this.#remove(actor, target)],
      [0.04, () => this.#removeIf(actor, target)],
      [0.03, () => this.#remove(actor, chance.pick([hot, ...own]))],
      [0.03, () => this.#removeBatch(actor, [target, anyKey(), chance.pick([hot, ...own])])],
      [0.04, () => this.#copy(actor, anyKey(), (own[own.length] = `copy-of/${fresh}`))],
      [0.05, () => this.#copyOnto(actor, anyKey(), target)],
      [0.05, () => this.#copyPart(actor, anyKey(), hot)],
      [0.2, () => this.#keys.get(actor, target)],
      [0.1, () => this.#keys.get(actor, anyKey())],
      [0.08, () => this.#keys.range(actor, anyKey())],
      [0.05, () => this.#keys.head(actor, target)],
      [0.05, () => this.#keys.listPage(actor, chance.pick(prefixes), '')],
    ];
    let dice = chance.fraction() * choices.reduce((sum, [weight]) => sum + weight, 0);
    const chosen = choices.find(([weight]) => (dice -= weight) < 0);
    await chosen?.[1]();
  }

  async #put(actor: Actor, key: string, bytes: number): Promise<boolean> {
    const { body, content } = this.#keys.newBody(key, bytes);
    const action = { kind: 'write', value: body.id } as const;
    const request = { method: 'PUT', path: this.#keys.path(key), body: content } as const;
    return this.#write(actor, { kind: 'put', key, action }, request);
  }

  async #conditional(actor: Actor, key: string, bytes: number): Promise<void> {
    const tag = await this.#keys.head(actor, key);
    if (tag === undefined) return;
    const { body, content } = this.#keys.newBody(key, bytes);
    const path = this.#keys.path(key);
    const from = this.#keys.valueOf(tag);
    if (from === undefined) {
      const action = { kind: 'create', value: body.id } as const;
      const call = { kind: 'create', key, action, refused: { kind: 'create-refused' } } as const;
      await this.#write(actor, call, {
        method: 'PUT',
        path,
        headers: { 'if-none-match': '*' },
        body: content,
      });
      return;
    }
    const action = { kind: 'swap', from, value: body.id } as const;
    const call = { kind: 'swap', key, action, refused: { kind: 'swap-refused', from } } as const;
    await this.#write(actor, call, { method: 'PUT', path, headers: { 'if-match': tag }, body: content });
  }

  async #write(actor: Actor, call: Asked, request: WireRequest): Promise<boolean> {
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, call.kind, request);
    const endedAt = performance.now();
    const status = reply?.status ?? 0;
    if (reply?.headers['x-spx-degraded-write'] !== undefined) this.degradedWrites += 1;
    const ending = endingOf(status, call.refused !== undefined);
    if (ending === 'wrong')
      this.#keys.wrong(actor, `${call.kind} ${call.key} answered ${status} ${textOf(reply)}`);
    else
      this.#keys.record(actor, call.key, {
        action: ending === 'refused' ? (call.refused ?? call.action) : call.action,
        beganAt,
        endedAt: ending === 'unknown' ? Infinity : endedAt,
      });
    return ending === 'done';
  }

  async #multipart(actor: Actor, key: string): Promise<void> {
    const { body, content } = this.#keys.newBody(key, PART_BYTES + actor.chance.integer(24, 200_000));
    const upload = await this.#createUpload(actor, key);
    if (upload === undefined) return;
    const parts = [content.subarray(0, PART_BYTES), content.subarray(PART_BYTES)];
    for (const [index, part] of parts.entries()) {
      const query = { partNumber: String(index + 1), uploadId: upload };
      const request = { method: 'PUT', path: this.#keys.path(key), query, body: part } as const;
      const sent = await this.calls.send(actor, 'multipart', request);
      if (sent?.status !== 200) return;
    }
    await this.#complete(actor, { key, upload, body, partDigests: parts.map(md5) });
  }

  async #createUpload(actor: Actor, key: string): Promise<string | undefined> {
    const request = { method: 'POST', path: this.#keys.path(key), query: { uploads: '' } } as const;
    const created = await this.calls.send(actor, 'multipart', request);
    return /<UploadId>([^<]+)/.exec(textOf(created))?.[1];
  }

  async #complete(actor: Actor, { key, upload, body, partDigests }: Upload): Promise<void> {
    const tags = partDigests.map((digest) => digest.toString('hex'));
    this.#keys.bodies.nameTag(`"${md5(Buffer.concat(partDigests)).toString('hex')}-${tags.length}"`, body);
    const listed = tags.map(
      (tag, n) => `<Part><PartNumber>${n + 1}</PartNumber><ETag>"${tag}"</ETag></Part>`,
    );
    const document = Buffer.from(`<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`);
    const beganAt = performance.now();
    const done = await this.calls.send(actor, 'multipart', {
      method: 'POST',
      path: this.#keys.path(key),
      query: { uploadId: upload },
      body: document,
    });
    // A completion may answer 200 and fail in its body.
    const isDone = textOf(done).includes('CompleteMultipartUploadResult');
    const endedAt = isDone ? performance.now() : Infinity;
    this.#keys.record(actor, key, { action: { kind: 'write', value: body.id }, beganAt, endedAt });
  }

  /** A copy to a key of its own: what it holds then is told by the answer, or by the first read. */
  async #copy(actor: Actor, source: string, key: string): Promise<void> {
    this.#keys.expectCopy(key, source);
    const headers = { 'x-amz-copy-source': this.#keys.path(source) };
    const request = { method: 'PUT', path: this.#keys.path(key), headers } as const;
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'copy', request);
    const times = { beganAt, endedAt: performance.now() };
    const text = textOf(reply);
    if (text.includes('<CopyObjectResult')) {
      const body = this.#copiedBody(actor, source, text);
      if (body === undefined) return;
      this.#keys.record(actor, source, { action: { kind: 'read', value: body.id }, ...times });
      this.#keys.record(actor, key, { action: { kind: 'write', value: body.id }, ...times });
    } else if (!this.#sawNoSource(actor, { source, reply, ...times }))
      this.#keys.copyOfUnknown(actor, key, beganAt);
  }

  /** The body whose ETag the answer to a copy has; what may not be at the source is a violation. */
  #copiedBody(actor: Actor, source: string, text: string): Body | undefined {
    const tag = /<ETag>([^<]*)/.exec(text)?.[1]?.replaceAll('&quot;', '"') ?? '';
    const body = this.#keys.bodies.ofTag(tag);
    if (body !== undefined && this.#keys.mayBeAt(body, source)) return body;
    this.#keys.wrong(actor, `a copy of ${source} has the ETag ${tag}`);
    return undefined;
  }

  /** Whether a copy was refused because of its source; then nothing was written, and the source was read. */
  #sawNoSource(actor: Actor, { source, from, reply, beganAt, endedAt }: Refusal): boolean {
    const text = textOf(reply);
    if (reply?.status === 404 && text.includes('NoSuchKey'))
      this.#keys.record(actor, source, { action: { kind: 'read', value: undefined }, beganAt, endedAt });
    else if (reply?.status === 412 && from !== undefined)
      this.#keys.record(actor, source, { action: { kind: 'swap-refused', from }, beganAt, endedAt });
    else if (endingOf(reply?.status ?? 0, false) === 'wrong')
      this.#keys.wrong(actor, `a copy of ${source} answered ${reply?.status} ${text}`);
    else return false;
    return true;
  }

  /** What a source holds now, if it may still come to `key`: within a key a body names one write. */
  async #guestOf(actor: Actor, source: string, key: string): Promise<Guest | undefined> {
    if (source === key) return undefined;
    const tag = await this.#keys.head(actor, source);
    const body = this.#keys.bodies.ofTag(tag);
    if (tag === undefined || body === undefined || !this.#keys.invite(body, key)) return undefined;
    const headers = { 'x-amz-copy-source': this.#keys.path(source), 'x-amz-copy-source-if-match': tag };
    return { body, headers };
  }

  /** A copy of what a source held a moment ago onto a key that others write and delete meanwhile, as they do the source. */
  async #copyOnto(actor: Actor, source: string, key: string): Promise<void> {
    const guest = await this.#guestOf(actor, source, key);
    if (guest === undefined) return;
    const { body, headers } = guest;
    const request = { method: 'PUT', path: this.#keys.path(key), headers } as const;
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'copy', request);
    const endedAt = performance.now();
    const isDone = textOf(reply).includes('<CopyObjectResult');
    if (!isDone && this.#sawNoSource(actor, { source, from: body.id, reply, beganAt, endedAt })) return;
    if (isDone && this.#copiedBody(actor, source, textOf(reply)) !== body)
      this.#keys.wrong(actor, `a copy of ${source} onto ${key} is not of ${body.id}`);
    if (isDone)
      this.#keys.record(actor, source, { action: { kind: 'read', value: body.id }, beganAt, endedAt });
    const action = { kind: 'write', value: body.id } as const;
    this.#keys.record(actor, key, { action, beganAt, endedAt: isDone ? endedAt : Infinity });
  }

  /** The same through an upload whose one part is a copy: the source may be gone before it is completed. */
  async #copyPart(actor: Actor, source: string, key: string): Promise<void> {
    const guest = await this.#guestOf(actor, source, key);
    const upload = guest === undefined ? undefined : await this.#createUpload(actor, key);
    if (guest === undefined || upload === undefined) return;
    const { body, headers } = guest;
    const query = { partNumber: '1', uploadId: upload };
    const request = { method: 'PUT', path: this.#keys.path(key), query, headers } as const;
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'copy part', request);
    const endedAt = performance.now();
    const tag = /<CopyPartResult.*?<ETag>([^<]*)/s.exec(textOf(reply))?.[1]?.replaceAll('&quot;', '"');
    if (tag === undefined) {
      this.#sawNoSource(actor, { source, from: body.id, reply, beganAt, endedAt });
      return;
    }
    const digest = md5(this.#keys.bodies.content(body));
    if (tag !== `"${digest.toString('hex')}"`)
      this.#keys.wrong(actor, `a part of ${source} has the ETag ${tag}`);
    this.#keys.record(actor, source, { action: { kind: 'read', value: body.id }, beganAt, endedAt });
    await this.#complete(actor, { key, upload, body, partDigests: [digest] });
  }

  async #remove(actor: Actor, key: string): Promise<boolean> {
    const request = { method: 'DELETE', path: this.#keys.path(key) } as const;
    return this.#write(actor, { kind: 'delete', key, action: { kind: 'remove' } }, request);
  }

  async #removeIf(actor: Actor, key: string): Promise<void> {
    const tag = await this.#keys.head(actor, key);
    const from = this.#keys.valueOf(tag ?? '');
    if (tag === undefined || from === undefined) return;
    const action = { kind: 'remove-if', from } as const;
    const call = { kind: 'delete if', key, action, refused: { kind: 'swap-refused', from } } as const;
    const headers = { 'if-match': tag };
    await this.#write(actor, call, { method: 'DELETE', path: this.#keys.path(key), headers });
  }

  async #removeBatch(actor: Actor, wanted: readonly string[]): Promise<void> {
    const keys = [...new Set(wanted)];
    const listed = keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('');
    const body = Buffer.from(`<Delete>${listed}</Delete>`);
    const headers = { 'content-md5': md5(body).toString('base64') };
    const path = `/${this.#options.bucket}`;
    const beganAt = performance.now();
    const request = { method: 'POST', path, query: { delete: '' }, headers, body } as const;
    const reply = await this.calls.send(actor, 'delete batch', request);
    const endedAt = performance.now();
    const gone = [...textOf(reply).matchAll(/<Deleted>.*?<Key>([^<]*)/gs)].map(([, key]) => key);
    if (endingOf(reply?.status ?? 0, false) === 'wrong')
      this.#keys.wrong(actor, `delete batch answered ${reply?.status} ${textOf(reply)}`);
    for (const key of keys) {
      const action = { kind: 'remove' } as const;
      this.#keys.record(actor, key, { action, beganAt, endedAt: gone.includes(key) ? endedAt : Infinity });
    }
  }
}

interface Asked {
  readonly kind: Kind;
  readonly key: string;
  readonly action: RegisterAction;
  /** What a refusal proves; absent: nothing may refuse. */
  readonly refused?: RegisterAction;
}

interface Upload {
  readonly key: string;
  readonly upload: string;
  readonly body: Body;
  readonly partDigests: readonly Buffer[];
}

interface Guest {
  readonly body: Body;
  readonly headers: Readonly<Record<string, string>>;
}

interface Refusal {
  readonly source: string;
  /** What the source had to hold. */
  readonly from?: string;
  readonly reply: WireReply | undefined;
  readonly beganAt: number;
  readonly endedAt: number;
}

/** What an answer to a write proves. */
function endingOf(status: number, isConditional: boolean): 'done' | 'refused' | 'unknown' | 'wrong' {
  if (status === 200 || status === 204) return 'done';
  // 404 to If-Match: the key was empty, which refuses as 412 does. 409: two conditional writers met.
  if (isConditional && (status === 412 || status === 404)) return 'refused';
  return status === 0 || status >= 500 || status === 409 ? 'unknown' : 'wrong';
}

function bodySize(chance: SeededChance, most: number): number {
  const dice = chance.fraction();
  if (dice < 0.4) return chance.integer(24, 8_000);
  if (dice < 0.9) return chance.integer(8_000, Math.min(most, 200_000));
  return chance.integer(24, most);
}
