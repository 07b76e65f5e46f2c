// The NATS face of a node: one handler per operation, and nothing else. Subscribing and envelopes are the bus's.
//
// Owns: S3's words for what the idea rooms answer. Refuses: where bytes lie, how messages travel.
import type { OperationHandler } from '../bus/operation.ts';
import type { OperationName } from '../contracts/operations.ts';
import { concealKeys } from './concealed-keys.ts';
import { untyped, type ServiceParts } from './handler.ts';
import { requireCallers } from './known-callers.ts';
import { lockOperations } from './lock-operations.ts';
import { abortMultipartUpload } from './operations/abort-multipart-upload.ts';
import { adminMaintenance } from './operations/admin-maintenance.ts';
import { adminMembership } from './operations/admin-membership.ts';
import { adminStatus } from './operations/admin-status.ts';
import { completeMultipartUpload } from './operations/complete-multipart-upload.ts';
import { copyObject } from './operations/copy-object.ts';
import { createBucket } from './operations/create-bucket.ts';
import { createMultipartUpload } from './operations/create-multipart-upload.ts';
import { deleteBucketOwnershipControls } from './operations/delete-bucket-ownership-controls.ts';
import { deleteBucketPolicy } from './operations/delete-bucket-policy.ts';
import { deleteBucket } from './operations/delete-bucket.ts';
import { deleteBucketCors } from './operations/delete-bucket-cors.ts';
import { deleteBucketEncryption } from './operations/delete-bucket-encryption.ts';
import { deleteBucketLifecycle } from './operations/delete-bucket-lifecycle.ts';
import { deleteBucketTagging } from './operations/delete-bucket-tagging.ts';
import { deleteBucketWebsite } from './operations/delete-bucket-website.ts';
import { deleteObject } from './operations/delete-object.ts';
import { deleteObjects } from './operations/delete-objects.ts';
import { getBucketCors } from './operations/get-bucket-cors.ts';
import { getBucketEncryption } from './operations/get-bucket-encryption.ts';
import { getBucketLifecycleConfiguration } from './operations/get-bucket-lifecycle-configuration.ts';
import { getBucketLocation } from './operations/get-bucket-location.ts';
import { getBucketNotificationConfiguration } from './operations/get-bucket-notification-configuration.ts';
import { getBucketTagging } from './operations/get-bucket-tagging.ts';
import { getBucketWebsite } from './operations/get-bucket-website.ts';
import { getObject } from './operations/get-object.ts';
import { deletePublicAccessBlock } from './operations/delete-public-access-block.ts';
import { getBucketAcl } from './operations/get-bucket-acl.ts';
import { getBucketOwnershipControls } from './operations/get-bucket-ownership-controls.ts';
import { getBucketPolicyStatus } from './operations/get-bucket-policy-status.ts';
import { getBucketPolicy } from './operations/get-bucket-policy.ts';
import { getObjectAcl } from './operations/get-object-acl.ts';
import { getObjectAttributes } from './operations/get-object-attributes.ts';
import { getPublicAccessBlock } from './operations/get-public-access-block.ts';
import { headBucket } from './operations/head-bucket.ts';
import { headObject } from './operations/head-object.ts';
import { listBuckets } from './operations/list-buckets.ts';
import { listMultipartUploads } from './operations/list-multipart-uploads.ts';
import { listObjectsV2 } from './operations/list-objects-v2.ts';
import { listObjects } from './operations/list-objects.ts';
import { listParts } from './operations/list-parts.ts';
import { optionsObject } from './operations/options-object.ts';
import { putBucketCors } from './operations/put-bucket-cors.ts';
import { putBucketEncryption } from './operations/put-bucket-encryption.ts';
import { putBucketLifecycleConfiguration } from './operations/put-bucket-lifecycle-configuration.ts';
import { putBucketNotificationConfiguration } from './operations/put-bucket-notification-configuration.ts';
import { putBucketTagging } from './operations/put-bucket-tagging.ts';
import { putBucketWebsite } from './operations/put-bucket-website.ts';
import { putBucketAcl } from './operations/put-bucket-acl.ts';
import { putBucketOwnershipControls } from './operations/put-bucket-ownership-controls.ts';
import { putBucketPolicy } from './operations/put-bucket-policy.ts';
import { putObjectAcl } from './operations/put-object-acl.ts';
import { putObject } from './operations/put-object.ts';
import { putPublicAccessBlock } from './operations/put-public-access-block.ts';
import { restoreObject } from './operations/restore-object.ts';
import { uploadPart } from './operations/upload-part.ts';
import { uploadPartCopy } from './operations/upload-part-copy.ts';
import { deleteObjectTagging } from './operations/delete-object-tagging.ts';
import { getBucketVersioning } from './operations/get-bucket-versioning.ts';
import { getObjectTagging } from './operations/get-object-tagging.ts';
import { listObjectVersions } from './operations/list-object-versions.ts';
import { putBucketVersioning } from './operations/put-bucket-versioning.ts';
import { putObjectTagging } from './operations/put-object-tagging.ts';

