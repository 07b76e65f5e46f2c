import type { DeleteObjectsReply, DeleteObjectsRequest } from '../../contracts/generated/messages.ts';
import { S3_ERRORS } from '../../contracts/s3-errors.ts';
import { LIST_KEYS_MAX } from '../../core/limits.ts';
import { given, headerValue } from '../header-text.ts';
import { bypassParameter } from '../object-lock-headers.ts';
import type { GatewayRequest, Operation } from '../operation.ts';
import { checkKey } from '../request-target.ts';
import { document, element, leaf, malformed, parseXml, type XmlElement } from '../xml.ts';
import { pageArgument } from './page-argument.ts';

type Item = DeleteObjectsRequest['Delete']['Objects'][number];
type Deleted = NonNullable<DeleteObjectsReply['Deleted']>[number];
type Refusal = NonNullable<DeleteObjectsReply['Errors']>[number];

export const deleteObjects: Operation = {
  name: 'DeleteObjects',
  anonymous: false,
  async handle(request) {
    const root = parseXml(await request.document(), 'Delete');
    const quiet = root.child('Quiet')?.text.trim().toLowerCase() === 'true';
    const items = root.children('Object').map(parseItem);
    if (items.length === 0 || items.length > LIST_KEYS_MAX) throw malformed();
    const refusals = items.map(refusalOf);
    const accepted = items.filter((_item, index) => refusals[index] === undefined);
    const outcome = accepted.length === 0 ? {} : await remove(request, accepted, quiet);
    const errors = [...refusals.filter((refusal) => refusal !== undefined), ...(outcome.Errors ?? [])];
    const deleted = quiet ? [] : (outcome.Deleted ?? []);
    return {
      status: 200,
      xml: document('DeleteResult', ...deleted.map(renderDeleted), ...errors.map(renderRefusal)),
    };
  },
};

async function remove(
  request: GatewayRequest,
  items: readonly Item[],
  quiet: boolean,
): Promise<DeleteObjectsReply> {
  const { result } = await request.call('DeleteObjects', {
    Bucket: request.bucket,
    Delete: { Objects: [...items], Quiet: quiet },
    ...bypassParameter(request.headers),
    ...given({ ExpectedBucketOwner: headerValue(request.headers, 'x-amz-expected-bucket-owner') }),
  });
  return result;
}

function parseItem(object: XmlElement): Item {
  const key = object.child('Key')?.text ?? '';
  if (key === '') throw malformed();
  const versionId = object.child('VersionId')?.text;
  return {
    Key: key,
    ...given({
      ETag: object.child('ETag')?.text,
      // Empty as SDKs write it where there is none.
      VersionId: versionId === '' ? undefined : versionId,
      LastModifiedTime: object.child('LastModifiedTime')?.text,
      Size: pageArgument('Size', object.child('Size')?.text),
    }),
  };
}

/** What is wrong with one item; the others are deleted all the same. */
function refusalOf({ Key }: Item): Refusal | undefined {
  try {
    checkKey(Key);
    return undefined;
  } catch {
    return { Key, Code: 'KeyTooLongError', Message: S3_ERRORS.KeyTooLongError.message };
  }
}

function renderDeleted({ Key, VersionId, DeleteMarker, DeleteMarkerVersionId }: Deleted): string {
  return element(
    'Deleted',
    leaf('Key', Key),
    leaf('VersionId', VersionId),
    leaf('DeleteMarker', DeleteMarker),
    leaf('DeleteMarkerVersionId', DeleteMarkerVersionId),
  );
}

function renderRefusal({ Key, VersionId, Code, Message }: Refusal): string {
  return element(
    'Error',
    leaf('Key', Key),
    leaf('VersionId', VersionId),
    leaf('Code', Code),
    leaf('Message', Message),
  );
}
