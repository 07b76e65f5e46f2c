// Certificate and key of the S3 endpoint: the operator's, or our own authority's.

import { readFile } from 'node:fs/promises';
import { PredastoreError, messageOf } from '../core/errors.ts';
import { ensureCertificates } from './certificates.ts';
import type { NodeSettings, Runtime } from './node-settings.ts';

export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Undefined when the endpoint is plain HTTP. */
export async function loadTls(
  settings: NodeSettings,
  certificateDirectory: string,
  runtime: Runtime,
): Promise<TlsMaterial | undefined> {
  const { config, node, tls } = settings;
  if (!config.s3.tls || node.gateway === undefined) return undefined;
  const files = tls ?? (await ownCertificates(settings, certificateDirectory, runtime));
  try {
    const [cert, key] = await Promise.all([readFile(files.certFile), readFile(files.keyFile)]);
    return { cert, key };
  } catch (error) {
    const mend = 'Name readable files with --tls-cert and --tls-key, or neither to have them made.';
    throw new PredastoreError('invalid-config', `TLS: ${messageOf(error)}. ${mend}`, error);
  }
}

async function ownCertificates(
  { config, node }: NodeSettings,
  directory: string,
  { clock, random, log }: Runtime,
): Promise<{ certFile: string; keyFile: string }> {
  const hosts = [node.host, ...(node.gateway === undefined ? [] : [node.gateway.host]), ...config.s3.domains];
  const files = await ensureCertificates({ directory, hosts: hosts.filter(isNameable), clock, random });
  if (files.renewed) log.info('made a certificate for the S3 endpoint', { caFile: files.caFile });
  return files;
}

/** A wildcard listener has no name of its own. */
function isNameable(host: string): boolean {
  return host !== '0.0.0.0' && host !== '::';
}
