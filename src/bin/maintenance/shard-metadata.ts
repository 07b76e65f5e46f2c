// Metadata out of a copy and the shards themselves, for a cluster that has lost JetStream and every view: docs/metadata.md, "When every view is lost too".
//
// Reads the sealed records of every node at hand, builds a view of them, and with `applies` puts it where a node restores the stream from.
// Nodes of other machines bring what they know as files (record-file.ts) in `<data directory>/rebuild/`.

import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, PredastoreError } from '../../core/errors.ts';
import type { NodeId } from '../../core/ids.ts';
import { claimDataDirectory, releaseDataDirectory, type DataDirectory } from '../../host/data-directory.ts';
import type { StoreKeys } from '../../host/node-keys.ts';
import { checkCopy, type CheckedCopy } from '../../maintenance/copied-metadata.ts';
import {
  rebuildMetadata,
  type CopiedReport,
  type RebuildReport,
} from '../../maintenance/metadata-rebuild.ts';
import type { NamedKeys } from '../../maintenance/name-list.ts';
import { CopyShelf, type ShelvedCopy } from '../../metadata/copy-shelf.ts';
import { GatheredSeals, type FoundShard } from '../../metadata/gathered-seals.ts';
import { View } from '../../metadata/view.ts';
import { systemClock } from '../../platform/clock.ts';
import { systemFiles } from '../../platform/files.ts';
import { createLogger } from '../../platform/log.ts';
import { liveRows } from '../../segments/live-rows.ts';
import { openLmdbTables } from '../../segments/lmdb-tables.ts';
import { readRecordFile, RECORD_FILE_END } from './record-file.ts';
import { markForRestoring } from './view-report.ts';

/** A stopped node whose data directory is on this machine. */
export interface StoppedNode {
  readonly id: NodeId;
  readonly directory: DataDirectory;
}

export interface ShardMetadataPlan {
  readonly nodes: readonly StoppedNode[];
  /** The one of them that is to restore the stream. */
  readonly target: StoppedNode;
  readonly keys: StoreKeys;
  readonly applies: boolean;
  readonly completesUploads: boolean;
  /** Begins with the newest copy of the metadata that is whole. */
  readonly fromCopies: boolean;
}

export interface ShardMetadataReport extends RebuildReport {
  /** Nodes whose shards were looked at. */
  readonly nodes: readonly NodeId[];
  readonly shards: number;
  /** Sealed records that cannot be understood. */
  readonly unreadableSeals: number;
  /** Bytes of sidecars in which no record can be read. */
  readonly damagedBytes: number;
  /** Copies that were passed over, newest first. */
  readonly refusedCopies: readonly RefusedCopy[];
}

export interface RefusedCopy {
  readonly path: string;
  readonly reason: string;
}

export async function metadataFromShards(plan: ShardMetadataPlan): Promise<ShardMetadataReport> {
  for (const { directory } of plan.nodes) await claimDataDirectory(directory);
  try {
    for (const node of plan.nodes) await refuseKnownView(node);
    return await rebuild(plan);
  } finally {
    for (const { directory } of plan.nodes) await releaseDataDirectory(directory);
  }
}

/** Every shard of a stopped node. `damage` is told of bytes in which no record can be read. */
export async function* shardsOf(
  { id, directory }: StoppedNode,
  keys: StoreKeys,
  damage: (bytes: number) => void,
): AsyncGenerator<FoundShard> {
  if (!existsSync(directory.segments)) return;
  const rows = liveRows({
    ...keys,
    directory: directory.segments,
    files: systemFiles,
    openIndexTables: openLmdbTables,
  });
  for await (const row of rows) {
    if (row.kind === 'damage') damage(row.bytes);
    else yield { node: id, write: row.key.writeId, index: row.key.index, seal: row.record };
  }
}

