// Parsers of what S3 clients and operators hand in.

import { createHash, createHmac } from 'node:crypto';
import { AwsChunkedDecoder } from '../../../src/auth/chunked-body.ts';
import { parseBucketPolicy, parseIdentityPolicy } from '../../../src/auth/policy/document.ts';
import { checkPostPolicy, parsePostPolicy } from '../../../src/auth/post-policy.ts';
import { SignatureVerifier } from '../../../src/auth/sigv4.ts';
import { deriveSigningKey } from '../../../src/auth/signing-key.ts';
import { parseConfig } from '../../../src/config/load-config.ts';
import { S3Error } from '../../../src/contracts/s3-errors.ts';
import { validateRequest } from '../../../src/contracts/validators.ts';
import { boundaryOf, fileOf, readFormHead } from '../../../src/gateway/multipart-form.ts';
import type { GatewayRequest, Operation } from '../../../src/gateway/operation.ts';
import { completeMultipartUpload } from '../../../src/gateway/operations/complete-multipart-upload.ts';
import { createBucket } from '../../../src/gateway/operations/create-bucket.ts';
import { deleteObjects } from '../../../src/gateway/operations/delete-objects.ts';
import { putBucketAcl } from '../../../src/gateway/operations/put-bucket-acl.ts';
import { putBucketCors } from '../../../src/gateway/operations/put-bucket-cors.ts';
import { putBucketEncryption } from '../../../src/gateway/operations/put-bucket-encryption.ts';
import { putBucketLifecycleConfiguration } from '../../../src/gateway/operations/put-bucket-lifecycle-configuration.ts';
import { putBucketNotificationConfiguration } from '../../../src/gateway/operations/put-bucket-notification-configuration.ts';
import { putBucketTagging } from '../../../src/gateway/operations/put-bucket-tagging.ts';
import { putBucketVersioning } from '../../../src/gateway/operations/put-bucket-versioning.ts';
import { putBucketWebsite } from '../../../src/gateway/operations/put-bucket-website.ts';
import { putObjectLegalHold } from '../../../src/gateway/operations/put-object-legal-hold.ts';
import { putObjectLockConfiguration } from '../../../src/gateway/operations/put-object-lock-configuration.ts';
import { putObjectRetention } from '../../../src/gateway/operations/put-object-retention.ts';
import { putPublicAccessBlock } from '../../../src/gateway/operations/put-public-access-block.ts';
import { restoreObject } from '../../../src/gateway/operations/restore-object.ts';
import { parseTarget } from '../../../src/gateway/request-target.ts';
import { applyRange } from '../../../src/objects/range-header.ts';
import { decodeToken, encodeToken } from '../../../src/service/continuation-token.ts';
import { parseCopySource } from '../../../src/service/copy-source.ts';
import { Wrong, type FuzzTarget } from './target.ts';
import { portions } from './wire-targets.ts';

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const STAMP = '20260102T030405Z';
const SCOPE = '20260102/us-east-1/s3/aws4_request';
const signingKey = deriveSigningKey('secret', '20260102', 'us-east-1');
const credential = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', accountId: '111122223333' };
const verifier = new SignatureVerifier({
  credentials: { find: (id) => (id === credential.accessKeyId ? (credential as never) : undefined) },
  region: 'us-east-1',
  clock: { nowMs: () => NOW_MS } as never,
  signatureV2: 'all',
});
const utf8 = (input: Buffer): string => input.toString('utf8');
const text = (value: unknown): Buffer =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

/** The operations that read a document, and one document for each. */
const DOCUMENTS: readonly (readonly [Operation, string])[] = [
  [
    createBucket,
    '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>',
  ],
  [
    deleteObjects,
    '<?xml version="1.0"?><Delete><Quiet>true</Quiet><Object><Key>a&amp;b&#x41;</Key></Object><Object><Key>c</Key><VersionId>null</VersionId></Object></Delete>',
  ],
  [
    completeMultipartUpload,
    '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"d41d8cd98f00b204e9800998ecf8427e"</ETag></Part><Part><PartNumber>2</PartNumber><ETag>x</ETag><ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part></CompleteMultipartUpload>',
  ],
  [putBucketTagging, '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>'],
  [
    putBucketCors,
    '<CORSConfiguration><CORSRule><ID>x</ID><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin><MaxAgeSeconds>30</MaxAgeSeconds></CORSRule></CORSConfiguration>',
  ],
  [
    putBucketEncryption,
    '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>',
  ],
  [
    putBucketLifecycleConfiguration,
    '<LifecycleConfiguration><Rule><ID>r</ID><Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><Status>Enabled</Status><Expiration><Days>3</Days></Expiration><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>',
  ],
  [
    putBucketNotificationConfiguration,
    '<NotificationConfiguration><QueueConfiguration><Id>q</Id><Queue>arn:aws:sqs:r:1:q</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration></NotificationConfiguration>',
  ],
  [
    putBucketWebsite,
    '<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument><RoutingRules><RoutingRule><Redirect><HostName>h</HostName></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>',
  ],
  [
    putBucketAcl,
    '<AccessControlPolicy><Owner><ID>o</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>o</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>',
  ],
  [
    putObjectLockConfiguration,
    '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>3</Days></DefaultRetention></Rule></ObjectLockConfiguration>',
  ],
  [
    putObjectRetention,
    '<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>2030-01-01T00:00:00Z</RetainUntilDate></Retention>',
  ],
  [
    restoreObject,
    '<RestoreRequest><Days>3</Days><GlacierJobParameters><Tier>Bulk</Tier></GlacierJobParameters></RestoreRequest>',
  ],
  [putObjectLegalHold, '<LegalHold><Status>ON</Status></LegalHold>'],
  [putBucketVersioning, '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>'],
  [
    putPublicAccessBlock,
    '<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>',
  ],
];
const REACHED = 'the document was understood';

