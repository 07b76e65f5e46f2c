// The keys of a versioned bucket under a workload: what was asked of each and what was answered, and everything that only reads.
//
// Owns: the history of every key, which version id belongs to which body, and the judgement. Refuses: writing; that is
// versioned-workload.ts.
// Invariant: a body has one version id, whoever tells it. Those that were written where versioning is suspended all have the id null.

import {
  checkVersions,
  isNullVersion,
  markerName,
  NULL_MARKER,
  type VersionEvent,
} from '../consistency/version-history.ts';
import type { SeededChance } from '../seeded-chance.ts';
import { Bodies, type Body } from './bodies.ts';
import { CallLog, textOf, type Actor as Caller, type CallLogOptions } from './call-log.ts';
import type { WireReply } from './s3-wire.ts';

const VERSIONS_PAGE = 1000;
const NULL_ID = 'null';
/** A key of the bucket that nobody judges. */
export const PROBE_KEY = 'probe';

export interface Actor extends Caller {
  readonly chance: SeededChance;
}

interface Seen {
  readonly reply: WireReply | undefined;
  readonly beganAt: number;
  readonly endedAt: number;
}

export class WatchedVersions {
  readonly histories = new Map<string, VersionEvent[]>();
  readonly calls: CallLog;
  /** Answers that were compared with what was written. */
  reads = 0;
  readonly bodies: Bodies;
  readonly #bucket: string;
  /** Version ids by key and name of the version. */
  readonly #ids = new Map<string, string>();
  /** Keys that were made by a copy, with what was copied. */
  readonly #copies = new Map<string, Body>();

  /** `named` keeps the bodies of two workloads apart. */
  constructor(bucket: string, clients: CallLogOptions, named: string) {
    this.#bucket = bucket;
    this.bodies = new Bodies(named);
    this.calls = new CallLog(clients);
  }

  path(key: string): string {
    return `/${this.#bucket}/${key}`;
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

  /** A key of its own for a copy of a version. */
  copyKey(body: Body): string {
    const key = `copy/${String(this.#copies.size + 1).padStart(5, '0')}`;
    this.histories.set(key, []);
    this.#copies.set(key, body);
    return key;
  }

  /** A version of the key that somebody was told of, gone or not. */
  someVersion({ chance }: Actor, key: string): string | undefined {
    const told = (this.histories.get(key) ?? [])
      .slice(-30)
      .flatMap(({ action }) => (action.kind === 'versions' ? action.versions : []))
      .filter((version) => this.#ids.has(`${key} ${version}`));
    return told.length === 0 ? undefined : chance.pick(told);
  }

  /** The current version of a key, or 'nothing'; undefined when there was no answer. */
  async head(actor: Actor, key: string): Promise<string | undefined> {
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'version head', { method: 'HEAD', path: this.path(key) });
    const endedAt = performance.now();
    if (reply?.status === 404) return this.#sawNothing(actor, key, { reply, beganAt, endedAt });
    const body = reply?.status === 200 ? this.bodies.ofTag(header(reply, 'etag')) : undefined;
    if (reply?.status !== 200) return undefined;
    if (!this.mayBeAt(body, key)) {
      this.wrong(actor, `HEAD ${key} answered the ETag ${header(reply, 'etag')}`);
      return undefined;
    }
    this.name(actor, key, body.id, header(reply, 'x-amz-version-id'));
    this.record(actor, key, { action: { kind: 'current', version: body.id }, beganAt, endedAt });
    return body.id;
  }

  /** True when the answer was definite. */
  async get(actor: Actor, key: string, version?: string): Promise<boolean> {
    const query: Record<string, string> = version === undefined ? {} : { versionId: this.idOf(key, version) };
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'version get', {
      method: 'GET',
      path: this.path(key),
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
    else this.wrong(actor, `GET ${key} answered ${seen.reply?.status} ${textOf(seen.reply)}`);
  }

  #sawNoVersion(actor: Actor, key: string, seen: Seen & { readonly version: string }): void {
    const { reply, version, beganAt, endedAt } = seen;
    const isNull = isNullVersion(version);
    // The version named null may be a marker by now.
    const isMarker = (isNull || version.startsWith('-')) && reply?.status === 405;
    if (isMarker) {
      const marker = isNull ? NULL_MARKER : version;
      this.record(actor, key, { action: { kind: 'present', version: marker }, beganAt, endedAt });
    } else if (textOf(reply).includes('NoSuchVersion')) {
      const action = isNull ? ({ kind: 'no-null' } as const) : ({ kind: 'missing', version } as const);
      this.record(actor, key, { action, beganAt, endedAt });
    } else this.wrong(actor, `GET ${key} ${version} answered ${reply?.status} ${textOf(reply)}`);
  }

  #sawBytes(actor: Actor, key: string, seen: Seen & { readonly version: string | undefined }): void {
    const { reply, version, beganAt, endedAt } = seen;
    const body = this.bodies.ofContent(reply!.body);
    this.reads += 1;
    if (!this.mayBeAt(body, key) || !isAsked(body, version)) {
      this.wrong(actor, `GET ${key} ${version} answered the bytes of ${body?.id ?? 'nobody'} (${body?.key})`);
      return;
    }
    this.name(actor, key, body.id, header(reply, 'x-amz-version-id'));
    const kind = version === undefined ? 'current' : 'present';
    this.record(actor, key, { action: { kind, version: body.id }, beganAt, endedAt });
  }

