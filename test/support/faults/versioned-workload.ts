// Clients of a versioned bucket: they write, delete with and without a version id, read current and older versions, copy, and list
// versions; and remember exactly what they were told.
//
// Owns: the history of every key, and which version id belongs to which body. Judging the histories is `verdict`'s.
// Invariants: those of workload.ts, and
//   3. A body has one version id, whoever tells it.

import { checkVersions, markerName, type VersionEvent } from '../consistency/version-history.ts';
import type { SeededChance } from '../seeded-chance.ts';
import { Bodies, type Body } from './bodies.ts';
import { CallLog, pause, textOf, type Actor as Caller } from './call-log.ts';
import type { S3Wire, WireReply, WireRequest } from './s3-wire.ts';

const VERSIONS_PAGE = 1000;
const BODY_BYTES_MAX = 150_000;

export interface VersionedOptions {
  readonly bucket: string;
  /** One client per gateway. */
  readonly wires: readonly S3Wire[];
  readonly chance: SeededChance;
  readonly workers: number;
  readonly keys: number;
  readonly pauseMs: number;
}

interface Actor extends Caller {
  readonly chance: SeededChance;
}

interface Asked {
  readonly kind: string;
  readonly key: string;
  readonly body: Body;
  /** What the request is conditional on. */
  readonly over?: string;
}

