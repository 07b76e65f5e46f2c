// predastore client-key [--role ROLE] FILE [CLUSTER]: an NKEY for programs and people on the embedded NATS servers, or on servers
// that have the users of `predastore nats-users`.
//
// The seed goes into a file that only its owner can read, never to a terminal.

import { parseArgs } from 'node:util';
import { deriveNkey, type NatsRole } from '../../bus/nkey.ts';
import { PredastoreError } from '../../core/errors.ts';
import { natsAuthorityPem } from '../../host/nats-certificates.ts';
import { INBOX_PREFIX, NATS_ROLES } from '../../host/nats-permissions.ts';
import { natsEncrypted, natsUrls } from '../../config/config.ts';
import { loadMasterKey } from '../../platform/master-key.ts';
import { PRIVATE_MODE, PUBLIC_MODE, replaceFile } from '../../platform/owned-file.ts';
import { namedCluster } from './clusters.ts';
import { say, type Command } from './command.ts';

export const clientKey: Command = {
  parameters: '[--role client|operator|gateway|node] FILE [CLUSTER]',
  summary: 'write a NATS key that may call s3.* and nothing else',
  run: async (args) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { role: { type: 'string', default: 'client' } },
      allowPositionals: true,
    });
    const [file, ...rest] = positionals;
    if (file === undefined)
      throw new PredastoreError('invalid-config', 'name the file: predastore client-key FILE [CLUSTER]');
    const role = roleOf(values.role);
    const cluster = namedCluster(rest);
    const masterKey = await loadMasterKey(cluster.encryptionKeyFile);
    await replaceFile(file, `${deriveNkey(masterKey, role).seed}\n`, PRIVATE_MODE);
    say(`export NATS_URL=${natsUrls(cluster.config).join(',')}`);
    say(`export NATS_NKEY=${file}`);
    if (natsEncrypted(cluster.config)) {
      await replaceFile(`${file}.ca.pem`, await natsAuthorityPem(masterKey), PUBLIC_MODE);
      say(`export NATS_CA=${file}.ca.pem`);
    }
    say(`export NATS_INBOX_PREFIX=${INBOX_PREFIX[role]}`);
    const account = cluster.config.credentials[0]?.accountId;
    if (account !== undefined) say(`export PREDASTORE_ACCOUNT=${account}`);
    say(`# nats --inbox-prefix=${INBOX_PREFIX[role]} …: the only inboxes this key may read`);
    return 0;
  },
};

function roleOf(name: string): NatsRole {
  const role = NATS_ROLES.find((known) => known === name);
  if (role !== undefined) return role;
  throw new PredastoreError('invalid-config', `--role ${name} is none of ${NATS_ROLES.join(', ')}`);
}