  /** 404 to a read without an id: a delete marker, which the answer names, or nothing. */
  #sawNothing(actor: Actor, key: string, { reply, beganAt, endedAt }: Seen): 'nothing' {
    const id = header(reply, 'x-amz-version-id');
    const isMarker = header(reply, 'x-amz-delete-marker') === 'true';
    if (isMarker) this.name(actor, key, markerName(id), id);
    const version = isMarker ? markerName(id) : 'nothing';
    this.record(actor, key, { action: { kind: 'current', version }, beganAt, endedAt });
    return 'nothing';
  }

  /** What one listing says of every key we know with this prefix; undefined when there was no answer. */
  async listVersions(actor: Actor, prefix: string): Promise<Map<string, string[]> | undefined> {
    const known = [...this.histories.keys()].filter((key) => key.startsWith(prefix));
    const query = { versions: '', prefix, 'max-keys': String(VERSIONS_PAGE) };
    const beganAt = performance.now();
    const path = `/${this.#bucket}`;
    const reply = await this.calls.send(actor, 'list versions', { method: 'GET', path, query });
    const endedAt = performance.now();
    if (reply?.status !== 200) return undefined;
    const listed = this.#parse(actor, textOf(reply));
    const last = textOf(reply).includes('<IsTruncated>true<') ? [...listed.keys()].at(-1) : undefined;
    for (const key of new Set([...known, ...listed.keys()])) {
      if (last !== undefined && key >= last) continue;
      const action = { kind: 'versions', versions: listed.get(key) ?? [] } as const;
      this.record(actor, key, { action, beganAt, endedAt });
    }
    return listed;
  }

  #parse(actor: Actor, text: string): Map<string, string[]> {
    const listed = new Map<string, string[]>();
    for (const [, kind, entry = ''] of text.matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs)) {
      const field = (name: string): string => new RegExp(`<${name}>([^<]*)`).exec(entry)?.[1] ?? '';
      const [key, id] = [field('Key'), field('VersionId')];
      if (key === PROBE_KEY) continue;
      const body = this.bodies.ofTag(field('ETag').replaceAll('&quot;', '"'));
      const versions = listed.get(key) ?? [];
      listed.set(key, versions);
      if ((field('IsLatest') === 'true') !== (versions.length === 0))
        this.wrong(
          actor,
          `the listing has ${key} ${id} as latest: ${field('IsLatest')}, at place ${versions.length}`,
        );
      if (kind === 'Version' && !this.mayBeAt(body, key))
        this.wrong(actor, `the listing has ${key} ${id} with ${field('ETag')}, which nobody wrote there`);
      const name = kind === 'Version' ? (body?.id ?? 'unknown') : markerName(id);
      this.name(actor, key, name, id);
      versions.push(name);
    }
    return listed;
  }

  /** Remembers the id of a version, or says that it has another one. A version named null needs not be named. */
  name(actor: Actor, key: string, version: string, told: string): void {
    const id = told === '' && isNullVersion(version) ? NULL_ID : told;
    const known = this.#ids.get(`${key} ${version}`) ?? id;
    if (id === '' || known !== id || isNullVersion(version) !== (id === NULL_ID))
      this.wrong(actor, `${key} ${version} has the version ids ${known} and ${id}`);
    this.#ids.set(`${key} ${version}`, id);
  }

  idOf(key: string, version: string): string {
    return this.#ids.get(`${key} ${version}`) ?? '';
  }

  mayBeAt(body: Body | undefined, key: string): body is Body {
    return body !== undefined && (body.key === key || this.#copies.get(key) === body);
  }

  wrong(actor: Actor, what: string): void {
    this.calls.violations.push(`${actor.by}: ${what}`);
  }

  record(actor: Actor, key: string, event: Omit<VersionEvent, 'by'>): void {
    const events = this.histories.get(key);
    if (events === undefined) this.wrong(actor, `a key that nobody wrote: ${key}`);
    else events.push({ ...event, by: actor.by });
  }
}

/** Whether a read of this version may answer with this body: that of the version named null may be any null version's. */
function isAsked(body: Body, version: string | undefined): boolean {
  if (version === undefined || body.id === version) return true;
  return isNullVersion(version) && isNullVersion(body.id);
}

export function header(reply: WireReply | undefined, name: string): string {
  const value = reply?.headers[name];
  return typeof value === 'string' ? value : '';
}
