// What the commands on the store have in common: options, a connected store, errors in words, exit codes.

import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { Store } from '../../client/index.ts';
import { S3Error, isS3Error } from '../../contracts/s3-errors.ts';
import { messageOf } from '../../core/errors.ts';
import type { Command } from '../commands/command.ts';
import { openStore, type ConnectionOptions, type Environment } from './connection.ts';
import { misuse } from './location.ts';
import { processOutput, type Output } from './output.ts';

/** How a command ends; scripts may rely on it. */
export const EXIT = { ok: 0, failed: 1, misused: 2, missing: 3, denied: 4, unavailable: 5 } as const;

const CONNECTION_OPTIONS = {
  nats: { type: 'string' },
  nkey: { type: 'string' },
  creds: { type: 'string' },
  account: { type: 'string' },
  ca: { type: 'string' },
  'inbox-prefix': { type: 'string' },
  sign: { type: 'boolean' },
  quic: { type: 'boolean' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
} as const satisfies ParseArgsConfig['options'];

type Flag = 'recursive' | 'force' | 'long' | 'versions' | 'bypass-governance';
const FLAGS: Readonly<Record<Flag, { type: 'boolean'; short?: string }>> = {
  recursive: { type: 'boolean', short: 'r' },
  force: { type: 'boolean', short: 'f' },
  long: { type: 'boolean', short: 'l' },
  versions: { type: 'boolean' },
  'bypass-governance': { type: 'boolean' },
};
const VERSION_OPTION = { 'version-id': { type: 'string' } } as const;

export interface Session {
  readonly store: Store;
  readonly output: Output;
  readonly args: readonly string[];
  readonly has: (flag: Flag) => boolean;
  /** What `--version-id` named, as requests have it. */
  readonly version: { readonly VersionId?: string };
}

export interface StoreCommandSpec {
  readonly parameters: string;
  readonly summary: string;
  readonly flags: readonly Flag[];
  /** Takes `--version-id`; it names one object, so that it does not go with `-r`. */
  readonly takesVersion?: true;
  readonly argsMax: number;
  /** Throws for a mistake on the command line before anything is connected. */
  check(args: readonly string[]): void;
  run(session: Session): Promise<void>;
}

/** What is around a command: replaced by tests. */
export interface Surroundings {
  readonly environment: Environment;
  output(json: boolean, quiet: boolean): Output;
}

const PROCESS: Surroundings = { environment: process.env, output: processOutput };

export function storeCommand(spec: StoreCommandSpec): Command {
  const { parameters, summary } = spec;
  return { parameters, summary, run: (args) => runStoreCommand(spec, args, PROCESS) };
}

export async function runStoreCommand(
  spec: StoreCommandSpec,
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const { values, positionals } = parse(spec, args);
  if (positionals.length > spec.argsMax) throw misuse(`too many arguments: ${positionals.join(' ')}`);
  spec.check(positionals);
  const { 'version-id': versionId } = values;
  if (versionId !== undefined && values.recursive === true)
    throw misuse('--version-id names a version of one object, and -r means many');
  const output = surroundings.output(values.json === true, values.quiet === true);
  const store = await openStore(values, surroundings.environment);
  try {
    const version = versionId === undefined ? {} : { VersionId: versionId };
    await spec.run({ store, output, args: positionals, has: (flag) => values[flag] === true, version });
    return EXIT.ok;
  } catch (error) {
    if (!isS3Error(error)) throw withFileName(error);
    report(output, error);
    return exitCodeOf(error);
  } finally {
    await store.close();
  }
}

type Values = ConnectionOptions &
  Partial<Readonly<Record<Flag | 'json' | 'quiet', boolean>>> & { readonly 'version-id'?: string };

function parse(
  spec: StoreCommandSpec,
  args: readonly string[],
): { values: Values; positionals: readonly string[] } {
  const own: Partial<typeof FLAGS> = Object.fromEntries(spec.flags.map((flag) => [flag, FLAGS[flag]]));
  const version: Partial<typeof VERSION_OPTION> = spec.takesVersion === true ? VERSION_OPTION : {};
  try {
    const options = { ...CONNECTION_OPTIONS, ...own, ...version };
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    // Each option has the type of its table, which TypeScript does not see through the union of them.
    return { values: values as Values, positionals };
  } catch (error) {
    throw misuse(`${messageOf(error)}\nusage: ${spec.parameters}`);
  }
}

function report(output: Output, error: S3Error): void {
  const hint = HINTS[error.code];
  if (output.json) output.tell(JSON.stringify({ Code: error.code, Message: error.message, ...error.fields }));
  else output.tell(`predastore: ${error.message} (${error.code})${hint === undefined ? '' : `\n${hint}`}`);
}

const HINTS: Readonly<Record<string, string | undefined>> = {
  AccessDenied:
    'Is the account right? Set PREDASTORE_ACCOUNT or --account (12 digits); where the store believes only signatures, --sign.',
  BucketNotEmpty: '`rb --force` removes the objects first.',
  ServiceUnavailable: '`nats micro ls` and `predastore status` show which nodes are up.',
};

/** Errors of the file system, in words and with the name of the file. */
function withFileName(error: unknown): unknown {
  if (!(error instanceof Error) || !('path' in error) || !('code' in error)) return error;
  const words = FILE_PROBLEMS[String(error.code)];
  return words === undefined ? error : misuse(`${String(error.path)}: ${words}`);
}

const FILE_PROBLEMS: Readonly<Record<string, string | undefined>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  ENOTDIR: 'that is not a folder',
  EISDIR: 'that is a folder',
  EEXIST: 'that exists already',
  EROFS: 'the file system is read-only',
};

function exitCodeOf({ code, status }: S3Error): number {
  if (status === 404) return EXIT.missing;
  if (status === 403) return EXIT.denied;
  return status >= 500 || code === 'RequestTimeout' ? EXIT.unavailable : EXIT.failed;
}
