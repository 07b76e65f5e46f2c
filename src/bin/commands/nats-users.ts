// predastore nats-users [--nsc] [CLUSTER]: users for somebody else's NATS, one for each role, with what it may do there.
//
// Prints public NKEYs, never seeds: `predastore client-key --role ROLE FILE` writes those into files.

import { parseArgs } from 'node:util';
import { deriveNkey } from '../../bus/nkey.ts';
import { INBOX_PREFIX, NATS_ROLES, nscCommand, permissionsConf } from '../../host/nats-permissions.ts';
import { loadMasterKey } from '../../platform/master-key.ts';
import { namedCluster } from './clusters.ts';
import { say, type Command } from './command.ts';

export const natsUsers: Command = {
  parameters: '[--nsc] [CLUSTER]',
  summary: 'print NATS users and permissions for your own servers',
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { nsc: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    if (values.nsc) {
      for (const role of NATS_ROLES) say(`${nscCommand(role)}\n`);
      return 0;
    }
    const cluster = namedCluster(positionals);
    const masterKey = await loadMasterKey(cluster.encryptionKeyFile);
    say(
      '# For nats.conf: inside `authorization { … }`, or inside an account of yours that has JetStream enabled.',
    );
    say('users: [');
    for (const role of NATS_ROLES) {
      const { publicKey } = deriveNkey(masterKey, role);
      say(
        `  # ${role}: inbox prefix ${INBOX_PREFIX[role]}; its seed: predastore client-key --role ${role} FILE`,
      );
      say(`  { nkey: ${publicKey}, permissions: ${permissionsConf(role, '  ')} }`);
    }
    say(']');
    return 0;
  },
};
