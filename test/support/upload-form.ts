// Forms of browser uploads for tests: fields, a policy over them, and a signature made after the AWS documentation.

import { createHmac } from 'node:crypto';
import { ACCESS_KEY, REGION, SECRET_KEY } from './test-gateway.ts';

export const BOUNDARY = '----WebKitFormBoundary7MA4YWxkTrZu0gW';

export interface FormPlan {
  readonly fields?: Readonly<Record<string, string>>;
  /** Conditions beside those for the fields above and for the bucket. */
  readonly conditions?: readonly unknown[];
  /** Replaces all conditions. */
  readonly onlyConditions?: readonly unknown[];
  readonly expiration?: string;
  /** The policy itself, for malformed ones. */
  readonly policy?: string;
  readonly secret?: string;
  /** Fields that the policy does not know. */
  readonly extra?: Readonly<Record<string, string>>;
}

/** The fields of a form whose policy covers exactly them. */
export function signedFields(plan: FormPlan): Record<string, string> {
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const day = timestamp.slice(0, 8);
  const fields: Record<string, string> = {
    key: 'k',
    ...plan.fields,
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${ACCESS_KEY}/${day}/${REGION}/s3/aws4_request`,
    'x-amz-date': timestamp,
  };
  const conditions = plan.onlyConditions ?? [
    { bucket: 'photos' },
    ...Object.entries(fields).map(([name, value]) =>
      value.includes('${filename}') ? ['starts-with', `$${name}`, ''] : { [name]: value },
    ),
    ...(plan.conditions ?? []),
  ];
  const expiration = plan.expiration ?? new Date(Date.now() + 60_000).toISOString();
  const policy = plan.policy ?? JSON.stringify({ expiration, conditions });
  const encoded = Buffer.from(policy).toString('base64');
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const signingKey = hmac(
    hmac(hmac(hmac(`AWS4${plan.secret ?? SECRET_KEY}`, day), REGION), 's3'),
    'aws4_request',
  );
  const signature = hmac(signingKey, encoded).toString('hex');
  return { ...fields, ...plan.extra, policy: encoded, 'x-amz-signature': signature };
}

/** The fields as parts of a form, without its end. */
export function fieldParts(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(
      ([name, value]) =>
        `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    )
    .join('');
}

export interface FormFile {
  readonly name?: string;
  readonly bytes: Uint8Array;
  /** What follows the file: the closing boundary with its line end, unless said otherwise. */
  readonly ending?: string;
}

/** A whole form. */
export function formBody(fields: Readonly<Record<string, string>>, file: FormFile): Buffer {
  const head = `${fieldParts(fields)}--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${file.name ?? 'cat.jpg'}"\r\nContent-Type: image/jpeg\r\n\r\n`;
  const ending = file.ending ?? `\r\n--${BOUNDARY}--\r\n`;
  return Buffer.concat([Buffer.from(head), file.bytes, Buffer.from(ending)]);
}

/** The head of a POST with a form of `lengthBytes`. */
export function formHead(lengthBytes: number, path = '/photos', host = '127.0.0.1'): string {
  return `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: multipart/form-data; boundary=${BOUNDARY}\r\nContent-Length: ${lengthBytes}\r\n\r\n`;
}
