import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ensureCertificates, type CertificateFiles } from '../../../src/host/certificates.ts';
import type { Clock } from '../../../src/platform/clock.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { systemRandom } from '../../../src/platform/random.ts';

const DAY_MS = 86_400_000;
let directory: string;
let server: Server | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'certs-'));
});
afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
  rmSync(directory, { recursive: true });
});

const later = (days: number): Clock => ({ ...systemClock, nowMs: () => Date.now() + days * DAY_MS });
const ensure = (hosts: string[], clock = systemClock): Promise<CertificateFiles & { renewed: boolean }> =>
  ensureCertificates({ directory, hosts, clock, random: systemRandom });

async function statusFrom(files: CertificateFiles, host: string): Promise<number> {
  server = createServer(
    { cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) },
    (_req, res) => res.end(),
  );
  await new Promise<void>((resolve) => server?.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const ca = readFileSync(files.caFile);
    request({ host, port, ca, agent: false, headers: { connection: 'close' } }, (res) =>
      resolve(res.statusCode ?? 0),
    )
      .once('error', reject)
      .end();
  });
}

test('a client that trusts the authority verifies the server at a node address', async () => {
  expect(await statusFrom(await ensure(['127.11.12.3', 's3.example.org']), '127.11.12.3')).toBe(200);
});

test('a client refuses the server at an address that was not named', async () => {
  await expect(statusFrom(await ensure([]), '127.11.12.3')).rejects.toMatchObject({
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
});

test('keys are private, certificates are not', async () => {
  const files = await ensure([]);
  const modes = [files.keyFile, join(directory, 'ca.key'), files.caFile, files.certFile].map(
    (file) => statSync(file).mode & 0o777,
  );
  expect(modes).toEqual([0o600, 0o600, 0o644, 0o644]);
});

test('nothing changes while it is good; a new address or a near end renews the server only', async () => {
  const { caFile, certFile } = await ensure(['127.0.0.2']);
  const [ca, first] = [readFileSync(caFile, 'utf8'), readFileSync(certFile, 'utf8')];
  expect(await ensure(['127.0.0.2'])).toMatchObject({ renewed: false });
  expect(readFileSync(certFile, 'utf8')).toBe(first);
  expect(await ensure(['127.0.0.2', '127.0.0.3'])).toMatchObject({ renewed: true });
  expect(await ensure(['127.0.0.2'], later(380))).toMatchObject({ renewed: true });
  expect(readFileSync(caFile, 'utf8')).toBe(ca);
});

test('an authority without its key is not silently replaced', async () => {
  await ensure([]);
  rmSync(join(directory, 'ca.key'));
  await expect(ensure([])).rejects.toThrow(/the authority has no key/);
});
