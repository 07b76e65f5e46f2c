// predastore certs [CLUSTER]: the local authority and the certificate of the S3 endpoint, and how to trust it.

import { say, type Command } from './command.ts';
import { namedCluster } from './clusters.ts';

export const certs: Command = {
  parameters: '[CLUSTER]',
  summary: 'make certificates for a cluster on this machine',
  run: async (args) => {
    const cluster = namedCluster(args);
    await cluster.prepare();
    const { caFile, certFile, keyFile } = cluster.certificates;
    say(`authority    ${caFile}`);
    say(`certificate  ${certFile}`);
    say(`private key  ${keyFile}`);
    say('');
    say('To trust the authority on the whole machine:');
    say(
      `  Debian, Ubuntu  sudo cp ${caFile} /usr/local/share/ca-certificates/predastore.crt && sudo update-ca-certificates`,
    );
    say(
      `  RHEL, Fedora    sudo cp ${caFile} /etc/pki/ca-trust/source/anchors/predastore.pem && sudo update-ca-trust`,
    );
    return 0;
  },
};
