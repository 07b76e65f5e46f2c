// The end of the current turn of the event loop: after everything that has already arrived was handled, before anything
// new is waited for. What is put off until then costs no latency and can be done together.

/** Calls `action` at the end of this turn. */
export function afterTurn(action: () => void): void {
  setImmediate(action);
}
