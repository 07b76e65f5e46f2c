// What can be configured of a bucket, as its record keeps it. A setting that is absent was never configured, or was deleted.
//
// Settings are documents of the client, given back as they came, so their fields have the names of the AWS API. Whoever
// stores one has checked it against AWS's rules; readers may rely on the types here.

import type { AclRecord } from './acl-record.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface CorsRule {
  readonly ID?: string;
  readonly AllowedHeaders?: readonly string[];
  readonly AllowedMethods: readonly string[];
  readonly AllowedOrigins: readonly string[];
  readonly ExposeHeaders?: readonly string[];
  readonly MaxAgeSeconds?: number;
}

export interface EncryptionRule {
  readonly ApplyServerSideEncryptionByDefault?: { readonly SSEAlgorithm: 'AES256' };
  readonly BucketKeyEnabled?: boolean;
}

/** Which objects a lifecycle rule is about: all conditions that are given must hold. */
export interface LifecycleConditions {
  readonly Prefix?: string;
  readonly ObjectSizeGreaterThan?: number;
  readonly ObjectSizeLessThan?: number;
}

export interface LifecycleFilter extends LifecycleConditions {
  readonly Tag?: Tag;
  readonly And?: LifecycleConditions & { readonly Tags?: readonly Tag[] };
}

export interface LifecycleRule {
  readonly ID: string;
  readonly Status: 'Enabled' | 'Disabled';
  /** The older form of a filter. */
  readonly Prefix?: string;
  readonly Filter?: LifecycleFilter;
  /** `Date` is ISO 8601 at midnight UTC. */
  readonly Expiration?: {
    readonly Days?: number;
    readonly Date?: string;
    readonly ExpiredObjectDeleteMarker?: boolean;
  };
  readonly NoncurrentVersionExpiration?: {
    readonly NoncurrentDays?: number;
    readonly NewerNoncurrentVersions?: number;
  };
  readonly AbortIncompleteMultipartUpload?: { readonly DaysAfterInitiation?: number };
  /** Kept and given back; this store has one storage class and moves nothing. */
  readonly Transitions?: readonly LifecycleTransition[];
  readonly NoncurrentVersionTransitions?: readonly NoncurrentVersionTransition[];
}

export interface LifecycleTransition {
  readonly Days?: number;
  readonly Date?: string;
  readonly StorageClass: string;
}

export interface NoncurrentVersionTransition {
  readonly NoncurrentDays?: number;
  readonly NewerNoncurrentVersions?: number;
  readonly StorageClass: string;
}

export interface NotificationFilter {
  readonly Key?: { readonly FilterRules?: readonly { readonly Name: string; readonly Value: string }[] };
}

interface NotificationTarget {
  readonly Id: string;
  readonly Events: readonly string[];
  readonly Filter?: NotificationFilter;
}

export interface NotificationSettings {
  readonly TopicConfigurations?: readonly (NotificationTarget & { readonly TopicArn: string })[];
  readonly QueueConfigurations?: readonly (NotificationTarget & { readonly QueueArn: string })[];
  readonly LambdaFunctionConfigurations?: readonly (NotificationTarget & {
    readonly LambdaFunctionArn: string;
  })[];
  readonly EventBridgeConfiguration?: object;
}

export interface WebsiteRoutingRule {
  readonly Condition?: { readonly HttpErrorCodeReturnedEquals?: string; readonly KeyPrefixEquals?: string };
  readonly Redirect: {
    readonly HostName?: string;
    readonly HttpRedirectCode?: string;
    readonly Protocol?: string;
    readonly ReplaceKeyPrefixWith?: string;
    readonly ReplaceKeyWith?: string;
  };
}

export interface WebsiteSettings {
  readonly IndexDocument?: { readonly Suffix: string };
  readonly ErrorDocument?: { readonly Key: string };
  readonly RedirectAllRequestsTo?: { readonly HostName: string; readonly Protocol?: string };
  readonly RoutingRules?: readonly WebsiteRoutingRule[];
}

export interface PublicAccessBlock {
  readonly BlockPublicAcls: boolean;
  readonly IgnorePublicAcls: boolean;
  readonly BlockPublicPolicy: boolean;
  readonly RestrictPublicBuckets: boolean;
}

export interface DefaultRetention {
  readonly Mode: 'GOVERNANCE' | 'COMPLIANCE';
  /** Either days or years. */
  readonly Days?: number;
  readonly Years?: number;
}

export interface ObjectLockSettings {
  readonly ObjectLockEnabled: 'Enabled';
  readonly Rule?: { readonly DefaultRetention: DefaultRetention };
}

export type ObjectOwnership = 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';

export interface BucketSettings {
  readonly cors?: { readonly CORSRules: readonly CorsRule[] };
  readonly tags?: readonly Tag[];
  readonly encryption?: { readonly Rules: readonly EncryptionRule[] };
  readonly lifecycle?: {
    readonly Rules: readonly LifecycleRule[];
    /** As it was set: without transitions it decides nothing. */
    readonly TransitionDefaultMinimumObjectSize?: string;
  };
  readonly notification?: NotificationSettings;
  readonly website?: WebsiteSettings;
  /** JSON, as the client wrote it. */
  readonly policy?: string;
  readonly publicAccessBlock?: PublicAccessBlock;
  /** `Deleted`: taken away, which leaves a bucket of the old kind. Absent: the default. */
  readonly ownership?: ObjectOwnership | 'Deleted';
  readonly acl?: AclRecord;
  /** Versions can be locked. Once set it is never absent again, and versioning stays `Enabled`. */
  readonly objectLock?: ObjectLockSettings;
}
