// rclone, restic, s3cmd, s3fs and boto3 against a cluster over TLS, as their users run them. What is not installed is skipped loudly;
// `make test` installs it where it may (scripts/fetch-test-clients.sh).

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TEST_CREDENTIALS, TEST_REGION, TestCluster } from '../../support/cluster.ts';
import { follow, isInstalled } from '../../support/outside-client.ts';
import { verifiableBytes } from '../../support/verifiable-bytes.ts';

const CLIENT_LIMIT_MS = 180_000;

let cluster: TestCluster;
let directory: string;
let authority: string;
/** Name of a file below the source directory → its bytes. */
const files = new Map<string, Buffer>();

beforeAll(async () => {
  cluster = await TestCluster.start({ nodes: 3, dataShards: 2, parityShards: 1 });
  authority = join(cluster.directory, 'certs/ca.pem');
  directory = await mkdtemp(join(tmpdir(), 'predastore-clients-'));
  await mkdir(join(directory, 'source/deep'), { recursive: true });
  for (const [name, lengthBytes] of [
    ['empty', 0],
    ['small ü + & file', 100],
    ['deep/medium', 300_000],
    ['deep/large', 12_000_000],
  ] as const) {
    const bytes = verifiableBytes(lengthBytes);
    files.set(name, bytes);
    await writeFile(join(directory, 'source', name), bytes);
  }
}, 120_000);
afterAll(async () => {
  await cluster.close();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

const testIf = (installed: boolean): typeof test | typeof test.skip => (installed ? test : test.skip);

async function run(command: string, args: readonly string[], extra: NodeJS.ProcessEnv = {}): Promise<string> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    HOME: directory,
    AWS_ACCESS_KEY_ID: TEST_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: TEST_CREDENTIALS.secretAccessKey,
    AWS_DEFAULT_REGION: TEST_REGION,
    AWS_CA_BUNDLE: undefined, // rclone does not start with it
    ...extra,
  };
  const { stdout } = await promisify(execFile)(command, args, { env, timeout: CLIENT_LIMIT_MS });
  return stdout;
}

async function expectFiles(below: string): Promise<void> {
  for (const [name, bytes] of files)
    expect((await readFile(join(directory, below, name))).equals(bytes)).toBe(true);
}

testIf(isInstalled('rclone', 'version'))(
  'rclone: sync, check, sync back, purge',
  async () => {
    const environment = {
      RCLONE_CONFIG: '/dev/null',
      RCLONE_CONFIG_PREDA_TYPE: 's3',
      RCLONE_CONFIG_PREDA_PROVIDER: 'Other',
      RCLONE_CONFIG_PREDA_ENV_AUTH: 'true',
      RCLONE_CONFIG_PREDA_ENDPOINT: cluster.endpoint(1),
      RCLONE_CONFIG_PREDA_REGION: TEST_REGION,
      RCLONE_CA_CERT: authority,
    };
    const rclone = (...args: string[]): Promise<string> => run('rclone', args, environment);
    const source = join(directory, 'source');
    await rclone('mkdir', 'preda:from-rclone');
    await rclone('sync', source, 'preda:from-rclone/all');
    await rclone('check', '--download', source, 'preda:from-rclone/all');
    await rclone('sync', 'preda:from-rclone/all', join(directory, 'rclone-back'));
    await expectFiles('rclone-back');
    expect((await rclone('lsf', '-R', '--files-only', 'preda:from-rclone')).trim().split('\n')).toHaveLength(
      files.size,
    );
    await rclone('purge', 'preda:from-rclone');
    expect(await rclone('lsd', 'preda:')).not.toMatch(/from-rclone/);
  },
  CLIENT_LIMIT_MS,
);

testIf(isInstalled('restic', 'version'))(
  'restic: init, backup, check --read-data, restore, forget --prune',
  async () => {
    const environment = {
      RESTIC_REPOSITORY: `s3:${cluster.endpoint(1)}/from-restic/repository`,
      RESTIC_PASSWORD: 'test-password',
      RESTIC_CACHE_DIR: join(directory, 'restic-cache'),
    };
    const restic = (...args: string[]): Promise<string> =>
      run('restic', ['--cacert', authority, ...args], environment);
    await restic('init');
    await restic('backup', join(directory, 'source'));
    await rm(join(directory, 'source/deep/medium'));
    await restic('backup', join(directory, 'source'));
    await writeFile(join(directory, 'source/deep/medium'), files.get('deep/medium')!);
    await restic('backup', join(directory, 'source'));
    expect(await restic('check', '--read-data')).toMatch(/no errors were found/);
    await restic('restore', 'latest', '--target', join(directory, 'restic-back'));
    await expectFiles(join('restic-back', directory, 'source'));
    await restic('forget', '--keep-last', '1', '--prune');
    expect(await restic('check', '--read-data')).toMatch(/no errors were found/);
  },
  CLIENT_LIMIT_MS,
);

