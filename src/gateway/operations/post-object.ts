// Browser uploads: a form with a signed policy, and the file in it.

import {
  checkFileLength,
  checkPostPolicy,
  parsePostPolicy,
  type PostPolicy,
} from '../../auth/post-policy.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import { aclHeaders } from '../acl-parameters.ts';
import { checksumHeaders, contentMd5 } from '../checksum-headers.ts';
import { encryptionHeaders, encryptionParameters } from '../customer-key-headers.ts';
import { receivedText } from '../header-text.ts';
import { expirationHeaders } from '../lifecycle-headers.ts';
import { boundaryOf, fileOf, readFormHead, type FormHead } from '../multipart-form.ts';
import { lockParameters } from '../object-lock-headers.ts';
import type { GatewayReply, GatewayRequest, Operation } from '../operation.ts';
import { checkKey } from '../request-target.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { describeFormFile, requestLength } from '../upload.ts';
import { parseTagging } from '../tag-set-document.ts';
import { element, leaf, parseXml } from '../xml.ts';
import { urlEncoded } from './listing.ts';
import { objectHeaders, properties, tagging } from './object-parameters.ts';
import { versionHeaders } from './version-id.ts';

type Fields = ReadonlyMap<string, string>;

/** Fields whose header has another name. */
const HEADER_OF_FIELD: ReadonlyMap<string, string> = new Map([['acl', 'x-amz-acl']]);

/** AWS's words. */
const EMPTY_POLICY = "Invalid Policy: Expecting '{' but found End-of-Input";

export const postObject: Operation = {
  name: 'PostObject',
  anonymous: true,
  // In the form, beside its policy.
  signedInBody: true,
  async handle(request) {
    const boundary = boundaryOf(request.headers['content-type']);
    const lengthBytes = requestLength(request.headers);
    if (!request.isAnonymous) {
      throw new S3Error('InvalidRequest', 'The signature of a POST must be in its form.');
    }
    const source = request.bytes[Symbol.asyncIterator]();
    const form = await readFormHead(source, boundary);
    const fields = textFields(form, request.bucket);
    const { signed, policy } = await authorized(request, fields);
    const key = fields.get('key') ?? '';
    const headers = formHeaders(form.fields);
    refuseUnsupported(headers, 'object');
    const file = await fileOf(form, source, boundary, lengthBytes);
    if (policy !== undefined) checkFileLength(policy, file.lengthBytes);
    const upload = describeFormFile(headers, file);
    const parameters = {
      ...putParameters(signed, key, headers, upload),
      ...encryptionParameters(signed, headers),
    };
    const { result } = await signed.call('PutObject', parameters, upload);
    const described = {
      ...checksumHeaders(result),
      ...encryptionHeaders(result),
      ...versionHeaders(result),
      ...expirationHeaders(result),
    };
    return formReply(request, fields, result.ETag, described);
  },
};

/** The fields as text, with the bucket among them and the file's name put into the key. */
function textFields(form: FormHead, bucket: string): Fields {
  const fields = new Map<string, string>();
  for (const [name, value] of form.fields) fields.set(name, receivedText(value));
  const key = fields.get('key') ?? '';
  if (key === '') {
    throw new S3Error(
      'InvalidArgument',
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
      { fields: { ArgumentName: 'key', ArgumentValue: '' } },
    );
  }
  // Some browsers send a whole path.
  const fileName = receivedText(form.fileName).replace(/^.*[/\\]/s, '');
  fields.set(
    'key',
    key.replaceAll('${filename}', () => fileName),
  );
  fields.set('bucket', bucket);
  checkKey(fields.get('key') ?? '');
  return fields;
}

/** The request in the name of whoever signed the form's policy, once the form is known to fit it. */
async function authorized(
  request: GatewayRequest,
  fields: Fields,
): Promise<{ signed: GatewayRequest; policy?: PostPolicy }> {
  const encoded = fields.get('policy');
  if (encoded === '') throw new S3Error('InvalidPolicyDocument', EMPTY_POLICY);
  if (encoded === undefined) {
    // A form that nobody signed comes from anybody.
    if (!fields.has('x-amz-signature') && !fields.has('signature')) return { signed: request };
    throw new S3Error(
      'InvalidArgument',
      "Bucket POST must contain a field named 'policy'.  If it is specified, please check the order of the fields.",
      { fields: { ArgumentName: 'policy', ArgumentValue: '' } },
    );
  }
  const signed = await request.signedByForm(fields);
  const policy = parsePostPolicy(encoded);
  checkPostPolicy(policy, fields, request.nowMs);
  return { signed, policy };
}

/** The fields as the headers that a PUT would have. */
function formHeaders(fields: Fields): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of fields) headers[HEADER_OF_FIELD.get(name) ?? name] = value;
  const tags = fields.get('tagging');
  if (tags !== undefined && tags.trim() !== '') headers['x-amz-tagging'] = taggingText(receivedText(tags));
  return headers;
}

/** A form has its tags as a document. */
function taggingText(text: string): string {
  const tags = parseTagging(parseXml(text, 'Tagging'));
  return tags.map(({ Key, Value }) => `${encodeURIComponent(Key)}=${encodeURIComponent(Value)}`).join('&');
}

function putParameters(
  request: GatewayRequest,
  key: string,
  headers: Record<string, string>,
  upload: ReturnType<typeof describeFormFile>,
): Parameters<typeof request.call<'PutObject'>>[1] {
  return {
    Bucket: request.bucket,
    Key: key,
    ...objectHeaders(headers),
    ...aclHeaders(headers),
    ...tagging(headers),
    ...properties(headers),
    ...lockParameters(headers),
    ...contentMd5(headers),
    ContentLength: upload.lengthBytes,
    ...(upload.checksum === undefined ? {} : { ChecksumAlgorithm: upload.checksum.kind.name }),
  };
}

/** What the form asked to be answered: a redirect, a status, or 204. */
function formReply(
  request: GatewayRequest,
  fields: Fields,
  etag: string,
  checksums: Record<string, string>,
): GatewayReply {
  const key = fields.get('key') ?? '';
  const location = `${request.url.replace(/\/$/, '')}/${urlEncoded(key)}`;
  const headers = { ETag: etag, Location: location, ...checksums };
  const redirect = redirectTo(fields, { bucket: request.bucket, key, etag });
  if (redirect !== undefined) return { status: 303, headers: { ...headers, Location: redirect } };
  const status = fields.get('success_action_status');
  if (status === '200') return { status: 200, headers };
  if (status !== '201') return { status: 204, headers };
  const content = [
    leaf('Location', location),
    leaf('Bucket', request.bucket),
    leaf('Key', key),
    leaf('ETag', etag),
  ];
  return {
    status: 201,
    headers,
    xml: `<?xml version="1.0" encoding="UTF-8"?>\n${element('PostResponse', ...content)}`,
  };
}

/** S3 takes a redirect that is no URL for none. */
function redirectTo(
  fields: Fields,
  stored: Readonly<Record<'bucket' | 'key' | 'etag', string>>,
): string | undefined {
  const wanted = fields.get('success_action_redirect') ?? fields.get('redirect');
  if (wanted === undefined || !/^https?:/i.test(wanted) || !URL.canParse(wanted)) return undefined;
  const url = new URL(wanted);
  for (const name of ['bucket', 'key', 'etag'] as const) url.searchParams.append(name, stored[name]);
  return url.toString();
}
