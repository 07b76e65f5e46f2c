// Fills a view that no stream feeds, record by record, under revisions of its own.

import type { View } from '../metadata/view.ts';

const BATCH_MESSAGES = 1_000;
const TOMBSTONE = Buffer.alloc(0);

export class ViewFiller {
  readonly #view: View;
  #messages: { readonly subject: string; readonly payload: Buffer; readonly sequence: number }[] = [];
  #sequence = 0;

  /** `view`: empty. */
  constructor(view: View) {
    this.#view = view;
  }

  async put(subject: string, payload: Buffer): Promise<void> {
    this.#sequence += 1;
    this.#messages.push({ subject, payload, sequence: this.#sequence });
    if (this.#messages.length >= BATCH_MESSAGES) await this.flush();
  }

  remove(subject: string): Promise<void> {
    return this.put(subject, TOMBSTONE);
  }

  /** Before the view is asked. */
  async flush(): Promise<void> {
    const messages = this.#messages;
    this.#messages = [];
    if (messages.length > 0) await this.#apply(messages, this.#sequence);
  }

  /** Has the view say that it goes as far as the lost stream did: `revision`. */
  async reach(revision: number): Promise<void> {
    await this.flush();
    await this.#apply([], Math.max(revision, this.#sequence));
  }

  async #apply(messages: Parameters<View['apply']>[0]['messages'], applied: number): Promise<void> {
    const batch = { messages, applied, safe: applied };
    this.#view.anticipate(batch);
    await this.#view.apply(batch);
  }
}
