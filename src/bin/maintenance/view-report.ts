// What the view of a stopped node could restore of a lost metadata stream, and the word to do it at the node's next start.

import { writeFile } from 'node:fs/promises';
import type { NodeId } from '../../core/ids.ts';
import { PredastoreError } from '../../core/errors.ts';
import { claimDataDirectory, releaseDataDirectory, type DataDirectory } from '../../host/data-directory.ts';
import { View } from '../../metadata/view.ts';
import { systemClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { PRIVATE_MODE } from '../../platform/owned-file.ts';

export interface ViewReport {
  /** When the stream was made that the view pictures. */
  readonly stream: string;
  /** Last change of that stream in the view: restore from the node that has the highest. */
  readonly applied: number;
  /** Why the node does not trust the stream that is there; empty: it does. */
  readonly fence: string;
  readonly records: Readonly<Record<string, number>>;
}

/** Refuses a node that runs, and one whose view pictures nothing. */
export async function reportView(directory: DataDirectory, node: NodeId): Promise<ViewReport> {
  await claimDataDirectory(directory);
  try {
    const report = await look(directory.view, node);
    if (report.stream !== '' && report.applied > 0) return report;
    throw new PredastoreError('invalid-config', `${directory.view} pictures no stream: ask another node`);
  } finally {
    await releaseDataDirectory(directory);
  }
}

/** Has the next start of the node restore the stream. */
export function markForRestoring(directory: DataDirectory): Promise<void> {
  return writeFile(directory.restoreMarker, '', { mode: PRIVATE_MODE });
}

async function look(directory: string, node: NodeId): Promise<ViewReport> {
  const view = await View.open({ directory, clock: systemClock, logger: createLogger('warn', { node }) });
  try {
    const records: Record<string, number> = {};
    for (const { kind } of view.records()) records[kind] = (records[kind] ?? 0) + 1;
    return { stream: view.stream, applied: view.position.applied, fence: view.fence, records };
  } finally {
    await view.close();
  }
}

export function describeView({ stream, applied, fence, records }: ViewReport): string {
  const counts = Object.entries(records).map(([kind, count]) => `${count} ${kind}${count === 1 ? '' : 's'}`);
  const why = fence === '' ? '' : ` The node is fenced: ${fence}.`;
  return `change ${applied} of the stream made at ${stream}: ${counts.join(', ')}.${why}`;
}
