// What the decoder of a bucket record asks of its settings: the types of contracts/bucket-settings.ts, and no more. Fields that
// are not known here are kept, so that an older node that changes one setting does not lose a newer one.

import { BUCKET_POLICY_BYTES_MAX } from '../core/limits.ts';
import { expect, isCount, isFields, isText } from './field-checks.ts';

type Shape = (value: unknown, where: string) => void;

const text: Shape = (value, where) => expect(isText(value), where);
const count: Shape = (value, where) => expect(isCount(value), where);
const flag: Shape = (value, where) => expect(typeof value === 'boolean', where);
const anyFields: Shape = (value, where) => expect(isFields(value), where);
const policyText: Shape = (value, where) =>
  expect(isText(value) && Buffer.byteLength(value) <= BUCKET_POLICY_BYTES_MAX, where);

function oneOf(...choices: readonly string[]): Shape {
  return (value, where) => expect(isText(value) && choices.includes(value), where);
}

function list(item: Shape): Shape {
  return (value, where) => {
    expect(Array.isArray(value), where);
    for (const [index, entry] of value.entries()) item(entry, `${where}[${index}]`);
  };
}

function fields(
  required: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  return (value, where) => {
    expect(isFields(value), where);
    for (const [name, shape] of Object.entries(required)) shape(value[name], `${where}.${name}`);
    for (const [name, shape] of Object.entries(optional)) {
      if (value[name] !== undefined) shape(value[name], `${where}.${name}`);
    }
  };
}

const texts = list(text);
const tag = fields({ Key: text, Value: text });
const CORS_RULE = fields(
  { AllowedMethods: texts, AllowedOrigins: texts },
  { ID: text, AllowedHeaders: texts, ExposeHeaders: texts, MaxAgeSeconds: count },
);
const ENCRYPTION_RULE = fields(
  {},
  {
    ApplyServerSideEncryptionByDefault: fields({ SSEAlgorithm: oneOf('AES256') }),
    BucketKeyEnabled: flag,
  },
);
const conditions = { Prefix: text, ObjectSizeGreaterThan: count, ObjectSizeLessThan: count };
const LIFECYCLE_RULE = fields(
  { ID: text, Status: oneOf('Enabled', 'Disabled') },
  {
    Prefix: text,
    Filter: fields({}, { ...conditions, Tag: tag, And: fields({}, { ...conditions, Tags: list(tag) }) }),
    Expiration: fields({}, { Days: count, Date: text, ExpiredObjectDeleteMarker: flag }),
    NoncurrentVersionExpiration: fields({}, { NoncurrentDays: count, NewerNoncurrentVersions: count }),
    AbortIncompleteMultipartUpload: fields({}, { DaysAfterInitiation: count }),
    Transitions: list(fields({ StorageClass: text }, { Days: count, Date: text })),
    NoncurrentVersionTransitions: list(
      fields({ StorageClass: text }, { NoncurrentDays: count, NewerNoncurrentVersions: count }),
    ),
  },
);
const filterRules = list(fields({ Name: text, Value: text }));
const notificationFilter = fields({}, { Key: fields({}, { FilterRules: filterRules }) });
const notifications = (target: string): Shape =>
  list(fields({ Id: text, Events: texts, [target]: text }, { Filter: notificationFilter }));
const ROUTING_RULE = fields(
  {
    Redirect: fields(
      {},
      {
        HostName: text,
        HttpRedirectCode: text,
        Protocol: text,
        ReplaceKeyPrefixWith: text,
        ReplaceKeyWith: text,
      },
    ),
  },
  { Condition: fields({}, { HttpErrorCodeReturnedEquals: text, KeyPrefixEquals: text }) },
);
const GRANT = fields({ to: text, may: oneOf('FULL_CONTROL', 'READ', 'WRITE', 'READ_ACP', 'WRITE_ACP') });

const LOCK_RULE = fields({
  DefaultRetention: fields({ Mode: oneOf('GOVERNANCE', 'COMPLIANCE') }, { Days: count, Years: count }),
});

const SETTINGS = fields(
  {},
  {
    cors: fields({ CORSRules: list(CORS_RULE) }),
    tags: list(tag),
    encryption: fields({ Rules: list(ENCRYPTION_RULE) }),
    lifecycle: fields({ Rules: list(LIFECYCLE_RULE) }, { TransitionDefaultMinimumObjectSize: text }),
    notification: fields(
      {},
      {
        TopicConfigurations: notifications('TopicArn'),
        QueueConfigurations: notifications('QueueArn'),
        LambdaFunctionConfigurations: notifications('LambdaFunctionArn'),
        EventBridgeConfiguration: anyFields,
      },
    ),
    website: fields(
      {},
      {
        IndexDocument: fields({ Suffix: text }),
        ErrorDocument: fields({ Key: text }),
        RedirectAllRequestsTo: fields({ HostName: text }, { Protocol: text }),
        RoutingRules: list(ROUTING_RULE),
      },
    ),
    policy: policyText,
    publicAccessBlock: fields({
      BlockPublicAcls: flag,
      IgnorePublicAcls: flag,
      BlockPublicPolicy: flag,
      RestrictPublicBuckets: flag,
    }),
    ownership: oneOf('BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter', 'Deleted'),
    acl: fields({ owner: text, grants: list(GRANT) }),
    objectLock: fields({ ObjectLockEnabled: oneOf('Enabled') }, { Rule: LOCK_RULE }),
  },
);

/** Throws `metadata-corrupt` when a setting is not what its type says. */
export function checkSettings(value: unknown): void {
  SETTINGS(value, 'settings');
}
