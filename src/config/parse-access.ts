// Who may come in and what exists from the start: `[[auth]]` and `[[bucket]]`.

import { bucketNameProblem } from '../core/bucket-name.ts';
import type { BucketConfig, CredentialConfig, PolicyGrant } from './config.ts';
import { ACCOUNT_ID, type Section } from './section.ts';

/** Reads the file that a setting names; the path may be relative to the configuration. */
export type SecretReader = (path: string) => string;

const ACCESS_KEY_ID = /^[A-Za-z0-9._@+-]{3,128}$/;
const POLICY_BUCKET = /^[a-z0-9.*?-]{1,63}$/;
const POLICY_ACTION = /^(\*|s3:[A-Za-z*?]+)$/;

export function parseCredentials(root: Section, readSecret: SecretReader): readonly CredentialConfig[] {
  const known = new Set<string>();
  return root.sections('auth').map((section) => {
    const credential = parseCredential(section, readSecret);
    if (known.has(credential.accessKeyId)) {
      section.refuse(
        'access_key_id',
        `"${credential.accessKeyId}" is used twice`,
        'Remove one [[auth]] entry.',
      );
    }
    known.add(credential.accessKeyId);
    return credential;
  });
}

function parseCredential(section: Section, readSecret: SecretReader): CredentialConfig {
  const accountId = section.matching('account_id', ACCOUNT_ID, 'twelve digits');
  const policy = section.has('policy') ? section.sections('policy').map(parseGrant) : undefined;
  const credential = {
    accessKeyId: section.matching('access_key_id', ACCESS_KEY_ID, '3 to 128 letters, digits or "._@+-"'),
    secretAccessKey: parseSecret(section, readSecret),
    accountId,
    displayName: section.optionalString('display_name') ?? accountId,
    ...(policy === undefined ? {} : { policy }),
  };
  section.finish();
  return credential;
}

function parseSecret(section: Section, readSecret: SecretReader): string {
  const inline = section.optionalString('secret_access_key');
  const file = section.optionalString('secret_access_key_file');
  if (inline !== undefined && file !== undefined) {
    section.refuse('secret_access_key_file', 'stands beside secret_access_key', 'Keep one of the two.');
  }
  if (file === undefined) return inline ?? section.string('secret_access_key');
  const secret = readSecret(file).trim();
  if (secret === '') {
    section.refuse('secret_access_key_file', `"${file}" is empty`, 'Write the secret into that file.');
  }
  return secret;
}

function parseGrant(section: Section): PolicyGrant {
  const bucket = section.matching('bucket', POLICY_BUCKET, 'a bucket name or a pattern with "*"');
  const actions = section.strings('actions');
  const wrong = actions.find((action) => !POLICY_ACTION.test(action));
  if (wrong !== undefined) {
    section.refuse('actions', `"${wrong}" is not an S3 action`, 'Write it like "s3:GetObject".');
  }
  section.finish();
  return { bucket, actions };
}

export function parseBuckets(root: Section, region: string): readonly BucketConfig[] {
  const known = new Set<string>();
  return root.sections('bucket').map((section) => {
    const name = section.string('name');
    const problem = bucketNameProblem(name);
    if (problem !== undefined) section.refuse('name', `"${name}" ${problem}`, 'Choose another name.');
    if (known.has(name)) section.refuse('name', `"${name}" is used twice`, 'Remove one [[bucket]] entry.');
    known.add(name);
    const bucket = {
      name,
      region: section.optionalString('region') ?? region,
      public: section.boolean('public', false),
      accountId: section.matching('account_id', ACCOUNT_ID, 'twelve digits'),
    };
    section.finish();
    return bucket;
  });
}