testIf(isInstalled('s3cmd', '--version'))(
  's3cmd: mb, put in parts, sync, ls, get, signurl, del, rb',
  async () => {
    const { host } = new URL(cluster.endpoint(1));
    const settings = join(directory, 's3cmd.conf');
    const text = [
      '[default]',
      `access_key = ${TEST_CREDENTIALS.accessKeyId}`,
      `secret_key = ${TEST_CREDENTIALS.secretAccessKey}`,
      `host_base = ${host}`,
      `host_bucket = ${host}`,
      `bucket_location = ${TEST_REGION}`,
      `ca_certs_file = ${authority}`,
      'use_https = True',
      'signurl_use_https = True',
      '',
    ];
    await writeFile(settings, text.join('\n'), { mode: 0o600 });
    const s3cmd = (...args: string[]): Promise<string> =>
      run('s3cmd', ['-c', settings, '--no-progress', ...args]);
    await s3cmd('mb', 's3://from-s3cmd');
    const large = join(directory, 'source/deep/large');
    await s3cmd('put', '--multipart-chunk-size-mb=5', large, 's3://from-s3cmd/large');
    await s3cmd('sync', `${join(directory, 'source')}/`, 's3://from-s3cmd/all/');
    expect(await s3cmd('ls', 's3://from-s3cmd/')).toMatch(/12000000 +s3:\/\/from-s3cmd\/large/);
    await s3cmd('get', 's3://from-s3cmd/large', join(directory, 's3cmd-large'));
    expect((await readFile(join(directory, 's3cmd-large'))).equals(files.get('deep/large')!)).toBe(true);
    await mkdir(join(directory, 's3cmd-back'));
    await s3cmd('sync', 's3://from-s3cmd/all/', `${join(directory, 's3cmd-back')}/`);
    await expectFiles('s3cmd-back');
    await writeFile(join(directory, 'note'), 'hello');
    await s3cmd('put', join(directory, 'note'), 's3://from-s3cmd/a ü+&.txt');
    const link = await s3cmd('signurl', '--content-type=text/x&y', 's3://from-s3cmd/a ü+&.txt', '+60');
    expect(await follow(link.trim(), authority)).toBe('200 hello');
    await s3cmd('del', '--recursive', '--force', 's3://from-s3cmd');
    await s3cmd('rb', 's3://from-s3cmd');
  },
  CLIENT_LIMIT_MS,
);

const BOTO3 = `
import boto3, os, ssl, sys, urllib.request
from boto3.s3.transfer import TransferConfig
endpoint, authority, source, back = sys.argv[1:5]
s3 = boto3.client('s3', endpoint_url=endpoint, verify=authority)
s3.create_bucket(Bucket='from-boto3', CreateBucketConfiguration={'LocationConstraint': os.environ['AWS_DEFAULT_REGION']})
parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
s3.upload_file(source, 'from-boto3', 'large', Config=parts, ExtraArgs={'Metadata': {'colour': 'blue'}})
head = s3.head_object(Bucket='from-boto3', Key='large')
assert head['Metadata'] == {'colour': 'blue'}, head
assert head['ETag'].endswith('-3"'), head
s3.download_file('from-boto3', 'large', back, Config=parts)
pages = s3.get_paginator('list_objects_v2').paginate(Bucket='from-boto3')
keys = [row['Key'] for page in pages for row in page.get('Contents', [])]
assert keys == ['large'], keys
try:
    s3.get_object(Bucket='from-boto3', Key='nothing')
    raise SystemExit('a missing key was found')
except s3.exceptions.NoSuchKey:
    pass
trust = ssl.create_default_context(cafile=authority)
def follow(method, operation, body=None, headers={}, **parameters):
    url = s3.generate_presigned_url(operation, Params={'Bucket': 'from-boto3', **parameters})
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    with urllib.request.urlopen(request, context=trust) as reply:
        return reply.headers, reply.read()
key = 'k ü+&/(x)'
typed = {'Content-Type': 'text/x', 'x-amz-meta-a': 'b'}
follow('PUT', 'put_object', b'linked', typed, Key=key, ContentType='text/x', Metadata={'a': 'b'})
head, body = follow('GET', 'get_object', Key=key, ResponseContentDisposition='attachment; filename="R&D ü.txt"')
assert body == b'linked' and head['x-amz-meta-a'] == 'b' and head['Content-Type'] == 'text/x', (body, head)
assert 'R&D' in head['Content-Disposition'], head
assert follow('HEAD', 'head_object', Key=key)[0]['Content-Length'] == '6'
assert b'<KeyCount>1<' in follow('GET', 'list_objects_v2', Prefix='k')[1]
follow('DELETE', 'delete_object', Key=key)
form = s3.generate_presigned_post('from-boto3', 'posted')
fields = ''.join(f'--b\\r\\nContent-Disposition: form-data; name="{name}"\\r\\n\\r\\n{value}\\r\\n' for name, value in form['fields'].items())
file = '--b\\r\\nContent-Disposition: form-data; name="file"; filename="f"\\r\\n\\r\\nposted\\r\\n--b--\\r\\n'
sent = urllib.request.Request(form['url'], data=(fields + file).encode(), headers={'Content-Type': 'multipart/form-data; boundary=b'})
assert urllib.request.urlopen(sent, context=trust).status == 204
assert s3.get_object(Bucket='from-boto3', Key='posted')['Body'].read() == b'posted'
keys.append('posted')
s3.delete_objects(Bucket='from-boto3', Delete={'Objects': [{'Key': key} for key in keys]})
s3.delete_bucket(Bucket='from-boto3')
print('all is well')
`;

