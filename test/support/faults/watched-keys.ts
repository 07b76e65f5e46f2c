// The keys of a bucket without versions under a workload: what was asked of each and what was answered, and everything that only reads.
//
// Owns: the history of every key, which bodies may be where, and the judgement. Refuses: writing; that is workload.ts.
// Invariants:
//   1. Every body is written to a key once, and every copy of it to another key once: within a key a digest names one write.
//   2. What is recorded as read was a whole answer whose bytes or ETag are those of one write.

import { checkRegister, type RegisterEvent } from '../consistency/register-history.ts';
import type { SeededChance } from '../seeded-chance.ts';
import { Bodies, type Body } from './bodies.ts';
import { CallLog, textOf, type Actor as Caller, type CallLogOptions } from './call-log.ts';

const PAGE_KEYS = 25;

/** Keys that a lifecycle rule of the bucket ends. */
export interface Expiry {
  readonly prefix: string;
  /** What a day of a rule lasts, which is how old its objects become at least. */
  readonly dayMs: number;
}

export interface Actor extends Caller {
  readonly chance: SeededChance;
}

interface Copy {
  readonly source: string;
  pending?: Omit<RegisterEvent, 'action'>;
}

export class WatchedKeys {
  readonly histories = new Map<string, RegisterEvent[]>();
  /** Reads that were compared byte for byte. */
  reads = 0;
  readonly calls: CallLog;
  readonly bodies = new Bodies();
  readonly #bucket: string;
  readonly #expiry: Expiry | undefined;
  /** Keys that are written by one copy and by nothing else, with their source. */
  readonly #copies = new Map<string, Copy>();
  /** Bodies that were copied onto keys that others write too. */
  readonly #guests = new Map<string, Set<Body>>();

  constructor(bucket: string, clients: CallLogOptions, expiry?: Expiry) {
    this.#bucket = bucket;
    this.#expiry = expiry;
    this.calls = new CallLog(clients);
  }

  path(key: string): string {
    return `/${this.#bucket}/${key}`;
  }

  wrong(actor: Caller, what: string): void {
    this.calls.violations.push(`${actor.by}: ${what}`);
  }

