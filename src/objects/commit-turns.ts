// Writers of one key of a versioned bucket, one after the other within a node.
//
// Every commit there is made from the current version, so of many at once all but one are in vain, and who comes last may lose for
// long. In a line each commits at its first try, unless another node is in the way. Writers of an unversioned bucket overwrite each other
// unseen and need none.
//
// Invariant: a key has an entry exactly while somebody is at it or waits; there are as many as requests under way.

export class CommitTurns {
  /** When the last one in line is through. */
  readonly #lines = new Map<string, Promise<void>>();

  /** Runs `action` after all that were in the line of `name` before it, however they ended. */
  async run<T>(name: string, action: () => Promise<T>): Promise<T> {
    const before = this.#lines.get(name);
    const turn = before === undefined ? action() : before.then(action);
    const done = turn.then(
      () => undefined,
      () => undefined,
    );
    this.#lines.set(name, done);
    try {
      return await turn;
    } finally {
      if (this.#lines.get(name) === done) this.#lines.delete(name);
    }
  }

  get size(): number {
    return this.#lines.size;
  }
}
