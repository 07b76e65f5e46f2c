// Clients of a versioned bucket: they write, delete with and without a version id, copy, lock versions, read current and older ones, and
// list them.
//
// Owns: what they do, and what an answer to a write proves. What was answered is kept and judged by watched-versions.ts.
// Invariant: that of workload.ts.

import { markerName, isNullVersion, NULL_BODY, NULL_MARKER } from '../consistency/version-history.ts';
import type { SeededChance } from '../seeded-chance.ts';
import { md5, type Body } from './bodies.ts';
import { pause, textOf, type CallLog, type CallLogOptions } from './call-log.ts';
import type { WireReply, WireRequest } from './s3-wire.ts';
import { header, PROBE_KEY, WatchedVersions, type Actor } from './watched-versions.ts';

const BODY_BYTES_MAX = 150_000;
const VISIBLE_WITHIN_MS = 30_000;
/** How long locked versions are kept: longer than any run. */
const RETENTION_MS = 86_400_000;

/**
 * What kind of bucket it is. `locked`: made with object lock, and some versions are. `suspended`: every key has versions of earlier,
 * and what is written takes the place of the version named null.
 */
export type Versioning = 'enabled' | 'locked' | 'suspended';

export interface VersionedOptions extends CallLogOptions {
  readonly bucket: string;
  readonly versioning: Versioning;
  readonly chance: SeededChance;
  readonly workers: number;
  readonly keys: number;
  readonly pauseMs: number;
}

interface Asked {
  readonly kind: string;
  readonly key: string;
  readonly body: Body;
  /** What the request is conditional on. */
  readonly over?: string;
  readonly isLocked?: boolean;
}

type Choice = readonly [weight: number, act: () => Promise<unknown>];