export type { ServiceParts } from './handler.ts';

/** Every operation of the contract has its handler: a missing one does not compile. */
export type OperationTable = Readonly<Record<OperationName, OperationHandler>>;

export function createService(parts: ServiceParts): OperationTable {
  const table: OperationTable = {
    AbortMultipartUpload: untyped(abortMultipartUpload(parts)),
    AdminMaintenance: untyped(adminMaintenance(parts)),
    AdminMembership: untyped(adminMembership(parts)),
    AdminStatus: untyped(adminStatus(parts)),
    CompleteMultipartUpload: untyped(completeMultipartUpload(parts)),
    CopyObject: untyped(copyObject(parts)),
    CreateBucket: untyped(createBucket(parts)),
    CreateMultipartUpload: untyped(createMultipartUpload(parts)),
    DeleteBucket: untyped(deleteBucket(parts)),
    DeleteBucketCors: untyped(deleteBucketCors(parts)),
    DeleteBucketEncryption: untyped(deleteBucketEncryption(parts)),
    DeleteBucketLifecycle: untyped(deleteBucketLifecycle(parts)),
    DeleteBucketTagging: untyped(deleteBucketTagging(parts)),
    DeleteBucketWebsite: untyped(deleteBucketWebsite(parts)),
    DeleteObject: untyped(deleteObject(parts)),
    DeleteObjects: untyped(deleteObjects(parts)),
    GetBucketCors: untyped(getBucketCors(parts)),
    GetBucketEncryption: untyped(getBucketEncryption(parts)),
    GetBucketLifecycleConfiguration: untyped(getBucketLifecycleConfiguration(parts)),
    GetBucketLocation: untyped(getBucketLocation(parts)),
    GetBucketNotificationConfiguration: untyped(getBucketNotificationConfiguration(parts)),
    GetBucketTagging: untyped(getBucketTagging(parts)),
    GetBucketWebsite: untyped(getBucketWebsite(parts)),
    DeleteBucketOwnershipControls: untyped(deleteBucketOwnershipControls(parts)),
    DeleteBucketPolicy: untyped(deleteBucketPolicy(parts)),
    DeletePublicAccessBlock: untyped(deletePublicAccessBlock(parts)),
    GetBucketAcl: untyped(getBucketAcl(parts)),
    GetBucketOwnershipControls: untyped(getBucketOwnershipControls(parts)),
    GetBucketPolicy: untyped(getBucketPolicy(parts)),
    GetBucketPolicyStatus: untyped(getBucketPolicyStatus(parts)),
    GetObject: untyped(getObject(parts)),
    GetObjectAcl: untyped(getObjectAcl(parts)),
    GetObjectAttributes: untyped(getObjectAttributes(parts)),
    RestoreObject: untyped(restoreObject(parts)),
    GetPublicAccessBlock: untyped(getPublicAccessBlock(parts)),
    DeleteObjectTagging: untyped(deleteObjectTagging(parts)),
    GetBucketVersioning: untyped(getBucketVersioning(parts)),
    GetObjectTagging: untyped(getObjectTagging(parts)),
    ListObjectVersions: untyped(listObjectVersions(parts)),
    PutBucketVersioning: untyped(putBucketVersioning(parts)),
    ...lockOperations(parts),
    PutObjectTagging: untyped(putObjectTagging(parts)),
    HeadBucket: untyped(headBucket(parts)),
    HeadObject: untyped(headObject(parts)),
    ListBuckets: untyped(listBuckets(parts)),
    ListMultipartUploads: untyped(listMultipartUploads(parts)),
    ListObjects: untyped(listObjects(parts)),
    ListObjectsV2: untyped(listObjectsV2(parts)),
    ListParts: untyped(listParts(parts)),
    OptionsObject: untyped(optionsObject(parts)),
    PutBucketCors: untyped(putBucketCors(parts)),
    PutBucketEncryption: untyped(putBucketEncryption(parts)),
    PutBucketLifecycleConfiguration: untyped(putBucketLifecycleConfiguration(parts)),
    PutBucketNotificationConfiguration: untyped(putBucketNotificationConfiguration(parts)),
    PutBucketTagging: untyped(putBucketTagging(parts)),
    PutBucketWebsite: untyped(putBucketWebsite(parts)),
    PutBucketAcl: untyped(putBucketAcl(parts)),
    PutBucketOwnershipControls: untyped(putBucketOwnershipControls(parts)),
    PutBucketPolicy: untyped(putBucketPolicy(parts)),
    PutObject: untyped(putObject(parts)),
    PutObjectAcl: untyped(putObjectAcl(parts)),
    PutPublicAccessBlock: untyped(putPublicAccessBlock(parts)),
    UploadPart: untyped(uploadPart(parts)),
    UploadPartCopy: untyped(uploadPartCopy(parts)),
  };
  return requireCallers(concealKeys(parts, table));
}
