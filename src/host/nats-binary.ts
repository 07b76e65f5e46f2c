// Where the nats-server binary comes from.
//
// Owns: the search order (named by the operator, PATH, project cache, Debian's package) and the pinned version.
// Refuses: starting the server (nats-supervisor.ts) and touching the system: apt runs with private lists, caches and
// sources, as whoever we are; nothing is installed.
//   B1. A downloaded package is unpacked only when its SHA-256 is the pinned one, or, for a version we have no sum
//       of, when apt verified it against the signed index of the archive.
//   B2. The cache appears by rename, so that two processes that fetch at once do not see half a binary.

import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  access,
  constants,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { PredastoreError, messageOf } from '../core/errors.ts';
import type { Logger } from '../platform/log.ts';

const run = promisify(execFile);

/** What we test against. */
const NATS_SERVER_VERSION = '2.15.1';
const PACKAGE_VERSION = `${NATS_SERVER_VERSION}-1`;
/** SHA-256 of nats-server_2.15.1-1_<architecture>.deb. */
const PACKAGE_SHA256: Readonly<Record<string, string>> = {
  amd64: '31ef4ceaa84e8248d449e508472e3770c17c3695cb5cb0ee96e03912724ea884',
  arm64: '68923b614b6b5594bbd63ffdce7258c2155ec448fb4cb7efd099bf9273eca128',
};
/** Oldest server we run: 2.12 has strict API checks and fsync-safe raft recovery. */
const OLDEST = [2, 12] as const;
/** Suites of Debian that carry a new enough server, the calmer one first. */
const SUITES = ['forky', 'sid'] as const;
const DEBIAN_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;
const APT_TIMEOUT_MS = 300_000;

export interface NatsBinaryOptions {
  /** A directory of the project's own, e.g. `.cache`; binaries land in `<it>/nats-server/<version>/`. */
  readonly cacheDirectory: string;
  /** The value of $NATS_SERVER_BIN, when set: used as it is, whatever its version. */
  readonly environmentPath?: string | undefined;
  readonly log: Logger;
}

/** The path of a nats-server of at least version 2.12; fetches one when the machine has none. */
export async function ensureNatsServer(options: NatsBinaryOptions): Promise<string> {
  const named = options.environmentPath;
  if (named !== undefined && named !== '') {
    if ((await versionOf(named)) !== undefined) return named;
    throw unsuitable(`NATS_SERVER_BIN names ${named}, which cannot be run as a nats-server`);
  }
  const cacheDirectory = resolve(options.cacheDirectory);
  const found = (await findOnPath()) ?? (await findInCache(cacheDirectory));
  return found ?? (await fetchFromDebian(cacheDirectory, options.log));
}

function unsuitable(reason: string, cause?: unknown): PredastoreError {
  const advice = `install nats-server ${OLDEST.join('.')} or newer and put it on PATH or name it in NATS_SERVER_BIN`;
  return new PredastoreError('server-unsuitable', `${reason}; ${advice}`, cause);
}

type Version = readonly [major: number, minor: number];

async function versionOf(binary: string): Promise<Version | undefined> {
  try {
    const { stdout } = await run(binary, ['--version']);
    const match = /v(\d+)\.(\d+)\./.exec(stdout);
    return match === null ? undefined : [Number(match[1]), Number(match[2])];
  } catch {
    return undefined; // not there, or not runnable here: the next source is tried
  }
}

function isNewEnough(version: Version | undefined): boolean {
  if (version === undefined) return false;
  return version[0] > OLDEST[0] || (version[0] === OLDEST[0] && version[1] >= OLDEST[1]);
}

async function findOnPath(): Promise<string | undefined> {
  if (!isNewEnough(await versionOf('nats-server'))) return undefined;
  const { stdout } = await run('/bin/sh', ['-c', 'command -v nats-server']);
  const path = stdout.trim();
  return isAbsolute(path) ? path : undefined;
}

/** The pinned version first, then any other that a fallback left here, newest name first. */
async function findInCache(cacheDirectory: string): Promise<string | undefined> {
  const directory = join(cacheDirectory, 'nats-server');
  const versions = await readdir(directory).catch(() => []);
  const order = [NATS_SERVER_VERSION, ...versions.sort().reverse()];
  for (const version of order) {
    const binary = join(directory, version, 'nats-server');
    if (isNewEnough(await versionOf(binary))) return binary;
  }
  return undefined;
}

