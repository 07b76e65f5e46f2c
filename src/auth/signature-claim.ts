// What a request says of its own signature: the Authorization header or the X-Amz-* query of a presigned URL, parsed
// strictly. Nothing here is verified yet.

import { S3Error } from '../contracts/s3-errors.ts';

/** A request as it came over the wire. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query as received, still percent-encoded, beginning with a slash. */
  readonly target: string;
  /** Header values by lower-case name, repeated headers joined by commas, characters standing for bytes (latin1). */
  readonly headers: ReadonlyMap<string, string>;
  /** The bucket, when the host names it and not the path; version 2 signs it. */
  readonly hostBucket?: string;
}

/** Whose signature over what, as the request claims. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  /** `YYYYMMDD` of the credential scope. */
  readonly date: string;
  readonly region: string;
  /** `<date>/<region>/s3/aws4_request`. */
  readonly scope: string;
  /** Lower-case names in the order given. */
  readonly signedHeaders: readonly string[];
  /** As it was sent: right ones are 64 lower-case hex digits. */
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ`, the second line of the string to sign. */
  readonly timestamp: string;
  readonly signedAtMs: number;
  readonly sessionToken?: string;
  /** Present for presigned URLs. */
  readonly expiresInS?: number;
}

export const ALGORITHM = 'AWS4-HMAC-SHA256';
/** AWS knows it, and here it is not supported. */
const ASYMMETRIC = 'AWS4-ECDSA-P256-SHA256';
const TIMESTAMP_PATTERN = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
/** AWS: seven days. */
const EXPIRES_MAX_S = 604_800;

/** Reads the claim; `undefined` for a request that carries none and is therefore anonymous. */
export function claimOf(
  headers: ReadonlyMap<string, string>,
  query: ReadonlyMap<string, string>,
  expected: ExpectedRegions,
): SignatureClaim | undefined {
  const authorization = headers.get('authorization');
  if (authorization !== undefined) return headerClaim(authorization, headers, expected);
  if (query.has('X-Amz-Algorithm') || query.has('X-Amz-Signature')) return queryClaim(query, expected);
  if (query.has('Signature') && query.has('AWSAccessKeyId')) throw versionTwoRefused();
  return undefined;
}

/** Throws when a request is signed in more than one way: which of them counts would be anybody's guess. */
export function requireOneMechanism(
  headers: ReadonlyMap<string, string>,
  query: ReadonlyMap<string, string>,
): void {
  if (query.size === 0) return;
  const authorization = headers.get('authorization');
  const found = [
    authorization !== undefined,
    query.has('X-Amz-Algorithm') || query.has('X-Amz-Signature'),
    query.has('Signature') || query.has('AWSAccessKeyId'),
  ];
  if (found.filter(Boolean).length < 2) return;
  throw new S3Error(
    'InvalidArgument',
    'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
    { fields: { ArgumentName: 'Authorization', ArgumentValue: authorization ?? '' } },
  );
}

/** Milliseconds since 1970 of `YYYYMMDDTHHMMSSZ`; `undefined` when it is no such time. */
export function parseTimestamp(text: string): number | undefined {
  const parts = TIMESTAMP_PATTERN.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const parsed = Date.parse(
    `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}Z`,
  );
  return Number.isNaN(parsed) ? undefined : parsed;
}

function headerClaim(
  authorization: string,
  headers: ReadonlyMap<string, string>,
  expected: ExpectedRegions,
): SignatureClaim {
  if (!authorization.startsWith(`${ALGORITHM} `)) throw foreignScheme(authorization);
  const fields = authorizationFields(authorization.slice(ALGORITHM.length + 1));
  const scope = parseScope(fields.credential, expected, malformedHeader);
  const time = signingTime(headers);
  const token = headers.get('x-amz-security-token');
  return {
    ...scope,
    ...time,
    signedHeaders: parseSignedHeaders(fields.signedHeaders, malformedHeader),
    signature: fields.signature,
    ...(token === undefined ? {} : { sessionToken: token }),
  };
}

function authorizationFields(text: string): { credential: string; signedHeaders: string; signature: string } {
  const fields = new Map<string, string>();
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(equals, 0)).trim();
    if (name === '' || fields.has(name))
      throw malformedHeader(`the authorization component ${JSON.stringify(part.trim())} is malformed.`);
    fields.set(name, part.slice(equals + 1).trim());
  }
  if (fields.size !== 3) throw incomplete();
  const required = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined) throw malformedHeader(`missing ${name}.`);
    return value;
  };
  return {
    credential: required('Credential'),
    signedHeaders: required('SignedHeaders'),
    signature: required('Signature'),
  };
}

/** The signing time: `x-amz-date`, or `Date` in either of its forms. */
function signingTime(headers: ReadonlyMap<string, string>): { timestamp: string; signedAtMs: number } {
  const amzDate = headers.get('x-amz-date');
  const given = amzDate ?? headers.get('date') ?? '';
  const signedAtMs = parseTimestamp(given);
  if (signedAtMs !== undefined) return { timestamp: given, signedAtMs };
  const httpDate = amzDate === undefined ? Date.parse(given) : Number.NaN;
  if (Number.isNaN(httpDate)) throw withoutTime();
  return { timestamp: basicTimestamp(httpDate), signedAtMs: httpDate };
}

/** Milliseconds since 1970 of the time in a request of version 2, where `x-amz-date` has either form too. */
export function signingTimeMs(text: string): number {
  const timeMs = parseTimestamp(text) ?? Date.parse(text);
  // S3 has no times before 1970.
  if (Number.isNaN(timeMs) || timeMs < 0) throw withoutTime();
  return timeMs;
}

function withoutTime(): S3Error {
  return new S3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header.');
}

function basicTimestamp(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/[-:]|\.\d+/g, '');
}

function queryClaim(query: ReadonlyMap<string, string>, expected: ExpectedRegions): SignatureClaim {
  const algorithm = query.get('X-Amz-Algorithm');
  if (algorithm === ASYMMETRIC) throw malformedQuery(`X-Amz-Algorithm only supports "${ALGORITHM}"`);
  if (algorithm !== undefined && algorithm !== ALGORITHM)
    throw malformedQuery(`X-Amz-Algorithm only supports "${ALGORITHM} and ${ASYMMETRIC}"`);
  const required = (name: string): string => {
    const value = query.get(name);
    if (value !== undefined && value !== '') return value;
    throw malformedQuery(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    );
  };
  const scope = parseScope(required('X-Amz-Credential'), expected, malformedCredential);
  const timestamp = required('X-Amz-Date');
  const signedAtMs = parseTimestamp(timestamp);
  if (signedAtMs === undefined)
    throw malformedQuery("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  if (!timestamp.startsWith(scope.date)) {
    throw malformedQuery(
      `Invalid credential date "${scope.date}". This date is not the same as X-Amz-Date: "${timestamp.slice(0, scope.date.length)}".`,
    );
  }
  const signature = required('X-Amz-Signature');
  const token = query.get('X-Amz-Security-Token');
  return {
    ...scope,
    timestamp,
    signedAtMs,
    signature,
    signedHeaders: parseSignedHeaders(required('X-Amz-SignedHeaders'), malformedQuery),
    expiresInS: parseExpiry(required('X-Amz-Expires')),
    ...(token === undefined ? {} : { sessionToken: token }),
  };
}

/**
 * Reads the claim of a form whose `policy` is signed; fields by lower-case name. The signature is over the policy itself,
 * so that no headers are signed.
 */
export function formClaim(fields: ReadonlyMap<string, string>, expected: ExpectedRegions): SignatureClaim {
  const required = (name: string): string => requiredField(fields, name);
  if (required('x-amz-algorithm') !== ALGORITHM) {
    throw malformedForm(`Only ${ALGORITHM} is supported`, 'X-Amz-Algorithm', fields.get('x-amz-algorithm'));
  }
  const credential = required('x-amz-credential');
  const scope = parseScope(credential, expected, (what) =>
    malformedForm(what, 'x-amz-credential', credential),
  );
  const timestamp = required('x-amz-date');
  const signedAtMs = parseTimestamp(timestamp);
  if (signedAtMs === undefined)
    throw malformedForm('X-Amz-Date must be formated via ISO8601 Long format', 'X-Amz-Date', timestamp);
  if (!timestamp.startsWith(scope.date))
    throw malformedForm('X-Amz-Date must be a time on the date of the credential', 'X-Amz-Date', timestamp);
  const signature = required('x-amz-signature');
  const token = fields.get('x-amz-security-token');
  return {
    ...scope,
    timestamp,
    signedAtMs,
    signature,
    signedHeaders: [],
    // AWS: a signing key is good for seven days; the policy usually ends sooner.
    expiresInS: EXPIRES_MAX_S,
    ...(token === undefined ? {} : { sessionToken: token }),
  };
}

/** The signature of a form as it was before version 4: HMAC-SHA1 of the policy, in base64. */
export interface LegacyFormClaim {
  readonly accessKeyId: string;
  readonly signature: string;
  readonly sessionToken?: string;
}

/**
 * Reads the claim of a form that is signed in the old way, as AWS goes on taking it in its older regions; `undefined` for others.
 */
export function legacyFormClaim(fields: ReadonlyMap<string, string>): LegacyFormClaim | undefined {
  if (!isLegacyForm(fields)) return undefined;
  const token = fields.get('x-amz-security-token');
  return {
    accessKeyId: requiredField(fields, 'AWSAccessKeyId'),
    signature: requiredField(fields, 'signature'),
    ...(token === undefined ? {} : { sessionToken: token }),
  };
}

/** Whether a form is signed in the old way. */
export function isLegacyForm(fields: ReadonlyMap<string, string>): boolean {
  if (fields.has('x-amz-signature') || fields.has('x-amz-algorithm')) return false;
  return fields.has('awsaccesskeyid') || fields.has('signature');
}

function requiredField(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name.toLowerCase());
  if (value !== undefined && value !== '') return value;
  throw malformedForm(
    `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
    name,
  );
}

