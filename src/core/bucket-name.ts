// The rules for bucket names, as AWS has them for general purpose buckets.

const SHAPE = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const IP_ADDRESS = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;
const RESERVED_PREFIXES = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const RESERVED_SUFFIXES = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];

/** What is wrong with a bucket name, in words for a log or an error; `undefined` when it may be used. */
export function bucketNameProblem(name: string): string | undefined {
  if (name.length < 3 || name.length > 63) return 'must be 3 to 63 characters long';
  if (!SHAPE.test(name)) {
    return 'must consist of lower-case letters, digits, dots and hyphens, and begin and end with a letter or digit';
  }
  if (/\.[.-]|-\./.test(name)) return 'must not have an empty label, nor a hyphen beside a dot';
  if (IP_ADDRESS.test(name)) return 'must not look like an IP address';
  const prefix = RESERVED_PREFIXES.find((reserved) => name.startsWith(reserved));
  if (prefix !== undefined) return `must not begin with ${prefix}`;
  const suffix = RESERVED_SUFFIXES.find((reserved) => name.endsWith(reserved));
  if (suffix !== undefined) return `must not end with ${suffix}`;
  return undefined;
}

export function isBucketName(name: string): boolean {
  return bucketNameProblem(name) === undefined;
}
