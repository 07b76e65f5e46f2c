import { WEBSITE_DOCUMENT_BYTES_MAX } from '../../core/limits.ts';
import { parseWebsite } from '../website-document.ts';
import type { Operation } from '../operation.ts';
import { requestDocument } from '../xml-fields.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const putBucketWebsite: Operation = {
  name: 'PutBucketWebsite',
  anonymous: false,
  async handle(request) {
    const root = await requestDocument(request, 'WebsiteConfiguration', WEBSITE_DOCUMENT_BYTES_MAX);
    await request.call('PutBucketWebsite', {
      ...bucketParameters(request),
      WebsiteConfiguration: parseWebsite(root),
    });
    return { status: 200 };
  },
};