async function rebuild(plan: ShardMetadataPlan): Promise<ShardMetadataReport> {
  const { directory } = plan.target;
  const working = join(directory.path, 'rebuild', 'working');
  await rm(working, { recursive: true, force: true });
  const seals = await GatheredSeals.open(join(working, 'seals'));
  const logger = createLogger('warn', { node: plan.target.id });
  const made = join(working, 'view');
  const view = await View.open({ directory: made, clock: systemClock, logger });
  try {
    const { copy, refused } = plan.fromCopies ? await chooseCopy(plan) : { copy: undefined, refused: [] };
    const gathered = await gather(plan, seals);
    const nodes = new Set(gathered.nodes);
    const { completesUploads } = plan;
    const report = await rebuildMetadata({ seals, view, nodes, completesUploads, ...(copy && { copy }) });
    await view.adopt(
      copy?.summary.stream ?? `sealed records, ${new Date(systemClock.nowMs()).toISOString()}`,
    );
    await view.close();
    if (plan.applies) {
      await rm(directory.view, { recursive: true, force: true });
      await rename(made, directory.view);
      await markForRestoring(directory);
    }
    return { ...gathered, ...report, refusedCopies: refused };
  } finally {
    await seals.close();
    await rm(working, { recursive: true, force: true });
  }
}

/** The newest copy that is whole, of every node at hand; or one that was brought. */
async function chooseCopy(
  plan: ShardMetadataPlan,
): Promise<{ readonly copy: CheckedCopy; readonly refused: readonly RefusedCopy[] }> {
  const refused: RefusedCopy[] = [];
  for (const { path } of await copiesOf([...plan.nodes, plan.target])) {
    try {
      return { copy: await checkCopy(path), refused };
    } catch (error) {
      refused.push({ path, reason: messageOf(error) });
    }
  }
  const passedOver = refused.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
  throw new PredastoreError(
    'invalid-config',
    `no copy of the metadata can be used${passedOver === '' ? '' : ` (${passedOver})`}: what is left is --from-shards`,
  );
}

/** Copies that nodes made, and those that were brought to one into `rebuild/`; newest first. */
export async function copiesOf(nodes: readonly StoppedNode[]): Promise<readonly ShelvedCopy[]> {
  const directories = new Set(
    nodes.flatMap(({ directory }) => [directory.metadataCopies, join(directory.path, 'rebuild')]),
  );
  const found: ShelvedCopy[] = [];
  for (const directory of directories) found.push(...(await new CopyShelf(directory, systemFiles).copies()));
  return found.sort((a, b) => b.takenMs - a.takenMs || b.applied - a.applied);
}

/** One line: how many there are, and how old the newest is. */
export function describeCopies(copies: readonly ShelvedCopy[], nowMs: number): string {
  const [newest] = copies;
  if (newest === undefined) return 'no copies of the metadata';
  const { takenMs, applied, records } = newest;
  return `${copies.length} copies of the metadata, the newest ${agoText(nowMs - takenMs)} old: ${records} records up to change ${applied}`;
}

