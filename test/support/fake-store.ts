// A peer for the gateway's tests: the store's side of the client interface, kept in a Map. It honours the same contract
// as the real client (PascalCase messages, thrown S3Errors, digests checked after the last byte), so that tests can
// drive the gateway over real sockets without a cluster.

import { S3Error } from '../../src/contracts/s3-errors.ts';
import type { OutgoingBody } from '../../src/core/body.ts';
import type { S3Client, StoreCallOptions, StoreReply } from '../../src/gateway/s3-client.ts';
import { inPieces, rangeOf, receive, text, type Stored } from './fake-objects.ts';
import { FakeUploads } from './fake-uploads.ts';

type Result = Record<string, unknown>;
type Reply = StoreReply<Result>;

interface Target {
  readonly Key: string;
  readonly VersionId?: string;
}

export class FakeStore implements S3Client {
  readonly buckets = new Map<string, { account: string; public: boolean; objects: Map<string, Stored> }>();
  /** Every call that arrived, for tests that assert what was (not) asked. */
  readonly calls: { operation: string; parameters: Result; options: StoreCallOptions }[] = [];
  /** Replaces an operation for one test. */
  readonly overrides = new Map<string, (parameters: Result, options: StoreCallOptions) => Promise<Reply>>();
  readonly region: string;
  readonly uploads = new FakeUploads((parameters, options) => this.#bucket(parameters, options).objects);

  constructor(region = 'eu-central-1') {
    this.region = region;
  }

  addBucket(name: string, account = '123456789012', isPublic = false): void {
    this.buckets.set(name, { account, public: isPublic, objects: new Map() });
  }

  async call(operation: string, parameters: object, options: StoreCallOptions): Promise<Reply> {
    const given = parameters as Result;
    this.calls.push({ operation, parameters: given, options });
    const override = this.overrides.get(operation);
    if (override !== undefined) return override(given, options);
    return (
      this.uploads.call(operation, given, options) ??
      this.#objectOperation(operation, given, options) ??
      this.#bucketOperation(operation, given, options)
    );
  }

  #objectOperation(operation: string, given: Result, options: StoreCallOptions): Promise<Reply> | undefined {
    switch (operation) {
      case 'PutObject':
        return this.#put(given, options);
      case 'GetObject':
        return this.#get(given, options);
      case 'HeadObject':
        return this.#get(given, options).then(({ result }) => this.#reply(result));
      case 'DeleteObject':
        this.#bucket(given, options).objects.delete(text(given['Key']));
        return Promise.resolve(this.#reply({}));
      default:
        return undefined;
    }
  }

  #bucketOperation(operation: string, given: Result, options: StoreCallOptions): Reply {
    switch (operation) {
      case 'ListBuckets':
        return this.#reply(this.#listBuckets(options));
      case 'CreateBucket':
        return this.#reply(this.#createBucket(given, options));
      case 'HeadBucket':
        this.#bucket(given, options);
        return this.#reply({ BucketRegion: this.region });
      case 'GetBucketLocation':
        this.#bucket(given, options);
        return this.#reply({ LocationConstraint: this.region });
      case 'GetBucketVersioning':
        this.#bucket(given, options);
        return this.#reply({});
      case 'ListObjectVersions':
        return this.#reply(this.#listVersions(given, options));
      case 'DeleteBucket':
        return this.#reply(this.#deleteBucket(given, options));
      case 'DeleteObjects':
        return this.#reply(this.#deleteObjects(given, options));
      case 'ListObjects':
      case 'ListObjectsV2':
        return this.#reply(this.#list(operation, given, options));
      default:
        throw new S3Error('NotImplemented', operation);
    }
  }

