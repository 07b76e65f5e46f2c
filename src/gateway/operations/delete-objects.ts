import { S3Error, S3_ERRORS, type S3ErrorCode } from '../../contracts/s3-errors.ts';
import { LIST_KEYS_MAX } from '../../core/limits.ts';
import { given, headerValue } from '../header-text.ts';
import type { GatewayRequest, Operation } from '../operation.ts';
import { checkKey } from '../request-target.ts';
import { document, element, leaf, malformed, parseXml, type XmlElement } from '../xml.ts';
import { NULL_VERSION } from './null-version.ts';

interface Item {
  readonly key: string;
  readonly etag: string | undefined;
  readonly versionId: string | undefined;
}

interface Refusal {
  readonly Key: string;
  readonly Code: string;
  readonly Message: string;
}

/** Conditions on single objects that the store cannot judge. */
const UNKNOWN_CONDITIONS = ['LastModifiedTime', 'Size'];

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
    const versions = new Map(items.map((item) => [item.key, item.versionId]));
    return {
      status: 200,
      xml: document(
        'DeleteResult',
        ...deleted.map(({ Key }) =>
          element('Deleted', leaf('Key', Key), leaf('VersionId', versions.get(Key))),
        ),
        ...errors.map(renderRefusal),
      ),
    };
  },
};

async function remove(
  request: GatewayRequest,
  items: readonly Item[],
  quiet: boolean,
): Promise<{ Deleted?: { Key: string }[]; Errors?: Refusal[] }> {
  const { result } = await request.call('DeleteObjects', {
    Bucket: request.bucket,
    Delete: {
      Objects: items.map(({ key, etag }) => (etag === undefined ? { Key: key } : { Key: key, ETag: etag })),
      Quiet: quiet,
    },
    ...given({ ExpectedBucketOwner: headerValue(request.headers, 'x-amz-expected-bucket-owner') }),
  });
  return result;
}

function parseItem(object: XmlElement): Item {
  const key = object.child('Key')?.text ?? '';
  if (key === '' || object.names().some((name) => UNKNOWN_CONDITIONS.includes(name))) {
    throw key === '' ? malformed() : new S3Error('NotImplemented');
  }
  return { key, etag: object.child('ETag')?.text, versionId: object.child('VersionId')?.text };
}

/** What is wrong with one item; the others are deleted all the same. */
function refusalOf(item: Item): Refusal | undefined {
  if (item.versionId !== undefined && item.versionId !== NULL_VERSION) return refusal(item, 'NoSuchVersion');
  try {
    checkKey(item.key);
    return undefined;
  } catch {
    return refusal(item, 'KeyTooLongError');
  }
}

function refusal({ key }: Item, code: S3ErrorCode): Refusal {
  return { Key: key, Code: code, Message: S3_ERRORS[code].message };
}

function renderRefusal({ Key, Code, Message }: Refusal): string {
  return element('Error', leaf('Key', Key), leaf('Code', Code), leaf('Message', Message));
}