function agoText(ageMs: number): string {
  const minutes = Math.max(0, Math.round(ageMs / 60_000));
  if (minutes < 120) return `${minutes} minutes`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} hours` : `${Math.round(minutes / 1440)} days`;
}

async function gather({ nodes, target, keys }: ShardMetadataPlan, seals: GatheredSeals) {
  const found = { nodes: nodes.map(({ id }) => id), shards: 0, unreadableSeals: 0, damagedBytes: 0 };
  const add = (shard: FoundShard): void => {
    found.shards += 1;
    if (seals.add(shard) === 'unreadable') found.unreadableSeals += 1;
  };
  for (const node of nodes) {
    for await (const shard of shardsOf(node, keys, (bytes) => (found.damagedBytes += bytes))) add(shard);
  }
  for (const file of await recordFilesOf(target)) {
    const isNew = (id: NodeId): void => {
      if (found.nodes.includes(id))
        throw new PredastoreError('invalid-config', `${file} is of node ${id}, which was read already`);
      found.nodes.push(id);
    };
    await readRecordFile(file, { node: isNew, shard: add });
  }
  return found;
}

async function recordFilesOf({ directory }: StoppedNode): Promise<readonly string[]> {
  const brought = join(directory.path, 'rebuild');
  const names = existsSync(brought) ? await readdir(brought) : [];
  return names
    .filter((name) => name.endsWith(RECORD_FILE_END))
    .sort()
    .map((name) => join(brought, name));
}

/** A view knows copies, completions and deletions, of which shards know nothing. */
async function refuseKnownView({ id, directory }: StoppedNode): Promise<void> {
  if (!existsSync(directory.view)) return;
  const logger = createLogger('warn', { node: id });
  const view = await View.open({ directory: directory.view, clock: systemClock, logger });
  const { stream, position } = view;
  await view.close();
  if (stream === '' && position.applied === 0) return;
  throw new PredastoreError(
    'invalid-config',
    `node ${id} has a view of the metadata, which knows more than shards and copies: restore from it (without --from-shards, --from-copies), or remove ${directory.view}`,
  );
}

export function describeShardMetadata(report: ShardMetadataReport): string {
  const { nodes, shards, buckets, objects, versions, uploads, parts } = report;
  const left: readonly (readonly [number, string])[] = [
    [report.replaced, 'writes were replaced by later ones'],
    [report.unreadable, 'writes have too few shards left: they were deleted, or are lost'],
    [report.nameless, 'writes belong to buckets that are gone, or whose names no shard knows'],
    [report.partial, 'come back without some of their headers, metadata, tags or ACL'],
    [report.unreadableSeals, 'shards have a sealed record that cannot be read'],
    [report.damagedBytes, 'bytes of sidecars are damaged'],
  ];
  return [
    `${shards} shards of node${nodes.length === 1 ? '' : 's'} ${nodes.join(', ')}: ` +
      `${buckets} buckets, ${objects} objects, ${versions} older versions, ${uploads} open uploads with ${parts} parts.`,
    ...left.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}.`),
    ...(report.copied === undefined ? [] : describeCopied(report.copied)),
    ...report.refusedCopies.map(({ path, reason }) => `Passed over: ${path}: ${reason}`),
    ...(report.copied === undefined ? LOST_WITHOUT_COPY : LOST_WITH_COPY),
  ].join('\n');
}

const LOST_WITHOUT_COPY = [
  'Not known to shards: settings of buckets, copies, empty objects, tags and ACLs set later, delete markers, which uploads were completed,',
  'and deletions of the last minutes (until shards are reclaimed): such objects may be back.',
];
const LOST_WITH_COPY = [
  'Not known of the time after the copy: settings of buckets, copies, empty objects, tags and ACLs, delete markers (the version under one is',
  'current again), which uploads were completed, and deletions of the last minutes (until shards are reclaimed): such objects may be back.',
];
const NAMES_SHOWN = 20;

function describeCopied(copied: CopiedReport): readonly string[] {
  const { node, takenMs, records, applied, path } = copied;
  const lists: readonly (readonly [NamedKeys, string])[] = [
    [copied.deleted, 'objects of the copy are left out: their shards are gone, they were deleted since'],
    [
      copied.undecided,
      'have a newer write though the one in the copy is whole: replaced lately, or the newer one was never committed; the newer one counts',
    ],
    [
      copied.early,
      'are added though their write began before the copy, which does not name it: it was under way, or never committed',
    ],
    [copied.unreadable, 'of the copy stay though too few of their shards were found'],
    [
      copied.unproven,
      'of the copy are empty or share their bytes with another name: if one of these was deleted since, it is back',
    ],
  ];
  return [
    `The counts above are added to the copy of node ${node} of ${new Date(takenMs).toISOString()}, ${records} records up to change ${applied} (${path}).`,
    `Of the copy, ${copied.replacedSince} objects were replaced since, ${copied.droppedVersions} older versions and ${copied.droppedParts} parts are gone.`,
    ...lists
      .filter(([{ count }]) => count > 0)
      .flatMap(([{ count, names }, what]) => [
        `${count} ${what}:`,
        ...names.slice(0, NAMES_SHOWN).map((name) => `  ${name}`),
        ...(count > NAMES_SHOWN ? [`  … (s3d rebuild-metadata --json names up to 1000)`] : []),
      ]),
  ];
}
