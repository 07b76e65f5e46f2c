// The uploads that ended lately, and when: enough to judge the parts that were on their way meanwhile.

/** More than the tail can deliver before LMDB has it (view-writer.ts). */
const ENDED_UPLOADS_MAX = 16_384;

export class EndedUploads {
  /** By upload id, oldest first. */
  readonly #revisions = new Map<string, number>();

  add(uploadId: string, revision: number): void {
    this.#revisions.set(uploadId, revision);
    if (this.#revisions.size <= ENDED_UPLOADS_MAX) return;
    const [oldest] = this.#revisions.keys();
    if (oldest !== undefined) this.#revisions.delete(oldest);
  }

  revisionOf(uploadId: string): number | undefined {
    return this.#revisions.get(uploadId);
  }
}