  /** Everything that is wrong with what was answered. */
  verdict(): readonly string[] {
    const wrong = [...this.calls.violations];
    for (const [key, events] of this.histories) {
      const expiry = this.#expiry;
      const lifetimeMs = expiry !== undefined && key.startsWith(expiry.prefix) ? expiry.dayMs : undefined;
      const verdict = checkRegister(events, lifetimeMs);
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

  /** A key that is about to be written: from now on a listing that lacks it says something. */
  expect(key: string): void {
    if (!this.histories.has(key)) this.histories.set(key, []);
  }

  newBody(key: string, bytes: number): { readonly body: Body; readonly content: Buffer } {
    this.expect(key);
    return this.bodies.make(key, bytes);
  }

  record(actor: Caller, key: string, event: Omit<RegisterEvent, 'by'>): void {
    this.#resolveCopy(key, event);
    this.expect(key);
    this.histories.get(key)?.push({ ...event, by: actor.by });
  }

  /** `key` is about to be written, once, with whatever `source` holds. */
  expectCopy(key: string, source: string): void {
    this.expect(key);
    this.#copies.set(key, { source });
  }

  /** A copy to such a key whose answer was lost: what it wrote is told by the first read. */
  copyOfUnknown(actor: Caller, key: string, beganAt: number): void {
    const copy = this.#copies.get(key);
    if (copy === undefined) throw new Error(`${key} is no copy`);
    copy.pending = { by: actor.by, beganAt, endedAt: Infinity };
    for (const event of [...(this.histories.get(key) ?? [])]) this.#resolveCopy(key, event);
  }

  /** A copy without an answer wrote what is read at its destination first. */
  #resolveCopy(key: string, { action }: Pick<RegisterEvent, 'action'>): void {
    const copy = this.#copies.get(key);
    if (copy?.pending === undefined || action.kind !== 'read' || action.value === undefined) return;
    this.histories.get(key)?.push({ ...copy.pending, action: { kind: 'write', value: action.value } });
    delete copy.pending;
  }

  /** Lets a body be at a key of others; false when it has been there before. */
  invite(body: Body, key: string): boolean {
    if (this.mayBeAt(body, key)) return false;
    const guests = this.#guests.get(key) ?? new Set();
    this.#guests.set(key, guests.add(body));
    this.expect(key);
    return true;
  }

  /** Whether a body may be at this key: it was written there, or copied from where it may be. */
  mayBeAt(body: Body, key: string): boolean {
    const source = this.#copies.get(key)?.source;
    if (body.key === key || this.#guests.get(key)?.has(body) === true) return true;
    return source !== undefined && this.mayBeAt(body, source);
  }

  valueOf(tag: string): string | undefined {
    return this.bodies.ofTag(tag)?.id;
  }

  /** True when the answer was definite. */
  async get(actor: Actor, key: string): Promise<boolean> {
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'get', { method: 'GET', path: this.path(key) });
    const endedAt = performance.now();
    if (reply?.status === 404) {
      if (reply.body.includes('NoSuchKey'))
        this.record(actor, key, { action: { kind: 'read', value: undefined }, beganAt, endedAt });
      else this.wrong(actor, `GET ${key} answered 404 ${textOf(reply)}`);
      return true;
    }
    if (reply?.status !== 200) return false;
    const body = this.bodies.ofContent(reply.body);
    this.reads += 1;
    if (body === undefined || !this.mayBeAt(body, key)) {
      const what = body === undefined ? 'bytes that nobody wrote' : `the bytes of ${body.key}`;
      this.wrong(actor, `GET ${key} answered ${what} (${reply.body.length} bytes, ${reply.headers.etag})`);
      return true;
    }
    if (this.bodies.ofTag(reply.headers.etag) !== body)
      this.wrong(actor, `GET ${key} answered bytes of one write with the ETag of another`);
    this.record(actor, key, { action: { kind: 'read', value: body.id }, beganAt, endedAt });
    return true;
  }

  async range(actor: Actor, key: string): Promise<void> {
    const from = actor.chance.integer(0, 60_000);
    const to = from + actor.chance.integer(0, 200_000);
    const beganAt = performance.now();
    const headers = { range: `bytes=${from}-${to}` };
    const reply = await this.calls.send(actor, 'range', { method: 'GET', path: this.path(key), headers });
    if (reply?.status !== 206) return;
    const body = this.bodies.ofTag(reply.headers.etag);
    const wanted = body === undefined ? undefined : this.bodies.content(body).subarray(from, to + 1);
    this.reads += 1;
    if (body === undefined || !this.mayBeAt(body, key) || wanted?.equals(reply.body) !== true)
      this.wrong(actor, `range ${from}-${to} of ${key} (${reply.headers.etag}) is not what was written`);
    else {
      const action = { kind: 'read', value: body.id } as const;
      this.record(actor, key, { action, beganAt, endedAt: performance.now() });
    }
  }

  /** The ETag of the object; 'nothing' when there is none, undefined when there is no answer. */
  async head(actor: Actor, key: string): Promise<string | undefined> {
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'head', { method: 'HEAD', path: this.path(key) });
    const endedAt = performance.now();
    if (reply?.status === 404) {
      this.record(actor, key, { action: { kind: 'read', value: undefined }, beganAt, endedAt });
      return 'nothing';
    }
    if (reply?.status !== 200) return undefined;
    const tag = reply.headers.etag ?? '';
    const body = this.bodies.ofTag(tag);
    if (body === undefined || !this.mayBeAt(body, key)) {
      this.wrong(actor, `HEAD ${key} answered the ETag ${tag} of ${body?.key ?? 'nobody'}`);
      return undefined;
    }
    this.record(actor, key, { action: { kind: 'read', value: body.id }, beganAt, endedAt });
    return tag;
  }

  async listAll(actor: Actor): Promise<boolean> {
    let after: string | undefined = '';
    while (after !== undefined) {
      const page = await this.listPage(actor, '', after);
      if (page === undefined) return false;
      after = page.next;
    }
    return true;
  }

  /** One page, and what it says of every key we know in its range; undefined when there was no answer. */
  async listPage(actor: Actor, prefix: string, startAfter: string): Promise<Page | undefined> {
    const known = new Set(this.histories.keys());
    const query = { 'list-type': '2', 'max-keys': String(PAGE_KEYS), prefix, 'start-after': startAfter };
    const beganAt = performance.now();
    const reply = await this.calls.send(actor, 'list', { method: 'GET', path: `/${this.#bucket}`, query });
    const endedAt = performance.now();
    if (reply?.status !== 200) return undefined;
    const { listed, isTruncated } = parsePage(reply.body.toString());
    const last = isTruncated ? ([...listed.keys()].at(-1) ?? '') : undefined;
    for (const [key, tag] of listed) {
      const value = this.valueOf(tag);
      if (value === undefined || !this.histories.has(key))
        this.wrong(actor, `the listing has ${key} with ${tag}, which nobody wrote`);
      else this.record(actor, key, { action: { kind: 'read', value }, beganAt, endedAt });
    }
    const inRange = (key: string): boolean =>
      key.startsWith(prefix) && key > startAfter && (last === undefined || key <= last);
    for (const key of known) {
      if (inRange(key) && !listed.has(key))
        this.record(actor, key, { action: { kind: 'read', value: undefined }, beganAt, endedAt });
    }
    return { next: last, keys: [...listed.keys()] };
  }
}

interface Page {
  /** Where the next page begins; undefined: this was the last. */
  readonly next: string | undefined;
  readonly keys: readonly string[];
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