export class VersionedWorkload {
  readonly histories = new Map<string, VersionEvent[]>();
  readonly calls: CallLog;
  /** Answers that were compared with what was written. */
  reads = 0;
  readonly #options: VersionedOptions;
  readonly #bodies = new Bodies('v');
  /** Version ids by key and name of the version. */
  readonly #ids = new Map<string, string>();
  /** Keys that were made by a copy, with what was copied. */
  readonly #copies = new Map<string, Body>();
  #copied = 0;
  #stopping = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: VersionedOptions) {
    this.#options = options;
    this.calls = new CallLog(options.wires);
    for (let n = 0; n < options.keys; n += 1) this.histories.set(`v/${String(n).padStart(3, '0')}`, []);
  }

  async createBucket(): Promise<void> {
    const path = `/${this.#options.bucket}`;
    const document = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
    const setup = { by: 'setup', gateway: 0 };
    for (const request of [
      { method: 'PUT', path },
      { method: 'PUT', path, query: { versioning: '' }, body: Buffer.from(document) },
    ] as const) {
      const reply = await this.calls.send(setup, 'create-bucket', request);
      if (reply?.status !== 200) throw new Error(`${path}: ${reply?.status} ${textOf(reply)}`);
    }
  }

  start(): void {
    this.#stopping = false;
    const workers = Array.from({ length: this.#options.workers }, (_, n) =>
      this.#work(`version worker ${n + 1}`, this.#options.chance.fork(`worker ${n}`)),
    );
    this.#running = Promise.all(workers);
  }

  /** Ends after the operations that are under way. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  /** Every version of every key through every gateway, byte for byte; last the listings, on which the judgement of lost answers stands. */
  async audit(): Promise<void> {
    const chance = this.#options.chance.fork('audit');
    for (let gateway = 0; gateway < this.#options.wires.length; gateway += 1) {
      const actor = { by: `audit of gateway ${gateway + 1}`, gateway, chance };
      for (const key of this.histories.keys()) {
        let versions: readonly string[] = [];
        const list = async (): Promise<boolean> => {
          const listed = await this.#listVersions(actor, key);
          versions = listed?.get(key) ?? [];
          return listed !== undefined;
        };
        await this.calls.definite(list, `${actor.by}: versions of ${key}`);
        for (const version of versions)
          await this.calls.definite(() => this.#get(actor, key, version), `${actor.by}: ${key} ${version}`);
        await this.calls.definite(() => this.#get(actor, key), `${actor.by}: GET ${key}`);
      }
    }
  }

  verdict(): readonly string[] {
    const wrong = [...this.calls.violations];
    for (const [key, events] of this.histories) {
      const verdict = checkVersions(events);
      if (verdict.kind === 'violation') wrong.push(`versions of ${key}: ${verdict.explanation}`);
    }
    return wrong;
  }

  get acknowledged(): number {
    const isWrite = ({ action, endedAt }: VersionEvent): boolean =>
      action.kind === 'push' && !action.version.startsWith('-') && Number.isFinite(endedAt);
    return [...this.histories.values()].reduce((sum, events) => sum + events.filter(isWrite).length, 0);
  }

  async #work(by: string, chance: SeededChance): Promise<void> {
    for (let n = 0; !this.#stopping; n += 1) {
      const gateway = chance.integer(0, this.#options.wires.length - 1);
      await this.#one({ by: `${by} via ${gateway + 1}`, gateway, chance });
      await pause(this.#options.pauseMs * 2 * chance.fraction());
    }
  }

  async #one(actor: Actor): Promise<void> {
    const { chance } = actor;
    const key = chance.pick([...this.histories.keys()]);
    const choices: readonly (readonly [weight: number, act: () => Promise<unknown>])[] = [
      [0.2, () => this.#put(actor, key)],
      [0.06, () => this.#conditional(actor, key)],
      [0.05, () => this.#copy(actor, key)],
      [0.08, () => this.#delete(actor, key)],
      [0.2, () => this.#drop(actor, key)],
      [0.14, () => this.#get(actor, key)],
      [0.1, () => this.#get(actor, key, this.#someVersion(actor, key))],
      [0.12, () => this.#listVersions(actor, key)],
      [0.05, () => this.#listVersions(actor, '')],
    ];
    let dice = chance.fraction() * choices.reduce((sum, [weight]) => sum + weight, 0);
    await choices.find(([weight]) => (dice -= weight) < 0)?.[1]();
  }

  /** A version of the key that somebody was told of, gone or not. */
  #someVersion({ chance }: Actor, key: string): string | undefined {
    const told = this.histories
      .get(key)!
      .slice(-30)
      .flatMap(({ action }) => (action.kind === 'versions' ? action.versions : []))
      .filter((version) => this.#ids.has(`${key} ${version}`));
    return told.length === 0 ? undefined : chance.pick(told);
  }

  #put(actor: Actor, key: string): Promise<void> {
    const { body, content } = this.#bodies.make(key, actor.chance.integer(24, BODY_BYTES_MAX));
    const request = { method: 'PUT', path: this.#path(key), body: content } as const;
    return this.#write(actor, { kind: 'version put', key, body }, request);
  }

  async #conditional(actor: Actor, key: string): Promise<void> {
    const before = await this.#head(actor, key);
    if (before === undefined) return;
    const { body, content } = this.#bodies.make(key, actor.chance.integer(24, BODY_BYTES_MAX));
    const headers: Record<string, string> =
      before === 'nothing' ? { 'if-none-match': '*' } : { 'if-match': this.#bodies.tagOf(before) };
    const request = { method: 'PUT', path: this.#path(key), headers, body: content } as const;
    await this.#write(actor, { kind: 'version swap', key, body, over: before }, request);
  }

  async #write(actor: Actor, { kind, key, body, over }: Asked, request: WireRequest): Promise<void> {
    const action = { kind: 'push', version: body.id, ...(over === undefined ? {} : { over }) } as const;
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, kind, request);
    const endedAt = performance.now();
    const status = reply?.status ?? 0;
    if (status === 200) {
      this.#name(actor, key, body.id, header(reply, 'x-amz-version-id'));
      this.#record(actor, key, { action, beganAt, endedAt });
    } else if (over !== undefined && (status === 412 || status === 404))
      this.#record(actor, key, { action: { kind: 'refused', over }, beganAt, endedAt });
    else if (status === 0 || status >= 500 || status === 409)
      this.#record(actor, key, { action, beganAt, endedAt: Infinity });
    else this.#wrong(actor, `${kind} ${key} answered ${status} ${textOf(reply)}`);
  }

  /** A version of one key as the first of a key of its own, so that its ETag still names one version there. */
  async #copy(actor: Actor, source: string): Promise<void> {
    const version = this.#someVersion(actor, source);
    const body = version === undefined ? undefined : this.#bodies.named(version);
    if (version === undefined || body === undefined) return;
    const key = `copy/${String((this.#copied += 1)).padStart(5, '0')}`;
    this.histories.set(key, []);
    this.#copies.set(key, body);
    const headers = { 'x-amz-copy-source': `${this.#path(source)}?versionId=${this.#idOf(source, version)}` };
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'version copy', {
      method: 'PUT',
      path: this.#path(key),
      headers,
    });
    const endedAt = performance.now();
    const isDone = textOf(reply).includes('<CopyObjectResult');
    const isMissing = reply?.status === 404 && textOf(reply).includes('NoSuchVersion');
    if (isDone) this.#name(actor, key, body.id, header(reply, 'x-amz-version-id'));
    if (isDone || isMissing)
      this.#record(actor, source, {
        action: { kind: isDone ? 'present' : 'missing', version },
        beganAt,
        endedAt,
      });
    if (!isMissing)
      this.#record(actor, key, {
        action: { kind: 'push', version: body.id },
        beganAt,
        endedAt: isDone ? endedAt : Infinity,
      });
  }

  async #delete(actor: Actor, key: string): Promise<void> {
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'version delete', { method: 'DELETE', path: this.#path(key) });
    const endedAt = performance.now();
    if (reply?.status !== 204) {
      this.#record(actor, key, { action: { kind: 'push-marker' }, beganAt, endedAt: Infinity });
      return;
    }
    const id = header(reply, 'x-amz-version-id');
    if (header(reply, 'x-amz-delete-marker') !== 'true') this.#wrong(actor, `DELETE ${key} made no marker`);
    this.#name(actor, key, markerName(id), id);
    this.#record(actor, key, { action: { kind: 'push', version: markerName(id) }, beganAt, endedAt });
  }

  async #drop(actor: Actor, key: string): Promise<void> {
    const version = this.#someVersion(actor, key);
    if (version === undefined) return;
    const query = { versionId: this.#idOf(key, version) };
    const beganAt = performance.now();
    const request = { method: 'DELETE', path: this.#path(key), query } as const;
    const reply = await this.calls.send(actor, 'version drop', request);
    const endedAt = reply?.status === 204 ? performance.now() : Infinity;
    this.#record(actor, key, { action: { kind: 'drop', version }, beganAt, endedAt });
  }

  /** The current version of a key, or 'nothing'; undefined when there was no answer. */
  async #head(actor: Actor, key: string): Promise<string | undefined> {
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'version head', { method: 'HEAD', path: this.#path(key) });
    const endedAt = performance.now();
    if (reply?.status === 404) return this.#sawNothing(actor, key, { reply, beganAt, endedAt });
    const body = reply?.status === 200 ? this.#bodies.ofTag(header(reply, 'etag')) : undefined;
    if (reply?.status !== 200) return undefined;
    if (!this.#mayBeAt(body, key)) {
      this.#wrong(actor, `HEAD ${key} answered the ETag ${header(reply, 'etag')}`);
      return undefined;
    }
    this.#name(actor, key, body.id, header(reply, 'x-amz-version-id'));
    this.#record(actor, key, { action: { kind: 'current', version: body.id }, beganAt, endedAt });
    return body.id;
  }

  /** True when the answer was definite. */
  async #get(actor: Actor, key: string, version?: string): Promise<boolean> {
    const query: Record<string, string> =
      version === undefined ? {} : { versionId: this.#idOf(key, version) };
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'version get', {
      method: 'GET',
      path: this.#path(key),
      query,
    });
    const endedAt = performance.now();
    const seen = { reply, beganAt, endedAt };
    if (reply === undefined || reply.status >= 500) return false;
    if (reply.status === 200) this.#sawBytes(actor, key, { ...seen, version });
    else if (version === undefined) this.#sawNoObject(actor, key, seen);
    else this.#sawNoVersion(actor, key, { ...seen, version });
    return true;
  }

  #sawNoObject(actor: Actor, key: string, seen: Seen): void {
    if (textOf(seen.reply).includes('NoSuchKey')) this.#sawNothing(actor, key, seen);
    else this.#wrong(actor, `GET ${key} answered ${seen.reply?.status} ${textOf(seen.reply)}`);
  }

  #sawNoVersion(actor: Actor, key: string, seen: Seen & { readonly version: string }): void {
    const { reply, version, beganAt, endedAt } = seen;
    const isMarker = version.startsWith('-') && reply?.status === 405;
    if (isMarker || textOf(reply).includes('NoSuchVersion')) {
      const kind = isMarker ? 'present' : 'missing';
      this.#record(actor, key, { action: { kind, version }, beganAt, endedAt });
    } else this.#wrong(actor, `GET ${key} ${version} answered ${reply?.status} ${textOf(reply)}`);
  }

  #sawBytes(actor: Actor, key: string, seen: Seen & { readonly version: string | undefined }): void {
    const { reply, version, beganAt, endedAt } = seen;
    const body = this.#bodies.ofContent(reply!.body);
    this.reads += 1;
    if (!this.#mayBeAt(body, key) || body.id !== (version ?? body.id)) {
      this.#wrong(
        actor,
        `GET ${key} ${version} answered the bytes of ${body?.id ?? 'nobody'} (${body?.key})`,
      );
      return;
    }
    this.#name(actor, key, body.id, header(reply, 'x-amz-version-id'));
    const kind = version === undefined ? 'current' : 'present';
    this.#record(actor, key, { action: { kind, version: body.id }, beganAt, endedAt });
  }

  /** 404 to a read without an id: a delete marker, which the answer names, or nothing. */
  #sawNothing(actor: Actor, key: string, { reply, beganAt, endedAt }: Seen): 'nothing' {
    const id = header(reply, 'x-amz-version-id');
    const isMarker = header(reply, 'x-amz-delete-marker') === 'true';
    if (isMarker) this.#name(actor, key, markerName(id), id);
    const version = isMarker ? markerName(id) : 'nothing';
    this.#record(actor, key, { action: { kind: 'current', version }, beganAt, endedAt });
    return 'nothing';
  }

  /** What one listing says of every key we know with this prefix; undefined when there was no answer. */
  async #listVersions(actor: Actor, prefix: string): Promise<Map<string, string[]> | undefined> {
    const known = [...this.histories.keys()].filter((key) => key.startsWith(prefix));
    const query = { versions: '', prefix, 'max-keys': String(VERSIONS_PAGE) };
    const beganAt = performance.now();
    const path = `/${this.#options.bucket}`;
    const reply = await this.calls.send(actor, 'list versions', { method: 'GET', path, query });
    const endedAt = performance.now();
    if (reply?.status !== 200) return undefined;
    const listed = this.#parse(actor, textOf(reply));
    const last = textOf(reply).includes('<IsTruncated>true<') ? [...listed.keys()].at(-1) : undefined;
    for (const key of new Set([...known, ...listed.keys()])) {
      if (last !== undefined && key >= last) continue;
      const action = { kind: 'versions', versions: listed.get(key) ?? [] } as const;
      this.#record(actor, key, { action, beganAt, endedAt });
    }
    return listed;
  }

  #parse(actor: Actor, text: string): Map<string, string[]> {
    const listed = new Map<string, string[]>();
    for (const [, kind, entry = ''] of text.matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs)) {
      const field = (name: string): string => new RegExp(`<${name}>([^<]*)`).exec(entry)?.[1] ?? '';
      const [key, id] = [field('Key'), field('VersionId')];
      const body = this.#bodies.ofTag(field('ETag').replaceAll('&quot;', '"'));
      const versions = listed.get(key) ?? [];
      listed.set(key, versions);
      if ((field('IsLatest') === 'true') !== (versions.length === 0))
        this.#wrong(
          actor,
          `the listing has ${key} ${id} as latest: ${field('IsLatest')}, at place ${versions.length}`,
        );
      if (kind === 'Version' && !this.#mayBeAt(body, key))
        this.#wrong(actor, `the listing has ${key} ${id} with ${field('ETag')}, which nobody wrote there`);
      const name = kind === 'Version' ? (body?.id ?? 'unknown') : markerName(id);
      this.#name(actor, key, name, id);
      versions.push(name);
    }
    return listed;
  }

  /** Remembers the id of a version, or says that it has another one. */
  #name(actor: Actor, key: string, version: string, id: string): void {
    const known = this.#ids.get(`${key} ${version}`);
    if (id === '' || (known !== undefined && known !== id))
      this.#wrong(actor, `${key} ${version} has the version ids ${known} and ${id}`);
    this.#ids.set(`${key} ${version}`, id);
  }

  #idOf(key: string, version: string): string {
    return this.#ids.get(`${key} ${version}`) ?? '';
  }

  #mayBeAt(body: Body | undefined, key: string): body is Body {
    return body !== undefined && (body.key === key || this.#copies.get(key) === body);
  }

  #wrong(actor: Actor, what: string): void {
    this.calls.violations.push(`${actor.by}: ${what}`);
  }

  #record(actor: Actor, key: string, event: Omit<VersionEvent, 'by'>): void {
    const events = this.histories.get(key);
    if (events === undefined) this.#wrong(actor, `a key that nobody wrote: ${key}`);
    else events.push({ ...event, by: actor.by });
  }

  #path(key: string): string {
    return `/${this.#options.bucket}/${key}`;
  }
}

interface Seen {
  readonly reply: WireReply | undefined;
  readonly beganAt: number;
  readonly endedAt: number;
}

function header(reply: WireReply | undefined, name: string): string {
  const value = reply?.headers[name];
  return typeof value === 'string' ? value : '';
}
