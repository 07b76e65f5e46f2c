// A commit of LMDB whose failure is heard in full: the library hands the cause over as a second rejected promise, and unheard that
// one would end the process.

import { settled } from './supervise.ts';

/** The outcome of `work`, a promise of lmdb-js. */
export async function heardCommit<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'commitError' in error) {
      settled(Promise.resolve(error.commitError), 'the commit itself was rejected too');
    }
    throw error;
  }
}
