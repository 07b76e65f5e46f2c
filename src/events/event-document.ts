// What happened to an object, in the JSON of AWS's event notifications.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html

import type { ObjectEvent } from '../contracts/generated/messages.ts';
import type { BucketRecord, ObjectRecord } from '../contracts/records.ts';
import type { EventNote } from '../metadata/event-note.ts';
import { versionName } from '../metadata/version-table.ts';

type EventObject = ObjectEvent['Records'][number]['s3']['object'];
export type EventName = ObjectEvent['Records'][number]['eventName'];

/** One commit of the metadata stream that concerns an object. */
export interface ObjectChange {
  readonly bucket: BucketRecord;
  readonly key: string;
  /** Absent: the object was removed. */
  readonly record?: ObjectRecord;
  readonly note?: EventNote;
  /** Place in the metadata stream: orders the changes of a key. */
  readonly sequence: number;
  readonly storedMs: number;
}

const VERSION = '2.1';
const SCHEMA_VERSION = '1.0';
const SEQUENCER_DIGITS = 16;

/** `undefined`: nothing that a client would call an event. */
export function eventNameOf({ record, note }: Pick<ObjectChange, 'record' | 'note'>): EventName | undefined {
  if (note?.kind === 'revised') return undefined;
  if (note?.kind === 'expired') return expiryNameOf(record, note.version);
  if (record === undefined || note?.kind === 'removed') return 'ObjectRemoved:Delete';
  if (note?.kind === 'copied') return 'ObjectCreated:Copy';
  if (record.deleteMarker === true) return 'ObjectRemoved:DeleteMarkerCreated';
  return record.upload === undefined ? 'ObjectCreated:Put' : 'ObjectCreated:CompleteMultipartUpload';
}

/** `version`: the one that went. */
function expiryNameOf(record: ObjectRecord | undefined, version: string | undefined): EventName {
  const isMarked = version === undefined && record?.deleteMarker === true;
  return isMarked ? 'LifecycleExpiration:DeleteMarkerCreated' : 'LifecycleExpiration:Delete';
}

/** `s3.events.photos.created`: a dot in the name of a bucket would begin another token; `_` is in no name. */
export function eventSubject(bucket: string, name: EventName): string {
  const kind = name.startsWith('ObjectCreated') ? 'created' : 'removed';
  return `s3.events.${bucket.replaceAll('.', '_')}.${kind}`;
}

export function eventDocument(change: ObjectChange, name: EventName, configurationId: string): ObjectEvent {
  const { bucket, record } = change;
  const owner = { principalId: bucket.account };
  const time = new Date(change.storedMs).toISOString();
  return {
    Records: [
      {
        eventVersion: VERSION,
        eventSource: 'aws:s3',
        awsRegion: bucket.region,
        eventTime: time,
        eventName: name,
        userIdentity: owner,
        requestParameters: { sourceIPAddress: '' },
        responseElements: {
          'x-amz-request-id': isRemoval(name) ? '' : (record?.request ?? ''),
          'x-amz-id-2': '',
        },
        s3: {
          s3SchemaVersion: SCHEMA_VERSION,
          configurationId,
          bucket: { name: bucket.name, ownerIdentity: owner, arn: `arn:aws:s3:::${bucket.name}` },
          object: objectOf(change, name),
        },
      },
    ],
  };
}

/** A removal has no record of its own: what the commit carries is the version that became current instead. */
function isRemoval(name: EventName): boolean {
  return name === 'ObjectRemoved:Delete' || name === 'LifecycleExpiration:Delete';
}

function objectOf({ key, record, note, sequence }: ObjectChange, name: EventName): EventObject {
  const isMade = name.startsWith('ObjectCreated');
  const ownVersion = record?.versionId === undefined ? undefined : versionName(record);
  const gone = note?.kind === 'removed' || note?.kind === 'expired' ? note.version : undefined;
  const versionId = isRemoval(name) ? gone : ownVersion;
  return {
    // As a form would: a space is a plus.
    key: encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/'),
    ...(isMade && record !== undefined && { size: record.size, eTag: record.etag }),
    ...(versionId !== undefined && { versionId }),
    sequencer: sequence.toString(16).toUpperCase().padStart(SEQUENCER_DIGITS, '0'),
  };
}
