// The rows of the route table for what is configured of a bucket.

import type { Route } from './operation.ts';
import {
  acceptsDefault,
  defaultDocument,
  noConfigurations,
  nothingToDelete,
  unconfigured,
} from './operations/bucket-configuration.ts';
import { deleteBucketCors } from './operations/delete-bucket-cors.ts';
import { deleteBucketEncryption } from './operations/delete-bucket-encryption.ts';
import { deleteBucketLifecycle } from './operations/delete-bucket-lifecycle.ts';
import { deleteBucketTagging } from './operations/delete-bucket-tagging.ts';
import { deleteBucketWebsite } from './operations/delete-bucket-website.ts';
import { getBucketCors } from './operations/get-bucket-cors.ts';
import { getBucketEncryption } from './operations/get-bucket-encryption.ts';
import { getBucketLifecycleConfiguration } from './operations/get-bucket-lifecycle-configuration.ts';
import { getBucketNotificationConfiguration } from './operations/get-bucket-notification-configuration.ts';
import { getBucketTagging } from './operations/get-bucket-tagging.ts';
import { getBucketWebsite } from './operations/get-bucket-website.ts';
import { putBucketCors } from './operations/put-bucket-cors.ts';
import { putBucketEncryption } from './operations/put-bucket-encryption.ts';
import { putBucketLifecycleConfiguration } from './operations/put-bucket-lifecycle-configuration.ts';
import { putBucketNotificationConfiguration } from './operations/put-bucket-notification-configuration.ts';
import { putBucketTagging } from './operations/put-bucket-tagging.ts';
import { putBucketWebsite } from './operations/put-bucket-website.ts';
import { leaf } from './xml.ts';

/** Configurations of which AWS keeps many by id. There are none here, which is what a list says. */
const KEPT_BY_ID = {
  analytics: ['BucketAnalyticsConfigurations', 'ListBucketAnalyticsConfigurationsResult'],
  'intelligent-tiering': [
    'BucketIntelligentTieringConfigurations',
    'ListBucketIntelligentTieringConfigurationsOutput',
  ],
  inventory: ['BucketInventoryConfigurations', 'ListInventoryConfigurationsResult'],
  metrics: ['BucketMetricsConfigurations', 'ListMetricsConfigurationsResult'],
} as const;

const lists = Object.entries(KEPT_BY_ID).map(([subResource, [name, root]]): [string, Route] => [
  `GET bucket?${subResource}`,
  { operation: noConfigurations(`List${name}`, root), parameters: ['id', 'continuation-token'] },
]);

export const BUCKET_SETTING_ROUTES: Readonly<Record<string, Route>> = {
  'GET bucket?cors': { operation: getBucketCors },
  'PUT bucket?cors': { operation: putBucketCors },
  'DELETE bucket?cors': { operation: deleteBucketCors },
  'GET bucket?tagging': { operation: getBucketTagging },
  'PUT bucket?tagging': { operation: putBucketTagging },
  'DELETE bucket?tagging': { operation: deleteBucketTagging },
  'GET bucket?encryption': { operation: getBucketEncryption },
  'PUT bucket?encryption': { operation: putBucketEncryption },
  'DELETE bucket?encryption': { operation: deleteBucketEncryption },
  'GET bucket?lifecycle': { operation: getBucketLifecycleConfiguration },
  'PUT bucket?lifecycle': { operation: putBucketLifecycleConfiguration },
  'DELETE bucket?lifecycle': { operation: deleteBucketLifecycle },
  'GET bucket?notification': { operation: getBucketNotificationConfiguration },
  'PUT bucket?notification': { operation: putBucketNotificationConfiguration },
  'GET bucket?website': { operation: getBucketWebsite },
  'PUT bucket?website': { operation: putBucketWebsite },
  'DELETE bucket?website': { operation: deleteBucketWebsite },

  'GET bucket?logging': { operation: defaultDocument('GetBucketLogging', 'BucketLoggingStatus') },
  'PUT bucket?logging': {
    operation: acceptsDefault('PutBucketLogging', 'BucketLoggingStatus', (root) => root.names().length === 0),
  },
  'GET bucket?accelerate': {
    operation: defaultDocument('GetBucketAccelerateConfiguration', 'AccelerateConfiguration'),
  },
  'PUT bucket?accelerate': {
    operation: acceptsDefault(
      'PutBucketAccelerateConfiguration',
      'AccelerateConfiguration',
      (root) => root.child('Status')?.text === 'Suspended',
    ),
  },
  'GET bucket?requestPayment': {
    operation: defaultDocument(
      'GetBucketRequestPayment',
      'RequestPaymentConfiguration',
      leaf('Payer', 'BucketOwner'),
    ),
  },
  'PUT bucket?requestPayment': {
    operation: acceptsDefault(
      'PutBucketRequestPayment',
      'RequestPaymentConfiguration',
      (root) => root.child('Payer')?.text === 'BucketOwner',
    ),
  },
  'GET bucket?replication': {
    operation: unconfigured('GetBucketReplication', 'ReplicationConfigurationNotFoundError'),
  },
  'DELETE bucket?replication': { operation: nothingToDelete('DeleteBucketReplication') },
  ...Object.fromEntries(lists),
};
