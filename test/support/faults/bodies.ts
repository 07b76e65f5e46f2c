// The bodies that a workload writes: each of its own, known again by its digest and by its ETag.
//
// Invariant: a body is made once, so that a digest names one write (or a copy of it).

import { createCipheriv, createHash } from 'node:crypto';

export interface Body {
  readonly id: string;
  readonly bytes: number;
  /** The key it was written to first. */
  readonly key: string;
}

export class Bodies {
  readonly #byId = new Map<string, Body>();
  readonly #byDigest = new Map<string, Body>();
  readonly #byTag = new Map<string, Body>();
  readonly #tags = new Map<string, string>();
  readonly #named: string;

  /** `named` keeps the bodies of two workloads apart. */
  constructor(named = '') {
    this.#named = named;
  }

  make(key: string, bytes: number, named = this.#named): { readonly body: Body; readonly content: Buffer } {
    const body = { id: `${named}${this.#byId.size + 1}`, bytes, key };
    const content = this.content(body);
    const digest = md5(content).toString('hex');
    this.#byId.set(body.id, body);
    this.#byDigest.set(digest, body);
    this.nameTag(`"${digest}"`, body);
    return { body, content };
  }

  named(id: string): Body | undefined {
    return this.#byId.get(id);
  }

  /** Whose bytes these are. */
  ofContent(content: Buffer): Body | undefined {
    return this.#byDigest.get(md5(content).toString('hex'));
  }

  ofTag(tag: string | undefined): Body | undefined {
    return this.#byTag.get(tag ?? '');
  }

  /** The ETag that a store answers for a body; the last name given, for one sent in parts. */
  tagOf(id: string): string {
    return this.#tags.get(id) ?? '';
  }

  nameTag(tag: string, body: Body): void {
    this.#byTag.set(tag, body);
    this.#tags.set(body.id, tag);
  }

  /** The bytes of a body: its name, then a stream that follows from the name. */
  content({ id, bytes }: Body): Buffer {
    const key = createHash('sha256').update(id).digest().subarray(0, 16);
    const name = Buffer.from(`${id.padStart(23, '0')}\n`);
    const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
    return Buffer.concat([name, cipher.update(Buffer.alloc(Math.max(0, bytes - name.length)))]);
  }
}

export function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest();
}
