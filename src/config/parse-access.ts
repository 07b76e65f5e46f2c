// Who may come in and what exists from the start: `[[auth]]`, `[iam]` and `[[bucket]]`.

import { bucketNameProblem } from '../core/bucket-name.ts';
import type { BucketConfig, CredentialConfig, IamConfig, NatsLogin, PolicyGrant } from './config.ts';
import { NATS_URL, pathIn } from './parse-services.ts';
import { ACCOUNT_ID, type Section } from './section.ts';

/** Reads the file that a setting names; the path may be relative to the configuration. */
export type SecretReader = (path: string) => string;

const ACCESS_KEY_ID = /^[A-Za-z0-9._@+-]{3,128}$/;
const POLICY_BUCKET = /^[a-z0-9.*?-]{1,63}$/;
const KV_BUCKET = /^[A-Za-z0-9_-]{1,128}$/;
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
  const email = section.optionalString('email');
  const credential = {
    accessKeyId: section.matching('access_key_id', ACCESS_KEY_ID, '3 to 128 letters, digits or "._@+-"'),
    secretAccessKey: parseSecret(section, readSecret),
    accountId,
    displayName: section.optionalString('display_name') ?? accountId,
    ...(email === undefined ? {} : { email }),
    ...(policy === undefined ? {} : { policy }),
    ...(section.boolean('unlimited_list', false) && { unlimitedList: true as const }),
    ...(section.boolean('every_account', false) && { everyAccount: true as const }),
  };
  section.finish();
  return credential;
}

/** Identities kept by Spinifex; the names of the settings are those that its Go predecessor knows. */
export function parseIam(root: Section, directory: string): IamConfig | undefined {
  if (!root.has('iam')) return undefined;
  const section = root.section('iam');
  const masterKeyFile = pathIn(directory, section.string('master_key_path'));
  const nats = parseIamNats(section, directory);
  const accessKeysBucket = section.has('access_keys_bucket')
    ? section.matching('access_keys_bucket', KV_BUCKET, 'letters, digits, "_" or "-"')
    : undefined;
  section.finish();
  return {
    masterKeyFile,
    ...(nats === undefined ? {} : { nats }),
    ...(accessKeysBucket === undefined ? {} : { accessKeysBucket }),
  };
}

function parseIamNats(section: Section, directory: string): IamConfig['nats'] {
  const token = section.optionalString('nats_token');
  const tokenFile = pathIn(directory, section.optionalString('nats_token_file'));
  const caFile = pathIn(directory, section.optionalString('nats_tls_ca'));
  if (token !== undefined && tokenFile !== undefined) {
    section.refuse('nats_token_file', 'stands beside nats_token', 'Keep one of the two.');
  }
  if (!section.has('nats_url')) {
    const lonely = ['nats_token', 'nats_token_file', 'nats_tls_ca'].find((key) => section.has(key));
    if (lonely !== undefined) section.refuse(lonely, 'needs nats_url', 'Name the NATS server of Spinifex.');
    return undefined;
  }
  return {
    url: section.matching(
      'nats_url',
      NATS_URL,
      'an address like "nats://10.0.0.1:4222", without credentials',
    ),
    login: iamLogin(token, tokenFile),
    ...(caFile === undefined ? {} : { tls: { caFile } }),
  };
}

function iamLogin(token: string | undefined, file: string | undefined): NatsLogin {
  if (file !== undefined) return { kind: 'token', file };
  return token === undefined || token === '' ? { kind: 'none' } : { kind: 'token-text', token };
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
