// The certificates of the S3 endpoint: a local authority and one server certificate that it vouches for.
//
// Clients trust the authority once; the server certificate is renewed as the cluster's addresses change.
// Invariants:
//   1. An authority that is there is reused, never replaced: clients have installed it.
//   2. Private keys are written with mode 0600.

import 'reflect-metadata';
import { X509Certificate as NodeCertificate, createPrivateKey, webcrypto } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { PredastoreError, messageOf, systemCodeOf } from '../core/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { PRIVATE_MODE, PUBLIC_MODE, replaceFile } from '../platform/owned-file.ts';
import type { Random } from '../platform/random.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
/** Browsers and Apple's TLS refuse server certificates that last longer. */
const SERVER_DAYS = 397;
const RENEW_BEFORE_DAYS = 30;
/** Clocks of other machines may be behind ours. */
const BACKDATE_MS = DAY_MS;
const SERIAL_BYTES = 16;
const ALWAYS_NAMED = ['localhost', '127.0.0.1', '::1'];
const DIRECTORY_MODE = 0o700;

export interface CertificateFiles {
  /** What clients trust. */
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface CertificateRequest {
  readonly directory: string;
  /** Addresses and names clients use, beside those of the loopback. */
  readonly hosts: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
}

/** Where the files lie, made or not. */
export function certificateFilesIn(directory: string): CertificateFiles {
  return {
    caFile: join(directory, 'ca.pem'),
    certFile: join(directory, 'server.pem'),
    keyFile: join(directory, 'server.key'),
  };
}

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

/** Makes what is missing or out of date in `directory`; `renewed` tells whether the server certificate is new. */
export async function ensureCertificates(
  request: CertificateRequest,
): Promise<CertificateFiles & { readonly renewed: boolean }> {
  const { directory } = request;
  x509.cryptoProvider.set(webcrypto);
  await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
  const files = certificateFilesIn(directory);
  const names = [...new Set([...ALWAYS_NAMED, ...request.hosts])];
  const authority = await ensureAuthority(request, files.caFile);
  const current = await serverIsCurrent(files, names, { authority, nowMs: request.clock.nowMs() });
  if (!current) await issueServer(request, { authority, names, files });
  return { ...files, renewed: !current };
}

async function ensureAuthority(request: CertificateRequest, caFile: string): Promise<Authority> {
  const keyFile = join(request.directory, 'ca.key');
  const [certificatePem, keyPem] = await Promise.all([readIfThere(caFile), readIfThere(keyFile)]);
  if (certificatePem !== undefined && keyPem !== undefined)
    return openAuthority(certificatePem, keyPem, caFile);
  if (certificatePem !== undefined) {
    const mend = `Bring back ${keyFile}, or remove both and let clients trust a new authority`;
    throw new PredastoreError('invalid-key-file', `${caFile}: the authority has no key. ${mend}.`);
  }
  return createAuthority(request, caFile, keyFile);
}

async function openAuthority(certificatePem: string, keyPem: string, caFile: string): Promise<Authority> {
  try {
    const der = x509.PemConverter.decodeFirst(keyPem);
    const key = await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
    return { certificate: new x509.X509Certificate(certificatePem), key };
  } catch (error) {
    const mend = 'Bring the files back, or remove them and let clients trust a new authority';
    throw new PredastoreError('invalid-key-file', `${caFile}: ${messageOf(error)}. ${mend}.`, error);
  }
}

async function createAuthority(
  request: CertificateRequest,
  caFile: string,
  keyFile: string,
): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const serialNumber = newSerial(request.random);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber,
    name: `CN=Predastore local authority ${serialNumber.slice(0, 8)}`,
    ...validity(request.clock, AUTHORITY_DAYS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  // The key first: an authority without key could not be used again.
  await writePrivateKey(keyFile, keys.privateKey);
  await replaceFile(caFile, `${certificate.toString('pem')}\n`, PUBLIC_MODE);
  return { certificate, key: keys.privateKey };
}

interface ServerPlan {
  readonly authority: Authority;
  readonly names: readonly string[];
  readonly files: CertificateFiles;
}

async function issueServer(
  request: CertificateRequest,
  { authority, names, files }: ServerPlan,
): Promise<void> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(request.random),
    subject: 'CN=Predastore S3 endpoint',
    issuer: authority.certificate.subject,
    ...validity(request.clock, SERVER_DAYS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
    ],
  });
  await writePrivateKey(files.keyFile, keys.privateKey);
  await replaceFile(files.certFile, `${certificate.toString('pem')}\n`, PUBLIC_MODE);
}

/** Whether the server certificate can stay: ours, for every name, not about to end, and with its key. */
async function serverIsCurrent(
  files: CertificateFiles,
  names: readonly string[],
  { authority, nowMs }: { readonly authority: Authority; readonly nowMs: number },
): Promise<boolean> {
  const [certificatePem, keyPem] = await Promise.all([
    readIfThere(files.certFile),
    readIfThere(files.keyFile),
  ]);
  if (certificatePem === undefined || keyPem === undefined) return false;
  try {
    const certificate = new NodeCertificate(certificatePem);
    const issuer = new NodeCertificate(authority.certificate.toString('pem'));
    return (
      Date.parse(certificate.validTo) - nowMs > RENEW_BEFORE_DAYS * DAY_MS &&
      certificate.verify(issuer.publicKey) &&
      certificate.checkPrivateKey(createPrivateKey(keyPem)) &&
      names.every((name) => isNamed(certificate, name))
    );
  } catch {
    return false; // unreadable: a new one takes its place
  }
}

function isNamed(certificate: NodeCertificate, name: string): boolean {
  const match = isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name);
  return match !== undefined;
}

function validity(clock: Clock, days: number): { notBefore: Date; notAfter: Date } {
  const notBefore = new Date(clock.nowMs() - BACKDATE_MS);
  return { notBefore, notAfter: new Date(notBefore.getTime() + days * DAY_MS) };
}

/** A positive serial number without leading zero, as X.509 wants it. */
function newSerial(random: Random): string {
  const bytes = random.bytes(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

async function writePrivateKey(path: string, key: webcrypto.CryptoKey): Promise<void> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  await replaceFile(path, `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`, PRIVATE_MODE);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
