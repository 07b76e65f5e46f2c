// predastore keygen FILE: a fresh encryption key.

import { PredastoreError } from '../../core/errors.ts';
import { createMasterKey } from '../../platform/master-key.ts';
import { systemRandom } from '../../platform/random.ts';
import { say, type Command } from './command.ts';

export const keygen: Command = {
  parameters: 'FILE',
  summary: 'write a new encryption key (32 bytes, mode 0600)',
  run: async ([file]) => {
    if (file === undefined)
      throw new PredastoreError('invalid-config', 'name the file: predastore keygen FILE');
    await createMasterKey(file, systemRandom);
    say(`${file}: written. Copy it to every node, and somewhere safe: without it the data cannot be read.`);
    return 0;
  },
};