async function fetchFromDebian(cacheDirectory: string, log: Logger): Promise<string> {
  await requireTools();
  const work = await mkdtemp(join(tmpdir(), 'predastore-nats-'));
  try {
    const mirror = await archiveMirror();
    let lastError: unknown;
    for (const suite of SUITES) {
      try {
        return await fetchFromSuite({ mirror, suite, work, cacheDirectory, log });
      } catch (error) {
        lastError = error;
        log.warn('no nats-server from this suite', { suite, reason: messageOf(error) });
      }
    }
    throw unsuitable(`Debian's archive gave no usable nats-server (${messageOf(lastError)})`, lastError);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function requireTools(): Promise<void> {
  for (const tool of ['/usr/bin/apt-get', '/usr/bin/dpkg-deb']) {
    await access(tool, constants.X_OK).catch((error: unknown) => {
      throw unsuitable(`no nats-server here, and this system has no ${tool} to fetch one with`, error);
    });
  }
}

/** The mirror that the system itself is configured to use for its main Debian suite. */
async function archiveMirror(): Promise<string> {
  const format = ['--format', '$(REPO_URI) $(RELEASE) $(COMPONENT)', 'Created-By: Packages'];
  const { stdout } = await run('apt-get', ['indextargets', ...format]);
  for (const line of stdout.split('\n')) {
    const [uri, release, component] = line.split(' ');
    const isMainSuite = release !== undefined && !release.includes('-') && !release.includes('/');
    if (uri !== undefined && /\/debian\/?$/.test(uri) && isMainSuite && component === 'main') return uri;
  }
  throw unsuitable('the apt sources of this system name no Debian archive');
}

interface FetchJob {
  readonly mirror: string;
  readonly suite: string;
  readonly work: string;
  readonly cacheDirectory: string;
  readonly log: Logger;
}

async function fetchFromSuite(job: FetchJob): Promise<string> {
  const home = join(job.work, job.suite);
  const apt = await privateApt(job, home);
  await apt(['update', '-qq']);
  const architecture = (await run('dpkg', ['--print-architecture'])).stdout.trim();
  const pinned = PACKAGE_SHA256[architecture];
  const exact = pinned === undefined ? undefined : await download(apt, home, PACKAGE_VERSION);
  if (exact !== undefined) {
    await checkSum(exact, pinned);
    return unpackIntoCache(exact, job);
  }
  const offered = await download(apt, home, undefined);
  if (offered === undefined) throw unsuitable(`suite ${job.suite} offers no nats-server`);
  job.log.warn(
    'the pinned nats-server package is not offered; apt verified another against the signed index',
    {
      suite: job.suite,
      pinned: PACKAGE_VERSION,
      architecture,
      package: offered,
    },
  );
  return unpackIntoCache(offered, job);
}

type Apt = (args: readonly string[]) => Promise<void>;

/** apt-get with lists, caches and sources of its own, so that the system's stay as they are. */
async function privateApt(job: FetchJob, home: string): Promise<Apt> {
  await mkdir(join(home, 'lists', 'partial'), { recursive: true });
  await mkdir(join(home, 'cache', 'archives', 'partial'), { recursive: true });
  await mkdir(join(home, 'sources.d'));
  const hasKeyring = await access(DEBIAN_KEYRING).then(
    () => true,
    () => false,
  );
  const signedBy = hasKeyring ? `[signed-by=${DEBIAN_KEYRING}] ` : '';
  const sources = join(home, 'sources.list');
  await writeFile(sources, `deb ${signedBy}${job.mirror} ${job.suite} main\n`);
  const settings = [
    `Dir::Etc::sourcelist=${sources}`,
    `Dir::Etc::sourceparts=${join(home, 'sources.d')}`,
    'Dir::Etc::preferences=/dev/null',
    'Dir::Etc::preferencesparts=/dev/null',
    `Dir::State=${home}`,
    `Dir::State::lists=${join(home, 'lists')}`,
    'Dir::State::status=/dev/null',
    `Dir::Cache=${join(home, 'cache')}`,
    'APT::Sandbox::User=',
    'APT::Get::AllowUnauthenticated=false',
    'Acquire::AllowInsecureRepositories=false',
    'Acquire::Languages=none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false',
    'Acquire::Retries=2',
  ].flatMap((setting) => ['-o', setting]);
  const options = { cwd: home, timeout: APT_TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX };
  return async (args) => {
    await run('apt-get', [...settings, ...args], options);
  };
}

/** The path of the downloaded package, or undefined when the archive does not offer it. */
async function download(apt: Apt, home: string, version: string | undefined): Promise<string | undefined> {
  try {
    await apt(['download', '-qq', version === undefined ? 'nats-server' : `nats-server=${version}`]);
  } catch (error) {
    if (messageOf(error).includes('E: ')) return undefined;
    throw error;
  }
  const file = (await readdir(home)).find((name) => name.endsWith('.deb'));
  return file === undefined ? undefined : join(home, file);
}

async function checkSum(file: string, expected: string | undefined): Promise<void> {
  const actual = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  if (actual !== expected) throw unsuitable(`${file} has SHA-256 ${actual}, expected ${String(expected)}`);
}

async function unpackIntoCache(packageFile: string, job: FetchJob): Promise<string> {
  const unpacked = join(job.work, 'unpacked');
  await run('dpkg-deb', ['-x', packageFile, unpacked]);
  const binary = await firstExisting([
    join(unpacked, 'usr', 'bin', 'nats-server'),
    join(unpacked, 'usr', 'sbin', 'nats-server'),
  ]);
  const version = await versionOf(binary);
  if (!isNewEnough(version)) throw unsuitable(`the package holds nats-server ${String(version)}`);
  const { stdout } = await run(binary, ['--version']);
  const name = /v(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? NATS_SERVER_VERSION;
  const directory = join(job.cacheDirectory, 'nats-server', name);
  await mkdir(directory, { recursive: true });
  const target = join(directory, 'nats-server');
  // The work directory may be on another file system: copy beside the target, then rename.
  const beside = join(directory, `.nats-server-${randomUUID()}`);
  await run('cp', [binary, beside]);
  await rename(beside, target);
  job.log.info('fetched nats-server', { version: name, from: `${job.mirror} ${job.suite}`, to: target });
  return target;
}

async function firstExisting(paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  throw unsuitable('the package holds no nats-server binary');
}
