// Works through a list with a few at once; the first failure ends it, after those under way have ended.

/** Hides the latency of small objects without crowding others out. */
const AT_ONCE = 8;

export async function inParallel<T>(
  items: AsyncIterable<T>,
  work: (item: T) => Promise<void>,
): Promise<number> {
  const iterator = items[Symbol.asyncIterator]();
  let count = 0;
  let stopped = false;
  // An iterator is asked for one item at a time.
  let turn: Promise<unknown> = Promise.resolve();
  const take = (): Promise<IteratorResult<T>> => {
    const step = turn.then(() => iterator.next());
    turn = step.catch(() => undefined); // its own worker reports it
    return step;
  };
  const worker = async (): Promise<void> => {
    while (!stopped) {
      const step = await take();
      if (step.done === true) return;
      await work(step.value);
      count += 1;
    }
  };
  const results = await Promise.allSettled(
    Array.from({ length: AT_ONCE }, () =>
      worker().catch((error: unknown) => {
        stopped = true;
        throw error;
      }),
    ),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return count;
}
