// Access control lists in HTTP: the headers that ask for one, and the documents that are one.

import type { PutBucketAclRequest } from '../contracts/generated/messages.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { ACL_GRANTS_MAX } from '../core/limits.ts';
import { ACL_PERMISSIONS } from '../auth/acl.ts';
import { given, headerValue } from './header-text.ts';
import type { GatewayRequest } from './operation.ts';
import { document, element, leaf, parseXml, type XmlElement } from './xml.ts';

type AccessControlPolicy = NonNullable<PutBucketAclRequest['AccessControlPolicy']>;
type Grant = NonNullable<AccessControlPolicy['Grants']>[number];

/** What a reply says of a list. */
interface AclReply {
  readonly Owner: { readonly ID?: string; readonly DisplayName?: string };
  readonly Grants: readonly Grant[];
}

const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const GRANTEE_TYPES: ReadonlySet<string> = new Set(['CanonicalUser', 'Group', 'AmazonCustomerByEmail']);
/** The XML reader drops attributes; the only one of S3 is the type of a grantee. */
const TYPE_ATTRIBUTE = /\stype\s*=\s*["']([^"']*)["']|:type\s*=\s*["']([^"']*)["']/g;

/** The list that the headers of a request ask for. */
export function aclHeaders(headers: GatewayRequest['headers']): {
  ACL?: string;
  GrantFullControl?: string;
  GrantRead?: string;
  GrantReadACP?: string;
  GrantWrite?: string;
  GrantWriteACP?: string;
} {
  return given({
    ACL: headerValue(headers, 'x-amz-acl'),
    GrantFullControl: headerValue(headers, 'x-amz-grant-full-control'),
    GrantRead: headerValue(headers, 'x-amz-grant-read'),
    GrantReadACP: headerValue(headers, 'x-amz-grant-read-acp'),
    GrantWrite: headerValue(headers, 'x-amz-grant-write'),
    GrantWriteACP: headerValue(headers, 'x-amz-grant-write-acp'),
  });
}

/** The list in the body of a request; undefined when it has none. */
export async function aclDocument(
  request: GatewayRequest,
): Promise<{ AccessControlPolicy?: AccessControlPolicy }> {
  const text = await request.document();
  if (text.trim() === '') return {};
  try {
    return { AccessControlPolicy: readPolicy(text) };
  } catch (error) {
    if (error instanceof S3Error && error.code === 'MalformedXML') throw malformedAcl(error);
    throw error;
  }
}

function readPolicy(text: string): AccessControlPolicy {
  for (const [, plain, prefixed] of text.matchAll(TYPE_ATTRIBUTE)) {
    if (!GRANTEE_TYPES.has(plain ?? prefixed ?? '')) throw malformedAcl();
  }
  const root = parseXml(text, 'AccessControlPolicy');
  const owner = root.child('Owner')?.child('ID')?.text.trim() ?? '';
  if (owner === '') throw malformedAcl();
  const grants = root.child('AccessControlList')?.children('Grant') ?? [];
  if (grants.length > ACL_GRANTS_MAX) throw malformedAcl();
  return { Owner: { ID: owner }, Grants: grants.map(readGrant) };
}

function readGrant(grant: XmlElement): Grant {
  const grantee = grant.child('Grantee');
  const permission = grant.child('Permission')?.text.trim();
  const may = ACL_PERMISSIONS.find((one) => one === permission);
  if (grantee === undefined || may === undefined) throw malformedAcl();
  return { Grantee: readGrantee(grantee), Permission: may };
}

function readGrantee(grantee: XmlElement): Grant['Grantee'] {
  const id = grantee.child('ID')?.text.trim() ?? '';
  const uri = grantee.child('URI')?.text.trim() ?? '';
  const email = grantee.child('EmailAddress')?.text.trim() ?? '';
  if (id !== '') return { Type: 'CanonicalUser', ID: id };
  if (uri !== '') return { Type: 'Group', URI: uri };
  if (email !== '') return { Type: 'AmazonCustomerByEmail', EmailAddress: email };
  throw malformedAcl();
}

function malformedAcl(cause?: unknown): S3Error {
  return new S3Error('MalformedACLError', undefined, {}, cause);
}

export function renderAcl({ Owner: owner, Grants: grants }: AclReply): string {
  return document(
    'AccessControlPolicy',
    element('Owner', leaf('ID', owner.ID), leaf('DisplayName', owner.DisplayName)),
    element('AccessControlList', ...grants.map(renderGrant)),
  );
}

function renderGrant({ Grantee: grantee, Permission: permission }: Grant): string {
  const content =
    leaf('ID', grantee.ID) + leaf('DisplayName', grantee.DisplayName) + leaf('URI', grantee.URI);
  const typed = `<Grantee ${XSI} xsi:type="${grantee.Type}">${content}</Grantee>`;
  return element('Grant', typed, leaf('Permission', permission));
}