testIf(isInstalled('python3', '-c', 'import boto3'))(
  'boto3: managed transfers in parts, metadata, pages, errors, presigned URLs and forms, deletes',
  async () => {
    const back = join(directory, 'boto3-back');
    const source = join(directory, 'source/deep/large');
    const said = await run('python3', ['-c', BOTO3, cluster.endpoint(1), authority, source, back]);
    expect(said).toMatch(/all is well/);
    expect((await readFile(back)).equals(files.get('deep/large')!)).toBe(true);
  },
  CLIENT_LIMIT_MS,
);

/** A file system is mounted by the kernel: containers often may not. */
const isMountable = (): boolean => {
  if (existsSync('/dev/fuse')) return true;
  process.stderr.write('SKIPPED: s3fs needs /dev/fuse, which is not here\n');
  return false;
};

testIf(isInstalled('s3fs', '--version') && isInstalled('fusermount', '-V') && isMountable())(
  's3fs: a mounted bucket is written, changed in place, renamed, and read through another mount',
  async () => {
    const passwords = join(directory, 's3fs-passwords');
    const { accessKeyId, secretAccessKey } = TEST_CREDENTIALS;
    await writeFile(passwords, `${accessKeyId}:${secretAccessKey}`, { mode: 0o600 });
    await cluster.s3(1).send(new CreateBucketCommand({ Bucket: 'from-s3fs' }));
    const mount = async (name: string): Promise<string> => {
      const at = join(directory, name);
      await mkdir(at);
      const options = [
        `passwd_file=${passwords}`,
        `url=${cluster.endpoint(1)}`,
        `endpoint=${TEST_REGION}`,
        'use_path_request_style',
      ];
      await run('s3fs', ['from-s3fs', at, '-o', options.join(',')], { CURL_CA_BUNDLE: authority });
      return at;
    };
    const first = await mount('s3fs-first');
    try {
      await mkdir(join(first, 'dir'));
      for (const [name, bytes] of files) await writeFile(join(first, 'dir', basename(name)), bytes);
      const large = join(first, 'dir/large');
      const handle = await open(large, 'r+');
      await handle.write(Buffer.from('in place'), 0, 8, 1_000_000);
      await handle.close();
      await rename(large, join(first, 'renamed'));
      await rm(join(first, 'dir/empty'));
    } finally {
      await run('fusermount', ['-u', first]);
    }
    const second = await mount('s3fs-second');
    try {
      const expected = Buffer.from(files.get('deep/large')!);
      expected.write('in place', 1_000_000);
      expect((await readFile(join(second, 'renamed'))).equals(expected)).toBe(true);
      expect((await readdir(join(second, 'dir'))).sort()).toEqual(['medium', 'small ü + & file']);
    } finally {
      await run('fusermount', ['-u', second]);
    }
  },
  CLIENT_LIMIT_MS,
);
