// What each role may publish and subscribe to on NATS: for the embedded servers, and ready made for somebody else's.
//
// Owns the templates and their two forms, nats.conf and `nsc`. Invariants:
//  1. Everything that is not listed is refused by the server itself.
//  2. Nobody hears requests, and nobody but nodes writes records, journals or events; nobody hears another role's replies.
//  3. Wildcards are whole tokens: NATS takes `_INBOX*` for a literal.
//  4. A client never reaches JetStream: it sends what it answers to any reply subject that it is told, also into the metadata. The
//     key of an operator or a gateway, who look at streams, has to be guarded like that of a node.

import { IAM_BUCKETS } from '../auth/iam/records.ts';
import type { NatsRole } from '../bus/nkey.ts';

export const NATS_ROLES: readonly NatsRole[] = ['node', 'gateway', 'client', 'operator'];

/** Where each role waits for replies. */
export const INBOX_PREFIX: Readonly<Record<NatsRole, string>> = {
  node: '_INBOX_node',
  gateway: '_INBOX_gateway',
  client: '_INBOX_client',
  operator: '_INBOX_operator',
};

interface NatsPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** The streams that nodes make and keep. */
const OWN_STREAMS = ['KV_s3', 'KV_s3_answers', 'KV_s3_events', 'S3_REPAIR', 'S3_EVENTS'];
const IAM_STREAMS = Object.values(IAM_BUCKETS).map((bucket) => `KV_${bucket}`);
/** Operations and their old names, discovery, and the pieces of body streams. */
const CALLS = ['s3.*', 's3.multipart.*', 's3.io.>', '$SRV.>'];

/** To look at a stream and to follow it; nothing that changes it. */
function followed(stream: string): readonly string[] {
  return [
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.STREAM.MSG.GET.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.>`,
    `$JS.API.CONSUMER.INFO.${stream}.>`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.>`,
    `$JS.API.CONSUMER.DELETE.${stream}.>`,
  ];
}

function owned(stream: string): readonly string[] {
  return [
    ...followed(stream),
    `$JS.API.STREAM.CREATE.${stream}`,
    `$JS.API.STREAM.UPDATE.${stream}`,
    `$JS.API.STREAM.PURGE.${stream}`,
    `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.>`,
    `$JS.ACK.${stream}.>`,
    // Since 2.14 with domain and account before the stream.
    `$JS.ACK.*.*.${stream}.>`,
  ];
}

const PERMISSIONS: Readonly<Record<NatsRole, NatsPermissions>> = {
  node: {
    publish: [
      's3.>',
      '$SRV.>',
      // Replies: to the other roles, and to whoever else has credentials for the same account.
      '_INBOX.>',
      ...Object.values(INBOX_PREFIX).map((prefix) => `${prefix}.>`),
      '$KV.s3.>',
      '$KV.s3_answers.>',
      '$KV.s3_events.>',
      // To ask whether Spinifex answers it.
      'spinifex.storage.config',
      '$JS.API.INFO',
      ...OWN_STREAMS.flatMap(owned),
      ...IAM_STREAMS.flatMap(followed),
    ],
    subscribe: ['s3.>', '$SRV.>', `${INBOX_PREFIX.node}.>`, 'spinifex.storage.config'],
  },
  gateway: {
    publish: [...CALLS, 's3.node.>', '$JS.API.INFO', ...IAM_STREAMS.flatMap(followed)],
    subscribe: [`${INBOX_PREFIX.gateway}.>`],
  },
  client: {
    publish: CALLS,
    subscribe: [`${INBOX_PREFIX.client}.>`, 's3.events.>'],
  },
  operator: {
    publish: [
      ...CALLS,
      's3.node.>',
      's3.admin.>',
      'spinifex.storage.config',
      '$JS.API.INFO',
      '$JS.API.STREAM.NAMES',
      '$JS.API.STREAM.LIST',
      ...OWN_STREAMS.flatMap((stream) => [
        ...followed(stream),
        `$JS.API.CONSUMER.LIST.${stream}`,
        `$JS.API.CONSUMER.NAMES.${stream}`,
      ]),
      // Events are there to be worked off.
      '$JS.ACK.S3_EVENTS.>',
      '$JS.ACK.*.*.S3_EVENTS.>',
    ],
    subscribe: [`${INBOX_PREFIX.operator}.>`, 's3.events.>'],
  },
};

/** The value of `permissions` in nats.conf. */
export function permissionsConf(role: NatsRole, indent = ''): string {
  const list = (subjects: readonly string[]): string =>
    subjects.map((subject) => `${indent}    ${JSON.stringify(subject)}`).join('\n');
  const { publish, subscribe } = PERMISSIONS[role];
  return `{
${indent}  publish: { allow: [
${list(publish)}
${indent}  ] }
${indent}  subscribe: { allow: [
${list(subscribe)}
${indent}  ] }
${indent}}`;
}

/** The command that makes a user of this role in a NATS operated with JWTs. */
export function nscCommand(role: NatsRole): string {
  const { publish, subscribe } = PERMISSIONS[role];
  const option = (name: string, subjects: readonly string[]): string => `  --${name} '${subjects.join(',')}'`;
  return [
    `nsc add user --name predastore-${role}`,
    option('allow-pub', publish),
    option('allow-sub', subscribe),
  ].join(' \\\n');
}