async function handleDocument([operation]: readonly [Operation, string], document: string): Promise<void> {
  const request = {
    operation: operation.name,
    method: 'PUT',
    url: 'https://host/bucket/key',
    bucket: 'bucket',
    key: 'key',
    query: new Map([['uploadId', '0'.repeat(32)]]),
    headers: {},
    document: () => Promise.resolve(document),
    call: (name: string, parameters: unknown) => {
      validateRequest(name, parameters);
      return Promise.reject(new Error(REACHED));
    },
  };
  try {
    await operation.handle(request as unknown as GatewayRequest);
  } catch (error) {
    if (error instanceof Error && error.message === REACHED) return;
    throw error;
  }
}

const documentTarget = (entry: readonly [Operation, string]): FuzzTarget => ({
  name: `xml-${entry[0].name}`,
  seeds: [text(entry[1])],
  parse: (input) => handleDocument(entry, utf8(input)),
});

function signedChunks(): Buffer {
  const seed = '0'.repeat(64);
  const signature = (previous: string, payload: Buffer): string => {
    const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    const lines = ['AWS4-HMAC-SHA256-PAYLOAD', STAMP, SCOPE, previous, hash(Buffer.alloc(0)), hash(payload)];
    return createHmac('sha256', signingKey).update(lines.join('\n')).digest('hex');
  };
  const payload = Buffer.alloc(100, 0x41);
  const first = signature(seed, payload);
  const last = signature(first, Buffer.alloc(0));
  return Buffer.concat([
    text(`64;chunk-signature=${first}\r\n`),
    payload,
    text(`\r\n0;chunk-signature=${last}\r\n\r\n`),
  ]);
}

function decodeChunks(parts: readonly Buffer[], signed: boolean): void {
  const signing = { signingKey, scope: SCOPE, timestamp: STAMP, seedSignature: '0'.repeat(64) };
  const decoder = new AwsChunkedDecoder(
    signed ? { decodedLength: 100, signing } : { decodedLength: 100, trailerNames: ['x-amz-checksum-crc32'] },
  );
  const payload: Uint8Array[] = [];
  for (const part of parts) payload.push(...decoder.push(part));
  decoder.finish();
  const bytes = Buffer.concat(payload);
  if (bytes.length !== 100) throw new Wrong(`${bytes.length} bytes instead of 100`);
  if (signed && !bytes.equals(Buffer.alloc(100, 0x41))) throw new Wrong('bytes that were not signed');
}

const authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${SCOPE}, SignedHeaders=host;x-amz-date, Signature=${'a'.repeat(64)}`;
const presigned = `/bucket/key?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F${encodeURIComponent(SCOPE)}&X-Amz-Date=${STAMP}&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=${'b'.repeat(64)}`;
const presignedV2 = `/bucket/key?AWSAccessKeyId=AKIDEXAMPLE&Signature=${'b'.repeat(27)}%3D&Expires=${NOW_MS / 1000 + 900}`;

async function authenticate(target: string, headers: ReadonlyMap<string, string>): Promise<void> {
  const { query } = parseTarget(target, 'host', ['s3.example.org']);
  try {
    const result = await verifier.authenticate({ method: 'GET', target, headers }, query);
    // Nobody who does not know the secret makes a signature that holds.
    if (result.kind === 'signed') throw new Wrong('a forged signature was believed');
  } catch (error) {
    if (!(error instanceof S3Error) || error.code !== 'SignatureDoesNotMatch') throw error;
  }
}

const FORM = [
  '--b0undary\r\nContent-Disposition: form-data; name="key"\r\n\r\nuser/${filename}\r\n',
  '--b0undary\r\nContent-Disposition: form-data; name="policy"\r\n\r\nabc=\r\n',
  '--b0undary\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhello\r\n',
  '--b0undary--\r\n',
].join('');

async function parseForm(input: Buffer, parts: readonly Buffer[]): Promise<void> {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield* parts;
  }
  const iterator = source();
  const head = await readFormHead(iterator, 'b0undary');
  const file = await fileOf(head, iterator, 'b0undary', input.length);
  for await (const _ of file.bytes);
}

const POLICY = {
  Version: '2012-10-17',
  Id: 'x',
  Statement: [
    {
      Sid: 's',
      Effect: 'Allow',
      Principal: { AWS: ['111122223333'] },
      Action: ['s3:GetObject', 's3:Put*'],
      Resource: 'arn:aws:s3:::bucket/${aws:username}/*',
      Condition: { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '::1/128'] } },
    },
    { Effect: 'Deny', Principal: '*', NotAction: 's3:GetObject', NotResource: ['arn:aws:s3:::bucket/x'] },
  ],
};

const TOML = `version = 1
region = "us-east-1"
[rs]
data = 2
parity = 1
[[auth]]
access_key_id = "AKIA"
secret_access_key = "s3cr3t-enough-for-this"
account_id = "111122223333"
${[1, 2, 3].map((id) => `[[db]]\nid = ${id}\nhost = "127.0.0.${id}"\nport = 4222\n[[storage]]\nid = ${id}\nhost = "127.0.0.${id}"\nport = 9991\n`).join('')}`;

export const EDGE_TARGETS: readonly FuzzTarget[] = [
  ...DOCUMENTS.map(documentTarget),
  {
    name: 'chunked-signed',
    seeds: [signedChunks()],
    parse: (input, chance) => decodeChunks(portions(input, chance), true),
  },
  {
    name: 'chunked-trailer',
    seeds: [
      Buffer.concat([
        text('40\r\n'),
        Buffer.alloc(64, 1),
        text('\r\n24\r\n'),
        Buffer.alloc(36, 2),
        text('\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n'),
      ]),
    ],
    parse: (input, chance) => decodeChunks(portions(input, chance), false),
  },
  {
    name: 'authorization',
    seeds: [
      text(`${authorization}\n${STAMP}\nUNSIGNED-PAYLOAD`),
      text(`AWS AKIDEXAMPLE:${'A'.repeat(27)}=\n${STAMP}\nUNSIGNED-PAYLOAD`),
    ],
    parse: (input) => {
      const [header = '', date = '', payload = ''] = input.toString('latin1').split('\n');
      const headers = new Map([
        ['host', 'host'],
        ['authorization', header],
        ['x-amz-date', date],
        ['x-amz-content-sha256', payload],
      ]);
      return authenticate('/bucket/key?a=b', headers);
    },
  },
  {
    name: 'presigned',
    seeds: [text(presigned), text('/bucket/a%20b//c?list-type=2&prefix=%F0%9F%98%80')],
    parse: (input) => authenticate(input.toString('latin1'), new Map([['host', 'host']])),
  },
  {
    name: 'presigned-v2',
    seeds: [text(presignedV2), text(`${presignedV2}&versionId=x&response-expires=%22&x-amz-acl=private`)],
    parse: (input) => authenticate(input.toString('latin1'), new Map([['host', 'host']])),
  },
  { name: 'form', seeds: [text(FORM)], parse: (input, chance) => parseForm(input, portions(input, chance)) },
  {
    name: 'form-boundary',
    seeds: [
      text('multipart/form-data; boundary=b0undary'),
      text('multipart/form-data; charset=x; boundary="a b"'),
    ],
    parse: (input) => boundaryOf(input.toString('latin1')),
  },
  {
    name: 'post-policy',
    seeds: [
      text({
        expiration: '2027-01-01T00:00:00Z',
        conditions: [
          { bucket: 'b' },
          ['starts-with', '$key', 'user/'],
          ['content-length-range', 1, 100],
          ['eq', '$acl', 'private'],
        ],
      }),
    ],
    parse: (input) => {
      const policy = parsePostPolicy(input.toString('base64'));
      checkPostPolicy(
        policy,
        new Map([
          ['bucket', 'b'],
          ['key', 'user/x'],
          ['acl', 'private'],
        ]),
        NOW_MS,
      );
    },
  },
  {
    name: 'bucket-policy',
    seeds: [text(POLICY)],
    parse: (input) => parseBucketPolicy(utf8(input), { bucket: 'bucket' }),
  },
  {
    name: 'identity-policy',
    seeds: [text({ ...POLICY, Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] })],
    parse: (input) => parseIdentityPolicy(utf8(input)),
  },
  {
    name: 'configuration',
    seeds: [text(TOML)],
    parse: (input) =>
      parseConfig(utf8(input), { file: 'x.toml', directory: '/', overrides: {}, readSecret: () => 'secret' }),
  },
  {
    name: 'small-texts',
    seeds: [
      text('bytes=0-5'),
      text('bytes=-100'),
      text('/bucket/key%20?versionId=x'),
      text(encodeToken('a/b')),
      text('arn:aws:s3:::x'),
    ],
    parse: (input) => {
      const line = utf8(input);
      const range = applyRange(line, 1_000);
      if (
        range.kind === 'part' &&
        (range.range.start < 0 || range.range.end > 1_000 || range.range.start >= range.range.end)
      )
        throw new Wrong(`the range ${JSON.stringify(range)}`);
      for (const parse of [decodeToken, parseCopySource]) {
        try {
          parse(line);
        } catch (error) {
          if (!(error instanceof S3Error)) throw error;
        }
      }
    },
  },
];
