// What a power cut takes: nothing, everything it may, or what chance decides.

import type { Chance } from './chance.ts';
import type { Loss } from './disk.ts';

export const loseEverything: Loss = {
  journal: true,
  keepChanges: () => 0,
  keepWrite: () => [0, 0],
  keepSize: (least) => least,
  keepTransaction: () => false,
};

export const keepEverything: Loss = {
  journal: true,
  keepChanges: (count) => count,
  keepWrite: (bytes) => [0, bytes],
  keepSize: (_least, most) => most,
  keepTransaction: () => true,
};

/** Any legal loss. Edges (whole, nothing, one byte short) are likelier than the middle. */
export function lossByChance(chance: Chance): Loss {
  const keepness = chance.pick([0.2, 0.5, 0.9]);
  return {
    journal: chance.flip(),
    keepChanges: (count) => (chance.flip(0.3) ? count : chance.below(count + 1)),
    keepWrite: (bytes) => {
      if (chance.flip(0.6)) return chance.flip(keepness) ? [0, bytes] : [0, 0];
      const cut = chance.flip(0.2) ? bytes - 1 : chance.below(bytes + 1);
      return chance.flip(0.7) ? [0, cut] : [cut, bytes];
    },
    keepSize: (least, most) => (chance.flip() ? least : least + chance.below(most - least + 1)),
    keepTransaction: () => chance.flip(),
  };
}
