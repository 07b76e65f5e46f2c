// The work of this node that nobody asks for.

import { storageNodes, type Config } from '../config/config.ts';
import type { AdminMaintenanceReply, AdminMaintenanceRequest } from '../contracts/generated/messages.ts';
import type { NodeId } from '../core/ids.ts';
import { Maintenance, type MaintenanceReport } from '../maintenance/maintenance.ts';
import { MetadataCopies, type CopyReport } from '../maintenance/metadata-copies.ts';
import { Notebook } from '../maintenance/notebook.ts';
import { Pace } from '../maintenance/pace.ts';
import type { MetadataPlane } from '../metadata/metadata-store.ts';
import { systemFiles } from '../platform/files.ts';
import type { BlobContext } from '../objects/blob-context.ts';
import type { MoveRing } from '../objects/shard-moves.ts';
import type { ShardStore } from '../segments/shard-store.ts';
import type { Runtime } from './node-settings.ts';
import type { Stores } from './start-objects.ts';

export interface MaintenanceParts {
  readonly config: Config;
  readonly notebookFile: string;
  /** Where copies of the metadata lie. */
  readonly copiesDirectory: string;
  readonly metadata: MetadataPlane;
  readonly store: ShardStore;
  readonly objects: BlobContext;
  readonly ring: MoveRing;
  /** What lifecycle rules end things through. */
  readonly stores: Pick<Stores, 'objects' | 'multipart'>;
}

export async function startMaintenance(parts: MaintenanceParts, runtime: Runtime): Promise<Maintenance> {
  const { config, metadata, store, objects, ring, stores } = parts;
  const { clock, metrics, random } = runtime;
  const logger = runtime.log.child({ part: 'maintenance' });
  const context = {
    self: objects.self,
    metadata,
    store,
    objects,
    ring,
    notebook: await Notebook.open(parts.notebookFile, logger),
    pace: new Pace(clock, config.maintenance.bytesPerSecondMax),
    clock,
    logger,
    metrics,
  };
  const { objects: objectStore, multipart } = stores;
  const place = { self: objects.self, directory: parts.copiesDirectory, files: systemFiles };
  const copies = await MetadataCopies.open(
    { ...place, metadata, clock, logger, metrics },
    {
      ...config.maintenance.copies,
      freeMin: config.watermark.fullFraction,
      share: shareOf(config, objects.self),
    },
  );
  return new Maintenance(context, { objects: objectStore, multipart, random, copies }, config.maintenance);
}

/** Where this node stands among those that have a view, 0 … 1. */
function shareOf(config: Config, self: NodeId): number {
  const nodes = storageNodes(config);
  const at = nodes.findIndex(({ id }) => id === self);
  return at < 0 ? 0 : at / nodes.length;
}

/** What `s3.admin.maintenance` is answered with. */
export function maintenanceAnswers(
  self: NodeId,
  maintenance: Maintenance,
): (request: AdminMaintenanceRequest) => Promise<AdminMaintenanceReply> {
  return ({ start, accept }) => {
    if (start !== undefined) maintenance.ask(start, accept === true);
    return Promise.resolve(replyOf(self, maintenance.report));
  };
}

function replyOf(
  self: NodeId,
  { repair, scrub, orphans, lifecycle, copies }: MaintenanceReport,
): AdminMaintenanceReply {
  return {
    node_id: String(self),
    repair: {
      running: repair.running,
      rebuilt_shards: repair.rebuilt,
      rebuilt_bytes: repair.rebuiltBytes,
      failures: repair.failures,
      journal_paid: repair.journalPaid,
      journal_postponed: repair.journalPostponed,
      sweep_blobs: repair.blobs,
      sweep_lost: repair.lost,
      sweep_owed: repair.owed,
      sweep_failed: repair.failed,
      sweep_completed: timeText(repair.completedMs),
      sweep_total: repair.total,
      sweep_moving: repair.moving,
      eta_seconds: Math.ceil(repair.etaMs / 1000),
      moved_shards: repair.moved,
      moved_bytes: repair.movedBytes,
    },
    scrub: {
      running: scrub.running,
      shards: scrub.shards,
      shards_in_store: scrub.shardsInStore,
      damaged: scrub.damaged,
      bytes_per_second: scrub.bytesPerSecond,
      started: timeText(scrub.startedMs),
      completed: timeText(scrub.completedMs),
    },
    orphans: {
      running: orphans.running,
      shards: orphans.shards,
      suspects: orphans.suspects,
      collected: orphans.collected,
      held: orphans.held,
      completed: timeText(orphans.completedMs),
    },
    lifecycle: {
      running: lifecycle.running,
      examined: lifecycle.examined,
      expired: lifecycle.expired,
      marked: lifecycle.marked,
      noncurrent: lifecycle.noncurrent,
      markers: lifecycle.markers,
      uploads: lifecycle.uploads,
      passed_over: lifecycle.passedOver,
      holder: lifecycle.holder,
      held: lifecycle.held,
      completed: lifecycle.completed,
    },
    ...(copies !== undefined && { copies: copiesOf(copies) }),
  };
}

function copiesOf(copies: CopyReport): NonNullable<AdminMaintenanceReply['copies']> {
  const { running, kept, applied, records, failures, held } = copies;
  return { running, kept, newest: timeText(copies.newestMs), applied, records, failures, held };
}

function timeText(timeMs: number): string {
  return timeMs === 0 ? '' : new Date(timeMs).toISOString();
}
