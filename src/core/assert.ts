// Assertions for our own bugs. Never for input from outside: that gets a typed error.

/** Thrown when a belief of the programmer turns out false; nobody catches it to continue. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/** Stops the current operation when our own code broke a promise. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/** Narrows `T | undefined` where absence would be our bug. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new AssertionFailure(`missing: ${what}`);
  return value;
}
