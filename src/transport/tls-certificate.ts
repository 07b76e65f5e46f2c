// A self-signed X.509 certificate around the node key: TLS insists on one, we only pin the key inside.

import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { PredastoreError } from '../core/errors.ts';
import { peerIdOf, type NodeKey } from './node-key.ts';
import type { PeerId } from './transport.ts';
import type { TLSSocket } from 'node:tls';

export interface TlsMaterial {
  readonly key: string | Buffer;
  readonly cert: string;
}

const ALGORITHM = { name: 'Ed25519' };
/** The certificate says nothing of time: the key is valid as long as it is a member. (RFC 5280, 4.1.2.5: no expiry.) */
const NOT_BEFORE = new Date('2000-01-01T00:00:00Z');
const NOT_AFTER = new Date('9999-12-31T23:59:59Z');

/** The certificate of `nodeKey`, named after its identity. */
export async function certify(nodeKey: NodeKey): Promise<TlsMaterial> {
  const { privateKey, peerId } = nodeKey;
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const spki = Buffer.concat([ED25519_SPKI_PREFIX, Buffer.from(peerId, 'hex')]);
  const { subtle } = webcrypto;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: '01',
      name: `CN=${peerId}`,
      notBefore: NOT_BEFORE,
      notAfter: NOT_AFTER,
      signingAlgorithm: ALGORITHM,
      keys: {
        privateKey: await subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']),
        publicKey: await subtle.importKey('spki', spki, ALGORITHM, true, ['verify']),
      },
    },
    webcrypto,
  );
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert: certificate.toString('pem') };
}

/** SEQUENCE { SEQUENCE { OID 1.3.101.112 } BIT STRING (32 bytes follow) } */
const ED25519_SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The identity that the other end proved in the handshake; throws `peer-rejected` when it has none of ours. */
export function provenPeer(socket: TLSSocket): PeerId {
  const key = socket.getPeerX509Certificate()?.publicKey;
  if (key?.asymmetricKeyType !== 'ed25519') {
    throw new PredastoreError('peer-rejected', 'the other end has no ed25519 identity');
  }
  return peerIdOf(key);
}
