// Multipart uploads and copies of the fake store: the contract of the real ones, kept in Maps.

import { createHash } from 'node:crypto';
import { S3Error } from '../../src/contracts/s3-errors.ts';
import type { StoreCallOptions, StoreReply } from '../../src/gateway/s3-client.ts';
import { rangeOf, receive, text, type Stored } from './fake-objects.ts';

type Result = Record<string, unknown>;
type Reply = StoreReply<Result>;
type Objects = Map<string, Stored>;

interface Part {
  readonly number: number;
  readonly bytes: Buffer;
  readonly etag: string;
  readonly checksums: Record<string, string>;
}

interface Upload {
  readonly id: string;
  readonly parameters: Result;
  readonly parts: Map<number, Part>;
}

const INITIATED = '2026-01-02T03:04:05.678Z';

export class FakeUploads {
  readonly open = new Map<string, Upload>();
  readonly #objectsOf: (parameters: Result, options: StoreCallOptions) => Objects;
  #next = 1;

  constructor(objectsOf: (parameters: Result, options: StoreCallOptions) => Objects) {
    this.#objectsOf = objectsOf;
  }

  call(operation: string, given: Result, options: StoreCallOptions): Promise<Reply> | undefined {
    const run = this.#operation(operation);
    if (run === undefined) return undefined;
    return Promise.resolve()
      .then(() => run(given, options))
      .then((result) => ({ result, headers: {} }));
  }