export class VersionedWorkload {
  readonly #options: VersionedOptions;
  readonly #keys: WatchedVersions;
  /** How the bodies to come are named. */
  #bodyNames: string | undefined;
  #stopping = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: VersionedOptions) {
    this.#options = options;
    this.#keys = new WatchedVersions(options.bucket, options, 'v');
    for (let n = 0; n < options.keys; n += 1) this.#keys.histories.set(`v/${String(n).padStart(3, '0')}`, []);
  }

  get calls(): CallLog {
    return this.#keys.calls;
  }

  /** Answers that were compared with what was written. */
  get reads(): number {
    return this.#keys.reads;
  }

  get keys(): number {
    return this.#keys.histories.size;
  }

  get acknowledged(): number {
    return this.#keys.acknowledged;
  }

  verdict(): readonly string[] {
    return this.#keys.verdict();
  }

  async createBucket(): Promise<void> {
    const { bucket, versioning } = this.#options;
    const headers: Record<string, string> =
      versioning === 'locked' ? { 'x-amz-bucket-object-lock-enabled': 'true' } : {};
    await this.#setUp({ method: 'PUT', path: `/${bucket}`, headers });
    if (versioning === 'locked') return;
    await this.#setVersioning('Enabled');
    if (versioning === 'suspended') await this.#suspend();
  }

  async #setUp(request: WireRequest): Promise<void> {
    const reply = await this.calls.send({ by: 'setup', gateway: 0 }, 'set up', request);
    if (reply?.status !== 200) throw new Error(`${request.path}: ${reply?.status} ${textOf(reply)}`);
  }

  async #setVersioning(status: 'Enabled' | 'Suspended'): Promise<void> {
    const document = `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`;
    const path = `/${this.#options.bucket}`;
    await this.#setUp({ method: 'PUT', path, query: { versioning: '' }, body: Buffer.from(document) });
    for (let gateway = 0; gateway < this.#options.wires.length; gateway += 1)
      await this.#untilKnown(gateway, status === 'Suspended');
  }

  /** Until a gateway writes as the bucket says: what it does before is nobody's promise. */
  async #untilKnown(gateway: number, isSuspended: boolean): Promise<void> {
    const endsAt = performance.now() + VISIBLE_WITHIN_MS;
    const request = { method: 'PUT', path: `/${this.#options.bucket}/${PROBE_KEY}` } as const;
    for (;;) {
      const reply = await this.calls.send({ by: 'setup', gateway }, 'set up', request);
      const hasId = !['', 'null'].includes(header(reply, 'x-amz-version-id'));
      if (reply?.status === 200 && hasId !== isSuspended) return;
      if (performance.now() > endsAt) throw new Error(`gateway ${gateway + 1} overlooks the versioning`);
      await pause(100);
    }
  }

  /** Versions and a delete marker below, then a bucket that makes no more of them. */
  async #suspend(): Promise<void> {
    const actor = { by: 'setup', gateway: 0, chance: this.#options.chance.fork('suspension') };
    for (const [n, key] of [...this.#keys.histories.keys()].entries()) {
      await this.#put(actor, key);
      if (n % 2 === 1) await this.#delete(actor, key);
      await this.#put(actor, key);
    }
    await this.#setVersioning('Suspended');
    this.#bodyNames = NULL_BODY;
  }

  start(): void {
    this.#stopping = false;
    const workers = Array.from({ length: this.#options.workers }, (_, n) =>
      this.#work(`${this.#options.versioning} worker ${n + 1}`, this.#options.chance.fork(`worker ${n}`)),
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
      for (const key of this.#keys.histories.keys()) {
        let versions: readonly string[] = [];
        const list = async (): Promise<boolean> => {
          const listed = await this.#keys.listVersions(actor, key);
          versions = listed?.get(key) ?? [];
          return listed !== undefined;
        };
        await this.calls.definite(list, `${actor.by}: versions of ${key}`);
        for (const version of versions) {
          const get = (): Promise<boolean> => this.#keys.get(actor, key, version);
          await this.calls.definite(get, `${actor.by}: ${key} ${version}`);
        }
        await this.calls.definite(() => this.#keys.get(actor, key), `${actor.by}: GET ${key}`);
      }
    }
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
    const key = chance.pick([...this.#keys.histories.keys()]);
    const choices: readonly Choice[] = [
      [0.2, () => this.#put(actor, key)],
      [0.08, () => this.#delete(actor, key)],
      [0.14, () => this.#drop(actor, key)],
      [0.05, () => this.#dropBatch(actor, [key, chance.pick([...this.#keys.histories.keys()])])],
      [0.14, () => this.#keys.get(actor, key)],
      [0.1, () => this.#keys.get(actor, key, this.#keys.someVersion(actor, key))],
      [0.12, () => this.#keys.listVersions(actor, key)],
      [0.05, () => this.#keys.listVersions(actor, '')],
      ...this.#more(actor, key),
    ];
    let dice = chance.fraction() * choices.reduce((sum, [weight]) => sum + weight, 0);
    await choices.find(([weight]) => (dice -= weight) < 0)?.[1]();
  }

  /** A null version of unknown outcome leaves no name behind, so that conditions and copies would prove nothing there. */
  #more(actor: Actor, key: string): readonly Choice[] {
    const { versioning } = this.#options;
    const locks: readonly Choice[] = [
      [0.06, () => this.#lock(actor, key)],
      [0.06, () => this.#drop(actor, key)],
    ];
    const named: readonly Choice[] = [
      [0.06, () => this.#conditional(actor, key)],
      [0.03, () => this.#deleteIf(actor, key)],
      [0.05, () => this.#copy(actor, key)],
    ];
    return versioning === 'suspended' ? [] : [...named, ...(versioning === 'locked' ? locks : [])];
  }

  #newBody(actor: Actor, key: string): { readonly body: Body; readonly content: Buffer } {
    return this.#keys.bodies.make(key, actor.chance.integer(24, BODY_BYTES_MAX), this.#bodyNames);
  }

  #put(actor: Actor, key: string): Promise<void> {
    const { body, content } = this.#newBody(actor, key);
    const isLocked = this.#options.versioning === 'locked' && actor.chance.chance(0.2);
    const lock = isLocked ? lockHeaders(actor) : {};
    const headers = { ...lock, 'content-md5': md5(content).toString('base64') };
    const request = { method: 'PUT', path: this.#keys.path(key), headers, body: content } as const;
    return this.#write(actor, { kind: 'version put', key, body, isLocked }, request);
  }

  async #conditional(actor: Actor, key: string): Promise<void> {
    const before = await this.#keys.head(actor, key);
    if (before === undefined) return;
    const { body, content } = this.#newBody(actor, key);
    const headers: Record<string, string> =
      before === 'nothing' ? { 'if-none-match': '*' } : { 'if-match': this.#keys.bodies.tagOf(before) };
    const request = { method: 'PUT', path: this.#keys.path(key), headers, body: content } as const;
    await this.#write(actor, { kind: 'version swap', key, body, over: before }, request);
  }

  async #write(actor: Actor, asked: Asked, request: WireRequest): Promise<void> {
    const { kind, key, body, over, isLocked = false } = asked;
    const condition = over === undefined ? {} : { over };
    const action = { kind: 'push', version: body.id, isLocked, ...condition } as const;
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, kind, request);
    const endedAt = performance.now();
    const status = reply?.status ?? 0;
    if (status === 200) {
      this.#keys.name(actor, key, body.id, header(reply, 'x-amz-version-id'));
      this.#keys.record(actor, key, { action, beganAt, endedAt });
    } else if (over !== undefined && (status === 412 || status === 404))
      this.#keys.record(actor, key, { action: { kind: 'refused', over }, beganAt, endedAt });
    else if (isUnknown(status)) this.#keys.record(actor, key, { action, beganAt, endedAt: Infinity });
    else this.#keys.wrong(actor, `${kind} ${key} answered ${status} ${textOf(reply)}`);
  }

  /** A version of one key as the first of a key of its own, so that its ETag still names one version there. */
  async #copy(actor: Actor, source: string): Promise<void> {
    const version = this.#keys.someVersion(actor, source);
    const body = version === undefined ? undefined : this.#keys.bodies.named(version);
    if (version === undefined || body === undefined) return;
    const key = this.#keys.copyKey(body);
    const id = this.#keys.idOf(source, version);
    const headers = { 'x-amz-copy-source': `${this.#keys.path(source)}?versionId=${id}` };
    const request = { method: 'PUT', path: this.#keys.path(key), headers } as const;
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'version copy', request);
    const endedAt = performance.now();
    const isDone = textOf(reply).includes('<CopyObjectResult');
    const isMissing = reply?.status === 404 && textOf(reply).includes('NoSuchVersion');
    if (isDone) this.#keys.name(actor, key, body.id, header(reply, 'x-amz-version-id'));
    if (isDone || isMissing) {
      const action = { kind: isDone ? 'present' : 'missing', version } as const;
      this.#keys.record(actor, source, { action, beganAt, endedAt });
    }
    if (isMissing) return;
    const action = { kind: 'push', version: body.id } as const;
    this.#keys.record(actor, key, { action, beganAt, endedAt: isDone ? endedAt : Infinity });
  }

  async #deleteIf(actor: Actor, key: string): Promise<void> {
    const before = await this.#keys.head(actor, key);
    if (before !== undefined && before !== 'nothing') await this.#delete(actor, key, before);
  }

  /** A deletion without a version id, of what is current or of what was read. */
  async #delete(actor: Actor, key: string, over?: string): Promise<void> {
    const headers: Record<string, string> =
      over === undefined ? {} : { 'if-match': this.#keys.bodies.tagOf(over) };
    const request = { method: 'DELETE', path: this.#keys.path(key), headers } as const;
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'version delete', request);
    const endedAt = performance.now();
    if (over !== undefined && reply?.status === 412) {
      this.#keys.record(actor, key, { action: { kind: 'refused', over }, beganAt, endedAt });
      return;
    }
    if (reply?.status !== 204) {
      this.#deleteOfUnknown(actor, key, { reply, beganAt });
      return;
    }
    const id = header(reply, 'x-amz-version-id');
    if (header(reply, 'x-amz-delete-marker') !== 'true')
      this.#keys.wrong(actor, `DELETE ${key} made no marker`);
    this.#keys.name(actor, key, markerName(id), id);
    const condition = over === undefined ? {} : { over };
    const action = { kind: 'push', version: markerName(id), ...condition } as const;
    this.#keys.record(actor, key, { action, beganAt, endedAt });
  }

  #deleteOfUnknown(actor: Actor, key: string, { reply, beganAt }: Lost): void {
    if (!isUnknown(reply?.status ?? 0))
      this.#keys.wrong(actor, `DELETE ${key} answered ${reply?.status} ${textOf(reply)}`);
    const isNull = this.#bodyNames === NULL_BODY;
    const action = isNull
      ? ({ kind: 'push', version: NULL_MARKER } as const)
      : ({ kind: 'push-marker' } as const);
    this.#keys.record(actor, key, { action, beganAt, endedAt: Infinity });
  }

  async #drop(actor: Actor, key: string): Promise<void> {
    const version = this.#keys.someVersion(actor, key);
    if (version === undefined) return;
    const query = { versionId: this.#keys.idOf(key, version) };
    const beganAt = performance.now();
    const request = { method: 'DELETE', path: this.#keys.path(key), query } as const;
    const reply = await this.calls.send(actor, 'version drop', request);
    const endedAt = performance.now();
    const status = reply?.status ?? 0;
    const ending = status === 204 ? 'gone' : status === 403 ? 'locked' : 'unknown';
    if (ending === 'unknown' && !isUnknown(status))
      this.#keys.wrong(actor, `DELETE ${key} ${version} answered ${status} ${textOf(reply)}`);
    this.#dropped(actor, { key, version, ending, beganAt, endedAt });
  }

  async #dropBatch(actor: Actor, keys: readonly string[]): Promise<void> {
    const chosen = [...new Set(keys)].map((key) => ({ key, version: this.#keys.someVersion(actor, key) }));
    const wanted = chosen.flatMap(({ key, version }) => (version === undefined ? [] : [{ key, version }]));
    if (wanted.length === 0) return;
    const listed = wanted.map(({ key, version }) => {
      const id = this.#keys.idOf(key, version);
      return `<Object><Key>${key}</Key><VersionId>${id}</VersionId></Object>`;
    });
    const body = Buffer.from(`<Delete>${listed.join('')}</Delete>`);
    const headers = { 'content-md5': md5(body).toString('base64') };
    const path = `/${this.#options.bucket}`;
    const beganAt = performance.now();
    const request = { method: 'POST', path, query: { delete: '' }, headers, body } as const;
    const reply = await this.calls.send(actor, 'version drop batch', request);
    const endedAt = performance.now();
    if (reply?.status !== 200 && !isUnknown(reply?.status ?? 0))
      this.#keys.wrong(actor, `DeleteObjects answered ${reply?.status} ${textOf(reply)}`);
    const endings = endingsOf(textOf(reply));
    for (const { key, version } of wanted) {
      const ending = endings.get(`${key} ${this.#keys.idOf(key, version)}`) ?? 'unknown';
      this.#dropped(actor, { key, version, ending, beganAt, endedAt });
    }
  }

  #dropped(actor: Actor, { key, version, ending, beganAt, endedAt }: Dropped): void {
    if (ending === 'locked') {
      this.#keys.record(actor, key, { action: { kind: 'drop-refused', version }, beganAt, endedAt });
      return;
    }
    const action = isNullVersion(version)
      ? ({ kind: 'drop-null' } as const)
      : ({ kind: 'drop', version } as const);
    this.#keys.record(actor, key, { action, beganAt, endedAt: ending === 'gone' ? endedAt : Infinity });
  }

  /** A legal hold or a retention period on a version that is there already. */
  async #lock(actor: Actor, key: string): Promise<void> {
    const version = this.#keys.someVersion(actor, key);
    if (version === undefined || version.startsWith('-')) return;
    const isHold = actor.chance.chance(0.5);
    const request = this.#lockRequest(key, version, isHold);
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'version lock', request);
    const endedAt = performance.now();
    const status = reply?.status ?? 0;
    if (status === 404 && textOf(reply).includes('NoSuchVersion'))
      this.#keys.record(actor, key, { action: { kind: 'missing', version }, beganAt, endedAt });
    else if (status === 200 || isUnknown(status)) {
      const end = status === 200 ? endedAt : Infinity;
      this.#keys.record(actor, key, { action: { kind: 'lock', version }, beganAt, endedAt: end });
    } else if (isHold || !isLongerRetention(reply))
      this.#keys.wrong(actor, `lock of ${key} ${version} answered ${status} ${textOf(reply)}`);
  }

  #lockRequest(key: string, version: string, isHold: boolean): WireRequest {
    const body = Buffer.from(
      isHold
        ? '<LegalHold><Status>ON</Status></LegalHold>'
        : `<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>${retainUntil()}</RetainUntilDate></Retention>`,
    );
    const headers = { 'content-md5': md5(body).toString('base64') };
    const query = { [isHold ? 'legal-hold' : 'retention']: '', versionId: this.#keys.idOf(key, version) };
    return { method: 'PUT', path: this.#keys.path(key), query, headers, body };
  }
}

interface Lost {
  readonly reply: WireReply | undefined;
  readonly beganAt: number;
}

type DropEnding = 'gone' | 'locked' | 'unknown';

interface Dropped {
  readonly key: string;
  readonly version: string;
  readonly ending: DropEnding;
  readonly beganAt: number;
  readonly endedAt: number;
}

/** 409: the request met another one. */
function isUnknown(status: number): boolean {
  return status === 0 || status >= 500 || status === 409;
}

/** A retention period is never made shorter, and the one that is there may end a moment later than ours. */
function isLongerRetention(reply: WireReply | undefined): boolean {
  return reply?.status === 403;
}

function retainUntil(): string {
  return new Date(Date.now() + RETENTION_MS).toISOString();
}

function lockHeaders({ chance }: Actor): Record<string, string> {
  if (chance.chance(0.5)) return { 'x-amz-object-lock-legal-hold': 'ON' };
  return { 'x-amz-object-lock-mode': 'COMPLIANCE', 'x-amz-object-lock-retain-until-date': retainUntil() };
}

/** What DeleteObjects says of each key and version id. */
function endingsOf(text: string): Map<string, DropEnding> {
  const endings = new Map<string, DropEnding>();
  for (const [, kind, entry = ''] of text.matchAll(/<(Deleted|Error)>(.*?)<\/\1>/gs)) {
    const field = (name: string): string => new RegExp(`<${name}>([^<]*)`).exec(entry)?.[1] ?? '';
    const isLocked = kind === 'Error' && field('Code') === 'AccessDenied';
    const ending = kind === 'Deleted' ? 'gone' : isLocked ? 'locked' : 'unknown';
    endings.set(`${field('Key')} ${field('VersionId')}`, ending);
  }
  return endings;
}