  #reply(result: Result, body?: OutgoingBody): Reply {
    return body === undefined ? { result, headers: {} } : { result, body, headers: {} };
  }

  #bucket(parameters: Result, { context }: StoreCallOptions): { objects: Map<string, Stored> } {
    const bucket = this.buckets.get(text(parameters['Bucket']));
    if (bucket === undefined) throw new S3Error('NoSuchBucket');
    if (bucket.account !== context.accountId && !bucket.public) throw new S3Error('AccessDenied');
    return bucket;
  }

  #listBuckets({ context }: StoreCallOptions): Result {
    const names = [...this.buckets].filter(([, bucket]) => bucket.account === context.accountId);
    return {
      Buckets: names.map(([Name]) => ({
        Name,
        CreationDate: '2026-01-02T03:04:05.678Z',
        BucketRegion: this.region,
      })),
      Owner: { ID: context.accountId },
    };
  }

  #createBucket(parameters: Result, { context }: StoreCallOptions): Result {
    const name = text(parameters['Bucket']);
    const existing = this.buckets.get(name);
    if (existing !== undefined) {
      throw new S3Error(
        existing.account === context.accountId ? 'BucketAlreadyOwnedByYou' : 'BucketAlreadyExists',
      );
    }
    this.addBucket(name, context.accountId ?? '');
    return { Location: `/${name}` };
  }

  #deleteBucket(parameters: Result, options: StoreCallOptions): Result {
    if (this.#bucket(parameters, options).objects.size > 0) throw new S3Error('BucketNotEmpty');
    this.buckets.delete(text(parameters['Bucket']));
    return {};
  }

  async #put(parameters: Result, options: StoreCallOptions): Promise<Reply> {
    const { objects } = this.#bucket(parameters, options);
    if (options.body === undefined) throw new Error('PutObject without a body');
    const { bytes, checksums, md5 } = await receive(options.body);
    const key = text(parameters['Key']);
    if (parameters['IfNoneMatch'] === '*' && objects.has(key)) throw new S3Error('PreconditionFailed');
    const etag = `"${md5}"`;
    objects.set(key, { bytes, etag, modified: new Date().toISOString(), parameters, checksums });
    const result = { ETag: etag, ...checksums };
    return { result, headers: { 'X-Predastore-Pool-Pressure': 'nearfull', 'S3-Status-Code': '200' } };
  }

  async #get(parameters: Result, options: StoreCallOptions): Promise<Reply> {
    const stored = this.#bucket(parameters, options).objects.get(text(parameters['Key']));
    if (stored === undefined) throw new S3Error('NoSuchKey');
    if (parameters['IfNoneMatch'] === stored.etag) {
      throw new S3Error('NotModified', undefined, { headers: { ETag: stored.etag } });
    }
    if (parameters['IfMatch'] !== undefined && parameters['IfMatch'] !== stored.etag) {
      throw new S3Error('PreconditionFailed');
    }
    const range = this.#range(parameters, stored);
    const bytes = range === undefined ? stored.bytes : stored.bytes.subarray(range.start, range.end);
    const result: Result = {
      AcceptRanges: 'bytes',
      ContentLength: bytes.length,
      ETag: stored.etag,
      LastModified: stored.modified,
      ContentType: 'binary/octet-stream',
      Metadata: {},
      ...headersOf(stored.parameters),
      ...(parameters['ChecksumMode'] === 'ENABLED' ? stored.checksums : {}),
    };
    if (range !== undefined) {
      result['ContentRange'] = `bytes ${range.start}-${range.end - 1}/${stored.bytes.length}`;
    }
    if (parameters['PartNumber'] !== undefined && stored.parts !== undefined) {
      result['PartsCount'] = stored.parts.length;
    }
    return this.#reply(result, { lengthBytes: bytes.length, bytes: inPieces(bytes) });
  }

  #range(parameters: Result, stored: Stored): { start: number; end: number } | undefined {
    const number = parameters['PartNumber'];
    if (typeof number !== 'number') return rangeOf(parameters['Range'], stored.bytes.length);
    const sizes = stored.parts ?? [stored.bytes.length];
    const size = sizes[number - 1];
    if (size === undefined) throw new S3Error('InvalidPartNumber');
    const start = sizes.slice(0, number - 1).reduce((sum, bytes) => sum + bytes, 0);
    return { start, end: start + size };
  }

  #deleteObjects(parameters: Result, options: StoreCallOptions): Result {
    const { objects } = this.#bucket(parameters, options);
    const request = parameters['Delete'] as { Objects: Target[]; Quiet?: boolean };
    const isThere = ({ VersionId = 'null' }: Target): boolean => VersionId === 'null';
    const gone = request.Objects.filter(isThere);
    for (const { Key } of gone) objects.delete(Key);
    const errors = request.Objects.filter((target) => !isThere(target));
    return {
      ...(request.Quiet === true ? {} : { Deleted: gone.map(({ Key }) => ({ Key })) }),
      ...(errors.length > 0 && {
        Errors: errors.map(({ Key }) => ({ Key, Code: 'NoSuchVersion', Message: 'no such version' })),
      }),
    };
  }

  /** Every object is its only version. */
  #listVersions(parameters: Result, options: StoreCallOptions): Result {
    const {
      Marker: _marker,
      Contents,
      ...page
    } = this.#list('ListObjects', { ...parameters, Marker: parameters['KeyMarker'] }, options);
    const versions = (Contents as Result[]).map((object) => ({
      ...object,
      VersionId: 'null',
      IsLatest: true,
    }));
    const next = { NextKeyMarker: (Contents as Result[]).at(-1)?.['Key'], NextVersionIdMarker: 'null' };
    return {
      ...page,
      KeyMarker: text(parameters['KeyMarker']),
      Versions: versions,
      ...(page['IsTruncated'] === true && next),
    };
  }

  #list(operation: string, parameters: Result, options: StoreCallOptions): Result {
    const { objects } = this.#bucket(parameters, options);
    const prefix = text(parameters['Prefix']);
    const after = text(parameters['Marker'] ?? parameters['ContinuationToken'] ?? parameters['StartAfter']);
    const limit = Math.min(Number(parameters['MaxKeys'] ?? 1000), 1000);
    const keys = [...objects.keys()]
      .filter((key) => key.startsWith(prefix) && key > after)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const page = keys.slice(0, limit);
    const isTruncated = keys.length > limit && limit > 0;
    return {
      Name: parameters['Bucket'],
      Prefix: prefix,
      ...(operation === 'ListObjects' ? { Marker: after } : { KeyCount: page.length }),
      ...(parameters['Delimiter'] === undefined ? {} : { Delimiter: parameters['Delimiter'] }),
      MaxKeys: limit,
      IsTruncated: isTruncated,
      ...(isTruncated && operation !== 'ListObjects' ? { NextContinuationToken: page.at(-1) } : {}),
      Contents: page.map((Key) => ({
        Key,
        LastModified: objects.get(Key)?.modified,
        ETag: objects.get(Key)?.etag,
        Size: objects.get(Key)?.bytes.length,
        StorageClass: 'STANDARD',
      })),
    };
  }
}

function headersOf(parameters: Result): Result {
  const names = [
    'ContentType',
    'CacheControl',
    'ContentDisposition',
    'ContentEncoding',
    'ContentLanguage',
    'Expires',
    'Metadata',
  ];
  return Object.fromEntries(
    names.filter((name) => name in parameters).map((name) => [name, parameters[name]]),
  );
}