  #operation(
    name: string,
  ): ((given: Result, options: StoreCallOptions) => Result | Promise<Result>) | undefined {
    switch (name) {
      case 'CreateMultipartUpload':
        return (given, options) => this.#create(given, options);
      case 'UploadPart':
        return (given, options) => this.#uploadPart(given, options);
      case 'UploadPartCopy':
        return (given, options) => this.#uploadPartCopy(given, options);
      case 'CompleteMultipartUpload':
        return (given, options) => this.#complete(given, options);
      case 'AbortMultipartUpload':
        return (given) => this.#abort(given);
      case 'ListParts':
        return (given) => this.#listParts(given);
      case 'ListMultipartUploads':
        return (given, options) => this.#list(given, options);
      case 'CopyObject':
        return (given, options) => this.#copy(given, options);
      case 'GetObjectAttributes':
        return (given, options) => this.#attributes(given, options);
      default:
        return undefined;
    }
  }

  #create(given: Result, options: StoreCallOptions): Result {
    this.#objectsOf(given, options);
    const id = `upload-${this.#next++}`;
    this.open.set(id, { id, parameters: given, parts: new Map() });
    return { ...this.#address(given), UploadId: id, ...checksumPlan(given) };
  }

  #upload(given: Result): Upload {
    const upload = this.open.get(text(given['UploadId']));
    if (upload === undefined || upload.parameters['Key'] !== given['Key']) throw new S3Error('NoSuchUpload');
    return upload;
  }

  #address(given: Result): Result {
    return { Bucket: given['Bucket'], Key: given['Key'] };
  }

  async #uploadPart(given: Result, options: StoreCallOptions): Promise<Result> {
    const upload = this.#upload(given);
    if (options.body === undefined) throw new Error('UploadPart without a body');
    const { bytes, md5, checksums } = await receive(options.body);
    const number = Number(given['PartNumber']);
    upload.parts.set(number, { number, bytes, etag: `"${md5}"`, checksums });
    return { ETag: `"${md5}"`, ...checksums };
  }

  #source(given: Result, options: StoreCallOptions): Stored {
    const [source = '', version = 'null'] = text(given['CopySource']).split('?versionId=');
    const [bucket = '', ...key] = source.split('/');
    if (version !== 'null') throw new S3Error('NoSuchVersion');
    const stored = this.#objectsOf({ Bucket: bucket }, options).get(decodeURIComponent(key.join('/')));
    if (stored === undefined) throw new S3Error('NoSuchKey');
    const { CopySourceIfMatch: match, CopySourceIfNoneMatch: noneMatch } = given;
    if ((match !== undefined && match !== stored.etag) || noneMatch === stored.etag) {
      throw new S3Error('PreconditionFailed');
    }
    return stored;
  }

  #uploadPartCopy(given: Result, options: StoreCallOptions): Result {
    const upload = this.#upload(given);
    const source = this.#source(given, options).bytes;
    const range = rangeOf(given['CopySourceRange'], source.length);
    const bytes = range === undefined ? source : source.subarray(range.start, range.end);
    const number = Number(given['PartNumber']);
    const etag = etagOf(bytes);
    upload.parts.set(number, { number, bytes, etag, checksums: {} });
    return { CopyPartResult: { ETag: etag, LastModified: INITIATED } };
  }

  #complete(given: Result, options: StoreCallOptions): Result {
    const upload = this.#upload(given);
    const listed = (given['MultipartUpload'] as { Parts: { PartNumber: number; ETag: string }[] }).Parts;
    const chosen = listed.map(({ PartNumber, ETag }) => {
      const part = upload.parts.get(PartNumber);
      if (part?.etag.replaceAll('"', '') !== ETag.replaceAll('"', '')) throw new S3Error('InvalidPart');
      return part;
    });
    if (chosen.some((part, at) => part.number <= (chosen[at - 1]?.number ?? 0))) {
      throw new S3Error('InvalidPartOrder');
    }
    const digests = chosen.map(({ etag }) => Buffer.from(etag.replaceAll('"', ''), 'hex'));
    const etag = `${etagOf(Buffer.concat(digests)).slice(0, -1)}-${chosen.length}"`;
    this.#objectsOf(given, options).set(text(given['Key']), {
      bytes: Buffer.concat(chosen.map(({ bytes }) => bytes)),
      etag,
      modified: new Date().toISOString(),
      parameters: upload.parameters,
      checksums: {},
      parts: chosen.map(({ bytes }) => bytes.length),
    });
    this.open.delete(upload.id);
    return { ...this.#address(given), Location: `/${text(given['Bucket'])}`, ETag: etag };
  }

  #abort(given: Result): Result {
    this.open.delete(this.#upload(given).id);
    return {};
  }

  #listParts(given: Result): Result {
    const upload = this.#upload(given);
    const limit = Number(given['MaxParts'] ?? 1000);
    const after = Number(given['PartNumberMarker'] ?? 0);
    const parts = [...upload.parts.values()]
      .sort((a, b) => a.number - b.number)
      .filter(({ number }) => number > after);
    const page = parts.slice(0, limit);
    return {
      ...this.#address(given),
      UploadId: upload.id,
      PartNumberMarker: String(after),
      ...(page.length < parts.length ? { NextPartNumberMarker: String(page.at(-1)?.number ?? after) } : {}),
      MaxParts: limit,
      IsTruncated: page.length < parts.length,
      StorageClass: 'STANDARD',
      ...checksumPlan(upload.parameters),
      Parts: page.map(({ number, etag, bytes, checksums }) => ({
        PartNumber: number,
        LastModified: INITIATED,
        ETag: etag,
        Size: bytes.length,
        ...checksums,
      })),
    };
  }

  #list(given: Result, options: StoreCallOptions): Result {
    this.#objectsOf(given, options);
    const prefix = text(given['Prefix']);
    const uploads = [...this.open.values()]
      .filter(({ parameters }) => parameters['Bucket'] === given['Bucket'])
      .filter(({ parameters }) => text(parameters['Key']).startsWith(prefix));
    return {
      Bucket: given['Bucket'],
      Prefix: prefix,
      KeyMarker: text(given['KeyMarker']),
      UploadIdMarker: text(given['UploadIdMarker']),
      MaxUploads: Number(given['MaxUploads'] ?? 1000),
      IsTruncated: false,
      Uploads: uploads.map(({ id, parameters }) => ({
        Key: parameters['Key'],
        UploadId: id,
        Initiated: INITIATED,
        StorageClass: 'STANDARD',
        Initiator: { ID: '123456789012' },
        ...checksumPlan(parameters),
      })),
    };
  }

  #copy(given: Result, options: StoreCallOptions): Result {
    const source = this.#source(given, options);
    const modified = new Date().toISOString();
    const parameters = given['MetadataDirective'] === 'REPLACE' ? given : source.parameters;
    const objects = this.#objectsOf(given, options);
    objects.set(text(given['Key']), { ...source, modified, parameters });
    return { CopyObjectResult: { ETag: source.etag, LastModified: modified, ...source.checksums } };
  }

  #attributes(given: Result, options: StoreCallOptions): Result {
    const stored = this.#objectsOf(given, options).get(text(given['Key']));
    if (stored === undefined) throw new S3Error('NoSuchKey');
    const wanted = given['ObjectAttributes'] as string[];
    const sizes = stored.parts;
    const all: Result = {
      ETag: stored.etag.replaceAll('"', ''),
      ...(sizes === undefined
        ? {}
        : {
            ObjectParts: {
              TotalPartsCount: sizes.length,
              PartNumberMarker: text(given['PartNumberMarker'] ?? '0'),
              MaxParts: Number(given['MaxParts'] ?? 1000),
              IsTruncated: false,
              Parts: sizes.map((Size, at) => ({ PartNumber: at + 1, Size })),
            },
          }),
      Checksum: stored.checksums,
      StorageClass: 'STANDARD',
      ObjectSize: stored.bytes.length,
    };
    const chosen = Object.entries(all).filter(([name]) => wanted.includes(name));
    return { LastModified: stored.modified, ...Object.fromEntries(chosen) };
  }
}

function etagOf(bytes: Uint8Array): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

function checksumPlan({ ChecksumAlgorithm, ChecksumType }: Result): Result {
  return {
    ...(ChecksumAlgorithm === undefined ? {} : { ChecksumAlgorithm }),
    ...(ChecksumType === undefined ? {} : { ChecksumType }),
  };
}
