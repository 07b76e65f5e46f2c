// The AWS SDK as the tests of the gateway use it: one try, so that what a command ends with is the first answer.

import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { ACCESS_KEY, REGION, SECRET_KEY, type TestGateway } from './test-gateway.ts';

export function sdkOf({ endpoint }: TestGateway, config: S3ClientConfig = {}): S3Client {
  return new S3Client({
    endpoint,
    region: REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
    maxAttempts: 1,
    ...config,
  });
}

/** Status and code of the error that a command ends with: `404 NoSuchKey`. */
export async function refusal(sent: Promise<unknown>): Promise<string> {
  try {
    await sent;
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    return `${$metadata?.httpStatusCode ?? 0} ${name}`;
  }
  throw new Error('it was not refused');
}
