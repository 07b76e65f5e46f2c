// GetObjectAttributes: chosen facts of an object, its parts among them.

import type {
  GetObjectAttributesReply,
  GetObjectAttributesRequest,
} from '../../contracts/generated/messages.ts';
import type { ObjectRecord } from '../../contracts/records.ts';
import { enterBucket } from '../access.ts';
import { attributeChecksumsOf, partChecksumFieldsOf } from '../checksums.ts';
import { customerKeyOf } from '../customer-key.ts';
import type { ServiceParts, TypedHandler } from '../handler.ts';
import { requireKey } from '../object-key.ts';
import { readErrorOf } from '../object-reading.ts';
import { storageClassOf } from '../object-properties.ts';
import { partPagingOf, type PartPaging } from '../part-number.ts';
import { versionFieldOf, versionOf } from '../version-id.ts';

type Attribute = GetObjectAttributesRequest['ObjectAttributes'][number];
type Facts = Partial<GetObjectAttributesReply>;

export function getObjectAttributes(parts: ServiceParts): TypedHandler<'GetObjectAttributes'> {
  return async (request, call) => {
    requireKey(request.Key);
    const paging = partPagingOf(request);
    const bucket = await enterBucket(parts, call, request, 's3:GetObjectAttributes');
    const key = customerKeyOf(request);
    const version = versionOf(request.VersionId);
    const outcome = await parts.objects.head({
      bucket,
      key: request.Key,
      ...version,
      conditions: {},
      ...key,
    });
    if (outcome.kind !== 'found') throw readErrorOf(outcome, request);
    const { record } = outcome;
    const facts = new Set(request.ObjectAttributes);
    const result: GetObjectAttributesReply = {
      LastModified: record.modified,
      ...versionFieldOf(record, bucket, request.VersionId),
    };
    for (const attribute of facts) Object.assign(result, factOf(record, attribute, paging));
    return { result };
  };
}

function factOf(record: ObjectRecord, attribute: Attribute, paging: PartPaging): Facts {
  switch (attribute) {
    case 'ETag':
      // AWS leaves the quotes out here.
      return { ETag: record.etag };
    case 'Checksum':
      return record.checksums === undefined ? {} : { Checksum: attributeChecksumsOf(record) };
    case 'ObjectParts':
      return partsOf(record, paging);
    case 'StorageClass':
      return { StorageClass: storageClassOf(record) };
    case 'ObjectSize':
      return { ObjectSize: record.size };
  }
}

function partsOf(record: ObjectRecord, { after, limit }: PartPaging): Facts {
  if (record.parts === undefined) return {};
  const rest = record.parts.filter((part) => part.number > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return {
    ObjectParts: {
      TotalPartsCount: record.parts.length,
      PartNumberMarker: String(after),
      ...(last === undefined ? {} : { NextPartNumberMarker: String(last.number) }),
      MaxParts: limit,
      IsTruncated: page.length < rest.length,
      Parts: page.map(({ number, size, checksum }) => ({
        PartNumber: number,
        Size: size,
        ...partChecksumFieldsOf(record, checksum),
      })),
    },
  };
}
