// The directory of one node: what lies where, and who may use it.
//
// Invariants:
//   1. One process per data directory: a second one is refused while the first lives.
//   2. Nobody but the owner may look inside.

import { lstat, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PredastoreError, messageOf } from '../core/errors.ts';
import type { NodeId } from '../core/ids.ts';
import { runningProcess, writeRecord, type ProcessRecord } from './process-record.ts';

const DIRECTORY_MODE = 0o700;

export interface DataDirectory {
  readonly path: string;
  /** The embedded NATS server. */
  readonly nats: string;
  /** Shards: segments with their index. */
  readonly segments: string;
  /** The ordered view of metadata. */
  readonly view: string;
  /** Certificates that were made here because none were given. */
  readonly certificates: string;
  /** Lies there when an operator wants a lost metadata stream restored from the view of this node. */
  readonly restoreMarker: string;
  /** Copies of the metadata. */
  readonly metadataCopies: string;
  /** What maintenance remembers over restarts. */
  readonly maintenanceFile: string;
  /** Identity of the node towards the others. */
  readonly nodeKeyFile: string;
}

/** `<basePath>/node-<id>`: nodes of one machine may share a base path. */
export function dataDirectoryOf(basePath: string, id: NodeId): DataDirectory {
  const path = join(resolve(basePath), `node-${id}`);
  return {
    path,
    nats: join(path, 'nats'),
    segments: join(path, 'segments'),
    view: join(path, 'view'),
    certificates: join(path, 'certs'),
    restoreMarker: join(path, 'restore-metadata'),
    metadataCopies: join(path, 'metadata-copies'),
    maintenanceFile: join(path, 'maintenance.json'),
    nodeKeyFile: join(path, 'node.key'),
  };
}

/** Where a running s3d says that the directory is its own. */
function nodeRecordFile(directory: DataDirectory): string {
  return join(directory.path, 's3d.process.json');
}

/** Creates the directory when it is missing and claims it for this process. */
export async function claimDataDirectory(directory: DataDirectory): Promise<void> {
  await ensurePrivateDirectory(directory.path);
  const record = nodeRecordFile(directory);
  const other = await runningProcess(record);
  if (other !== undefined && other.pid !== process.pid) {
    const mend = 'Stop it first, or use another --base-path or --node';
    throw new PredastoreError(
      'invalid-config',
      `${directory.path} is in use by process ${other.pid}. ${mend}.`,
    );
  }
  await writeRecord(record, process.pid);
}

/** The process that uses the directory, if one does. */
export function runningNode(directory: DataDirectory): Promise<ProcessRecord | undefined> {
  return runningProcess(nodeRecordFile(directory));
}

export async function releaseDataDirectory(directory: DataDirectory): Promise<void> {
  await rm(nodeRecordFile(directory), { force: true });
}

/** Makes a directory that only we can enter; refuses one that somebody else prepared for us. */
export async function ensurePrivateDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
  } catch (error) {
    throw new PredastoreError('invalid-config', `${path} cannot be created: ${messageOf(error)}`, error);
  }
  const stat = await lstat(path);
  const ownerIsWrong = process.getuid !== undefined && stat.uid !== process.getuid();
  if (!stat.isDirectory() || ownerIsWrong) {
    throw new PredastoreError(
      'invalid-config',
      `${path} is not a directory of this user. Choose another one.`,
    );
  }
}
