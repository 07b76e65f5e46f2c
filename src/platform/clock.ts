// Time as a dependency. Everything above asks a Clock, so that tests can replace it.

export interface Timer {
  /** Cancels; harmless when it has fired. */
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since 1970, may jump when the host's clock is set. For time stamps only. */
  nowMs(): number;
  /** Milliseconds from an arbitrary origin, never goes backwards. For durations and deadlines. */
  monotonicMs(): number;
  /** Calls `action` once after `delayMs`. A timer does not keep the process alive. */
  after(delayMs: number, action: () => void): Timer;
  /** Resolves after `delayMs`, or at once when `signal` fires (it does not reject: look at the signal). */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

class SystemClock implements Clock {
  nowMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  after(delayMs: number, action: () => void): Timer {
    const handle = setTimeout(action, delayMs);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const finish = (): void => {
        clearTimeout(handle);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const handle = setTimeout(finish, delayMs);
      signal?.addEventListener('abort', finish, { once: true });
    });
  }
}

export const systemClock: Clock = new SystemClock();

/** Rejects with `makeError()` when `work` has not settled after `limitMs`. The work itself goes on: pair it with a signal. */
export async function within<T>(
  clock: Clock,
  limitMs: number,
  work: Promise<T>,
  makeError: () => Error,
): Promise<T> {
  let timer: Timer | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = clock.after(limitMs, () => reject(makeError()));
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    timer?.cancel();
  }
}

/** Resolves when `work` has settled, however, or after `limitMs`. Leaves no timer behind. */
export async function settledWithin(clock: Clock, limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: Timer | undefined;
  const late = new Promise<void>((resolve) => {
    timer = clock.after(limitMs, resolve);
  });
  await Promise.race([Promise.allSettled([work]), late]);
  timer?.cancel();
}
