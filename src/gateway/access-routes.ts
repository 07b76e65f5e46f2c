// Where the sub-resources that say who may do what are found.

import { deleteBucketOwnershipControls } from './operations/delete-bucket-ownership-controls.ts';
import { deleteBucketPolicy } from './operations/delete-bucket-policy.ts';
import { deletePublicAccessBlock } from './operations/delete-public-access-block.ts';
import { getBucketAcl } from './operations/get-bucket-acl.ts';
import { getBucketOwnershipControls } from './operations/get-bucket-ownership-controls.ts';
import { getBucketPolicyStatus } from './operations/get-bucket-policy-status.ts';
import { getBucketPolicy } from './operations/get-bucket-policy.ts';
import { getObjectAcl } from './operations/get-object-acl.ts';
import { getPublicAccessBlock } from './operations/get-public-access-block.ts';
import { putBucketAcl } from './operations/put-bucket-acl.ts';
import { putBucketOwnershipControls } from './operations/put-bucket-ownership-controls.ts';
import { putBucketPolicy } from './operations/put-bucket-policy.ts';
import { putObjectAcl } from './operations/put-object-acl.ts';
import { putPublicAccessBlock } from './operations/put-public-access-block.ts';
import type { Route } from './operation.ts';

export const ACCESS_ROUTES: Readonly<Record<string, Route>> = {
  'PUT bucket?policy': { operation: putBucketPolicy },
  'GET bucket?policy': { operation: getBucketPolicy },
  'DELETE bucket?policy': { operation: deleteBucketPolicy },
  'GET bucket?policyStatus': { operation: getBucketPolicyStatus },
  'PUT bucket?publicAccessBlock': { operation: putPublicAccessBlock },
  'GET bucket?publicAccessBlock': { operation: getPublicAccessBlock },
  'DELETE bucket?publicAccessBlock': { operation: deletePublicAccessBlock },
  'PUT bucket?ownershipControls': { operation: putBucketOwnershipControls },
  'GET bucket?ownershipControls': { operation: getBucketOwnershipControls },
  'DELETE bucket?ownershipControls': { operation: deleteBucketOwnershipControls },
  'PUT bucket?acl': { operation: putBucketAcl },
  'GET bucket?acl': { operation: getBucketAcl },
  'PUT object?acl': { operation: putObjectAcl, parameters: ['versionId'] },
  'GET object?acl': { operation: getObjectAcl, parameters: ['versionId'] },
};
