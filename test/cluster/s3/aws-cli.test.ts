// The AWS command line against a cluster, where it is installed.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TEST_CREDENTIALS, TEST_REGION, TestCluster } from '../../support/cluster.ts';
import { follow, isInstalled } from '../../support/outside-client.ts';
import { verifiableBytes } from '../../support/verifiable-bytes.ts';

(isInstalled('aws', '--version') ? describe : describe.skip)('the aws command line', () => {
  let cluster: TestCluster;
  let directory: string;

  beforeAll(async () => {
    cluster = await TestCluster.start({ nodes: 3, dataShards: 2, parityShards: 1 });
    directory = await mkdtemp(join(tmpdir(), 'predastore-aws-'));
  }, 120_000);
  afterAll(async () => {
    await cluster.close();
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  async function aws(...args: string[]): Promise<string> {
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL: cluster.endpoint(1),
      AWS_ACCESS_KEY_ID: TEST_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: TEST_CREDENTIALS.secretAccessKey,
      AWS_DEFAULT_REGION: TEST_REGION,
      AWS_CA_BUNDLE: join(cluster.directory, 'certs/ca.pem'),
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    };
    const { stdout } = await promisify(execFile)('aws', args, { env });
    return stdout;
  }

  test('mb, cp, ls, cp back, rm, rb', async () => {
    const file = join(directory, 'file.bin');
    const bytes = verifiableBytes(3_000_000);
    await writeFile(file, bytes);
    await aws('s3', 'mb', 's3://from-cli');
    await aws('s3', 'cp', file, 's3://from-cli/dir/file.bin', '--quiet');
    expect(await aws('s3', 'ls', 's3://from-cli/dir/')).toMatch(/3000000 file\.bin/);
    expect(await aws('s3', 'ls')).toMatch(/from-cli/);
    await aws('s3', 'cp', 's3://from-cli/dir/file.bin', `${file}.back`, '--quiet');
    expect((await readFile(`${file}.back`)).equals(bytes)).toBe(true);
    await aws('s3', 'rm', 's3://from-cli', '--recursive', '--quiet');
    await aws('s3', 'rb', 's3://from-cli');
    expect(await aws('s3', 'ls')).not.toMatch(/from-cli/);
  }, 120_000);

  test('presign: a link that is good for its object until it expires', async () => {
    const authority = join(cluster.directory, 'certs/ca.pem');
    const file = join(directory, 'note.txt');
    await writeFile(file, 'hello');
    await aws('s3', 'mb', 's3://links');
    await aws('s3', 'cp', file, 's3://links/a ü+&.txt', '--quiet');
    const link = (await aws('s3', 'presign', 's3://links/a ü+&.txt')).trim();
    expect(await follow(link, authority)).toBe('200 hello');
    expect(await follow(`${link}&tagging`, authority)).toMatch(/^403 .*SignatureDoesNotMatch/s);
    const late = (await aws('s3', 'presign', 's3://links/a ü+&.txt', '--expires-in', '-5')).trim();
    expect(await follow(late, authority)).toMatch(/^403 .*Request has expired/s);
  }, 120_000);

  test('errors are readable', async () => {
    await expect(
      aws('s3api', 'get-object', '--bucket', 'nothing-here', '--key', 'k', '/dev/null'),
    ).rejects.toMatchObject({
      stderr: expect.stringMatching(/NoSuchBucket.*The specified bucket does not exist/s),
    });
  }, 60_000);
});