function malformedForm(what: string, field: string, value = ''): S3Error {
  return new S3Error('InvalidArgument', what, { fields: { ArgumentName: field, ArgumentValue: value } });
}

function parseExpiry(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw malformedQuery('X-Amz-Expires should be a number');
  const seconds = Number(text);
  if (seconds < 0) throw malformedQuery('X-Amz-Expires must be non-negative');
  if (seconds > EXPIRES_MAX_S) {
    throw malformedQuery(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  }
  return seconds;
}

type Complaint = (what: string, fields?: Readonly<Record<string, string>>) => S3Error;

/** The region of the store, and one more that a request may be signed for. */
export interface ExpectedRegions {
  readonly region: string;
  readonly other?: string | undefined;
}

/** `<access key>/<date>/<region>/s3/aws4_request`, judged in the order in which S3 does. */
function parseScope(
  credential: string,
  expected: ExpectedRegions,
  complain: Complaint,
): Pick<SignatureClaim, 'accessKeyId' | 'date' | 'region' | 'scope'> {
  const parts = credential.split('/');
  const [accessKeyId = '', date = '', region = '', service = '', terminator = ''] = parts;
  if (accessKeyId === '' || parts.length !== 5) {
    throw complain(
      'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  judgeScope({ date, region, service, terminator }, expected, complain);
  return { accessKeyId, date, region, scope: `${date}/${region}/s3/aws4_request` };
}

function judgeScope(
  scope: Readonly<Record<'date' | 'region' | 'service' | 'terminator', string>>,
  expected: ExpectedRegions,
  complain: Complaint,
): void {
  const { date, region, service, terminator } = scope;
  if (terminator !== 'aws4_request')
    throw complain(`incorrect terminal "${terminator}". This endpoint uses "aws4_request".`);
  if (service !== 's3') throw complain(`incorrect service "${service}". This endpoint belongs to "s3".`);
  if (region !== expected.region && region !== expected.other)
    throw complain(`the region "${region}" is wrong; expecting "${expected.region}"`, {
      Region: expected.region,
    });
  if (!/^\d{8}$/.test(date))
    throw complain(
      `incorrect date format "${date}". This date in the credential must be in the format "yyyyMMdd".`,
    );
}

function parseSignedHeaders(text: string, complain: Complaint): readonly string[] {
  const names = text.toLowerCase().split(';');
  // A name that comes a thousand times would have its value signed, and shown to the client, a thousand times.
  if (names.includes('') || new Set(names).size < names.length)
    throw complain('the SignedHeaders are malformed');
  return names;
}

function malformedHeader(what: string, fields: Readonly<Record<string, string>> = {}): S3Error {
  return new S3Error('AuthorizationHeaderMalformed', `The authorization header is malformed; ${what}`, {
    fields,
  });
}

/** Throws when a credential is of another day than the request; asked once it is clear that the request is of now. */
export function requireSameDate({ date, timestamp }: SignatureClaim): void {
  if (!timestamp.startsWith(date))
    throw malformedHeader('Invalid credential date. Date is not the same as X-Amz-Date.');
}

function incomplete(): S3Error {
  return malformedHeader(
    'the authorization header requires three components: Credential, SignedHeaders, and Signature.',
  );
}

/** Of the credential in a query. */
function malformedCredential(what: string, fields: Readonly<Record<string, string>> = {}): S3Error {
  return malformedQuery(`Error parsing the X-Amz-Credential parameter; ${what}`, fields);
}

function malformedQuery(what: string, fields: Readonly<Record<string, string>> = {}): S3Error {
  return new S3Error('AuthorizationQueryParametersError', what, { fields });
}

/** To whoever signs with version 2 where it is not taken. */
export function versionTwoRefused(): S3Error {
  return new S3Error(
    'InvalidRequest',
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
  );
}

/** Anything in an Authorization header that is not Signature Version 4. */
function foreignScheme(authorization: string): S3Error {
  if (authorization === '') return new S3Error('AccessDenied');
  const invalid = (message: string, value = authorization): S3Error =>
    new S3Error('InvalidArgument', message, {
      fields: { ArgumentName: 'Authorization', ArgumentValue: value },
    });
  const [scheme = '', ...rest] = authorization.split(' ');
  if (rest.length === 0)
    return invalid("Authorization header is invalid -- one and only one ' ' (space) required.");
  if (scheme === 'AWS' && !authorization.includes(':'))
    return invalid('AWS authorization header is invalid.  Expected AwsAccessKeyId:signature');
  if (scheme === 'AWS' || scheme.startsWith('AWS4-')) return versionTwoRefused();
  return invalid('Unsupported Authorization Type', scheme);
}
