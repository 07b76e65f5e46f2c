// Certificates of the embedded NATS servers: an authority that every holder of the cluster's key has without asking anybody,
// and a certificate that a server gets from it anew at every start.
//
// The authority's key is derived from the cluster's key, like the NKEYs of the logins, so that nothing has to be generated
// first, carried to other machines, or renewed. Whoever has it could derive every login as well.
// Invariants:
//   1. The same cluster key gives the same authority, byte for byte, for ever: clients keep it in a file.
//   2. A certificate is for the addresses of its server, and its key never leaves the server's directory.

import 'reflect-metadata';
import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { deriveSecret } from '../platform/master-key.ts';
import type { Random } from '../platform/random.ts';

const ALGORITHM = { name: 'Ed25519' };
/** Ends come from the cluster's key, not from a date: RFC 5280, 4.1.2.5 has this one for "no expiry". */
const NOT_BEFORE = new Date('2000-01-01T00:00:00Z');
const NOT_AFTER = new Date('9999-12-31T23:59:59Z');
/** PKCS#8 around the seed of an ed25519 key: SEQUENCE { 0, SEQUENCE { OID 1.3.101.112 }, OCTET STRING { seed } } */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SERIAL_BYTES = 16;
const NAME = 'CN=Predastore NATS authority';

export interface NatsCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly privateKey: webcrypto.CryptoKey;
}

/** What clients of the embedded servers trust, as PEM. */
export async function natsAuthorityPem(clusterKey: Uint8Array): Promise<string> {
  const { certificate } = await openAuthority(clusterKey);
  return `${certificate.toString('pem')}\n`;
}

/** A certificate for a server at `hosts`, which it shows to clients and, as both ends, to other servers. */
export async function issueNatsCertificate(
  clusterKey: Uint8Array,
  hosts: readonly string[],
  random: Random,
): Promise<NatsCertificate> {
  const authority = await openAuthority(clusterKey);
  const { subtle } = webcrypto;
  const keys = (await subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  // Clients that know an address only (no name) compare with `localhost`.
  const names = [...new Set(['localhost', ...hosts])];
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialOf(random.bytes(SERIAL_BYTES)),
      subject: 'CN=Predastore NATS server',
      issuer: authority.certificate.subject,
      notBefore: NOT_BEFORE,
      notAfter: NOT_AFTER,
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: authority.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
        ),
      ],
    },
    webcrypto,
  );
  const pkcs8 = await subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certPem: `${certificate.toString('pem')}\n`,
    keyPem: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`,
  };
}

async function openAuthority(clusterKey: Uint8Array): Promise<Authority> {
  x509.cryptoProvider.set(webcrypto);
  const pkcs8 = Buffer.concat([PKCS8_PREFIX, deriveSecret(clusterKey, 'nats authority v1')]);
  const spki = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })).export({
    type: 'spki',
    format: 'der',
  });
  const { subtle } = webcrypto;
  const privateKey = await subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']);
  const publicKey = await subtle.importKey('spki', spki, ALGORITHM, true, ['verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: '01',
      name: NAME,
      notBefore: NOT_BEFORE,
      notAfter: NOT_AFTER,
      signingAlgorithm: ALGORITHM,
      keys: { privateKey, publicKey },
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ],
    },
    webcrypto,
  );
  return { certificate, privateKey };
}

/** A positive number without leading zero. */
function serialOf(bytes: Uint8Array): string {
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}
