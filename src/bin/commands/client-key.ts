// predastore client-key FILE [CLUSTER]: an NKEY for programs and people that call `s3.*` on the embedded NATS servers.
//
// The seed goes into a file that only its owner can read, never to a terminal.

import { deriveNkey } from '../../bus/nkey.ts';
import { PredastoreError } from '../../core/errors.ts';
import { CLIENT_INBOX_PREFIX } from '../../host/nats-conf.ts';
import { natsUrls } from '../../config/config.ts';
import { loadMasterKey } from '../../platform/master-key.ts';
import { PRIVATE_MODE, replaceFile } from '../../platform/owned-file.ts';
import { namedCluster } from './clusters.ts';
import { say, type Command } from './command.ts';

export const clientKey: Command = {
  parameters: 'FILE [CLUSTER]',
  summary: 'write a NATS key that may call s3.* and nothing else',
  run: async ([file, ...rest]) => {
    if (file === undefined)
      throw new PredastoreError('invalid-config', 'name the file: predastore client-key FILE [CLUSTER]');
    const cluster = namedCluster(rest);
    const masterKey = await loadMasterKey(cluster.encryptionKeyFile);
    await replaceFile(file, `${deriveNkey(masterKey, 'client').seed}\n`, PRIVATE_MODE);
    say(`export NATS_URL=${natsUrls(cluster.config).join(',')}`);
    say(`export NATS_NKEY=${file}`);
    const account = cluster.config.credentials[0]?.accountId;
    if (account !== undefined) say(`export PREDASTORE_ACCOUNT=${account}`);
    say(`# nats --inbox-prefix=${CLIENT_INBOX_PREFIX} …: the only inboxes this key may read`);
    return 0;
  },
};
