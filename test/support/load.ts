// What a promise about time may take on a machine that is busy with something else.
// Tests assert orders, counts and what a longer timer would do; where a bound in time is the promise itself, it goes through here.

/** A suite runs beside another worker, on machines that may be half as fast as ours: four times what was measured at rest. */
const LOAD_FACTOR = 4;

/** The bound for what takes at most `restMs` milliseconds on a machine at rest. */
export function underLoad(restMs: number): number {
  return restMs * LOAD_FACTOR;
}
