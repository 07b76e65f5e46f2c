// What a bucket answers about configurations that nobody can set: AWS's own "not configured", or the default as a
// document. Tools such as Terraform ask for all of them after creating a bucket.

import { S3Error, type S3ErrorCode } from '../../contracts/s3-errors.ts';
import type { Operation } from '../operation.ts';
import { document, leaf, type XmlElement } from '../xml.ts';
import { requestDocument } from '../xml-fields.ts';
import { bucketParameters } from './bucket-parameters.ts';

/** Answers with an error once it is known that the bucket exists and the caller may ask. */
export function unconfigured(name: string, code: S3ErrorCode): Operation {
  return {
    name,
    anonymous: false,
    async handle(request) {
      await request.call('HeadBucket', bucketParameters(request));
      throw new S3Error(code, undefined, { fields: { BucketName: request.bucket } });
    },
  };
}

/** Answers with the document of a bucket that was never configured. */
export function defaultDocument(name: string, root: string, ...content: readonly string[]): Operation {
  return {
    name,
    anonymous: false,
    async handle(request) {
      await request.call('HeadBucket', bucketParameters(request));
      return { status: 200, xml: document(root, ...content) };
    },
  };
}

/** Takes a configuration that asks for what happens anyway, and refuses any other rather than forget it. */
export function acceptsDefault(
  name: string,
  root: string,
  isDefault: (root: XmlElement) => boolean,
): Operation {
  return {
    name,
    anonymous: false,
    async handle(request) {
      const asked = await requestDocument(request, root);
      await request.call('HeadBucket', bucketParameters(request));
      if (isDefault(asked)) return { status: 200 };
      throw new S3Error('NotImplemented', undefined, { fields: { Request: `${name} beyond the default` } });
    },
  };
}

/** Of configurations that are kept by id: the list has none, and none has the id that is asked for. */
export function noConfigurations(name: string, root: string): Operation {
  return {
    name,
    anonymous: false,
    async handle(request) {
      await request.call('HeadBucket', bucketParameters(request));
      if (request.query.has('id')) {
        throw new S3Error('NoSuchConfiguration', undefined, { fields: { BucketName: request.bucket } });
      }
      return { status: 200, xml: document(root, leaf('IsTruncated', false)) };
    },
  };
}

/** Deleting a configuration that is not there succeeds at AWS. */
export function nothingToDelete(name: string): Operation {
  return {
    name,
    anonymous: false,
    async handle(request) {
      await request.call('HeadBucket', bucketParameters(request));
      return { status: 204 };
    },
  };
}
