import { describe, expect, test } from '@jest/globals';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { natsNodes, natsUrls, nodeOf, storageNodes } from '../../../src/config/config.ts';
import { loadConfig, parseConfig } from '../../../src/config/load-config.ts';
import type { Config } from '../../../src/config/config.ts';

const NODES = `
[[db]]
id = 1
host = "127.11.12.1"
port = 4222
[[storage]]
id = 1
host = "127.11.12.1"
port = 9991
[[storage]]
id = 2
host = "127.11.12.2"
port = 9991
[[storage]]
id = 3
host = "127.11.12.3"
port = 9991
`;
const HEAD = 'version = 1\nregion = "ap-southeast-2"\n';
const RS = '[rs]\ndata = 2\nparity = 1\n';

function parse(text: string, overrides = {}): Config {
  return parseConfig(text, {
    file: 'cluster.toml',
    directory: '/etc/predastore',
    overrides,
    readSecret: (path) => `secret of ${path}\n`,
  });
}

describe('a complete configuration', () => {
  test('fills every default and is frozen to the bottom', () => {
    const config = parse(HEAD + RS + NODES);
    expect(config.erasure).toEqual({ dataShards: 2, parityShards: 1, writeFloor: 2 });
    expect(config.nats).toMatchObject({ urls: [], syncIntervalAlways: true, queueGroup: 'predastore' });
    expect(config.s3).toMatchObject({ tls: true, minTlsVersion: 'TLSv1.3' });
    expect(config.transport).toBe('quic');
    expect(config.notices).toEqual([]);
    expect(Object.isFrozen(config.nodes[0]?.storage)).toBe(true);
  });

  test('joins the [[db]] and [[storage]] entries of one id to one node', () => {
    const config = parse(HEAD + RS + NODES);
    expect(nodeOf(config, 1).natsServer).toEqual({ host: '127.11.12.1', port: 4222, clusterPort: 6222 });
    expect(nodeOf(config, 2).natsServer).toBeUndefined();
    expect(storageNodes(config).map((node) => node.id)).toEqual([1, 2, 3]);
    expect(natsUrls(config)).toEqual(['nats://127.11.12.1:4222']);
  });

  test('needs K+1 durable shards where two may be lost', () => {
    const five = [4, 5]
      .map((id) => `[[storage]]\nid = ${id}\nhost = "127.11.12.${id}"\nport = 9991\n`)
      .join('');
    expect(parse(`${HEAD}[rs]\ndata = 3\nparity = 2\n${NODES}${five}`).erasure.writeFloor).toBe(4);
  });

  test('without degraded writes needs every shard', () => {
    expect(parse(`${HEAD}${RS}degraded_writes = false\n${NODES}`).erasure.writeFloor).toBe(3);
  });

  test('lets flags move the S3 endpoint', () => {
    const config = parse(HEAD + RS + NODES, { s3Host: '127.0.0.1', s3Port: 443 });
    expect(nodeOf(config, 2).gateway).toEqual({ host: '127.0.0.1', port: 443 });
  });

  test('starts no server of its own when it is given one', () => {
    const config = parse(
      `${HEAD}${RS}${NODES}[nats]\nurls = ["tls://nats.example:4222"]\ntoken_file = "t"\nsync_interval_always = true\n`,
    );
    expect(natsNodes(config)).toEqual([]);
    expect(config.nats.login).toEqual({ kind: 'token', file: '/etc/predastore/t' });
    expect(config.notices.join()).toContain('[nats] urls');
  });

  test('takes the secret of a credential from a file', () => {
    const auth =
      '[[auth]]\naccess_key_id = "AKIAX"\nsecret_access_key_file = "s"\naccount_id = "000000000000"\n';
    expect(parse(HEAD + RS + NODES + auth).credentials[0]?.secretAccessKey).toBe('secret of s');
  });

  test('says which credential acts in every account', () => {
    const auth = '[[auth]]\naccess_key_id = "AKIAX"\nsecret_access_key = "s"\naccount_id = "000000000000"\n';
    expect(parse(`${HEAD}${RS}${NODES}${auth}every_account = true\n`).credentials[0]?.everyAccount).toBe(
      true,
    );
    expect(parse(HEAD + RS + NODES + auth).credentials[0]?.everyAccount).toBeUndefined();
  });

  test('says which credential cannot page, and that short days are for tests', () => {
    const auth = '[[auth]]\naccess_key_id = "AKIAX"\nsecret_access_key = "s"\naccount_id = "000000000000"\n';
    const whole = parse(
      `${HEAD}${RS}${NODES}[lifecycle]\ndebug_day_seconds = 10\n${auth}unlimited_list = true\n`,
    );
    expect(whole.credentials[0]?.unlimitedList).toBe(true);
    expect(whole.maintenance.lifecycle).toMatchObject({ enabled: true, debugDayMs: 10_000 });
    expect(whole.notices.join()).toContain('debug_day_seconds');
    const usual = parse(HEAD + RS + NODES + auth);
    expect(usual.credentials[0]?.unlimitedList).toBeUndefined();
    expect(usual.maintenance.lifecycle).toEqual({
      enabled: true,
      intervalMs: 60_000,
      deletionsPerSecondMax: 300,
    });
  });

  test('copies of the metadata are made unless the file says otherwise', () => {
    const usual = parse(HEAD + RS + NODES).maintenance.copies;
    expect(usual).toEqual({ enabled: true, intervalMs: 21_600_000, keep: 8, bytesPerSecondMax: 8_388_608 });
    const copies = '[metadata_copies]\nenabled = false\nkeep = 3\ninterval_seconds = 60\n';
    const said = parse(HEAD + RS + NODES + copies).maintenance.copies;
    expect(said).toMatchObject({ enabled: false, keep: 3, intervalMs: 60_000 });
    expect(() => parse(`${HEAD}${RS}${NODES}[metadata_copies]\nkeep = 0\n`)).toThrow('keep');
  });

  test('keeps an empty policy apart from none', () => {
    const auth = '[[auth]]\naccess_key_id = "AKIAX"\nsecret_access_key = "s"\naccount_id = "000000000000"\n';
    expect(parse(HEAD + RS + NODES + auth).credentials[0]?.policy).toBeUndefined();
    expect(parse(`${HEAD}${RS}${NODES}${auth}policy = []\n`).credentials[0]?.policy).toEqual([]);
  });
});

describe('the [[host]] spelling of existing clusters', () => {
  const host = (id: number): string => `
[[host]]
id = ${id}
bind_addr = "0.0.0.0"
addr = "10.0.0.${id}"
data_dir = "/var/lib/predastore"
tls_cert = "/etc/s/server.pem"
tls_key = "/etc/s/server.key"
encryption_key = "/etc/s/encryption.key"
[[host.node]]
id = ${id * 3}
role = "gate"
port = 8443
[[host.node]]
id = ${id * 3 + 1}
role = "blob"
port = 6660
[[host.node]]
id = ${id * 3 + 2}
role = "meta"
port = 7660
`;
  const unused = `
[ratelimit]
enabled = false
rate = 100
burst = 500
[ratelimit.action."s3:PutObject"]
rate = 50
burst = 200
[iam]
nats_url = "nats://localhost:4222"
nats_token = "t"
master_key_path = "/etc/s/master.key"
access_keys_bucket = "spinifex-iam-access-keys"
[compaction]
interval_seconds = 5
`;

  test('means the same as the other one', () => {
    const node = nodeOf(parse(HEAD + RS + host(1) + host(2) + host(3)), 2);
    expect(node).toMatchObject({
      id: 2,
      host: '10.0.0.2',
      storage: { host: '10.0.0.2', port: 6660 },
      natsServer: { port: 7660, clusterPort: 9660 },
      gateway: { host: '0.0.0.0', port: 8443 },
      locations: { dataDirectory: '/var/lib/predastore', encryptionKeyFile: '/etc/s/encryption.key' },
    });
  });

  test('says which of its settings have no effect', () => {
    const { notices } = parse(HEAD + RS + host(1) + host(2) + host(3) + unused);
    expect(notices.map((notice) => notice.split(' ')[0])).toEqual(['[ratelimit]']);
  });

  test('says where the identities of Spinifex are', () => {
    const parsed = (text: string) => parse(HEAD + RS + host(1) + host(2) + host(3) + text).iam;
    expect(parsed(unused)).toEqual({
      masterKeyFile: '/etc/s/master.key',
      nats: { url: 'nats://localhost:4222', login: { kind: 'token-text', token: 't' } },
      accessKeysBucket: 'spinifex-iam-access-keys',
    });
    expect(parsed('[iam]\nmaster_key_path = "m.key"\n')).toEqual({ masterKeyFile: '/etc/predastore/m.key' });
    expect(parsed('')).toBeUndefined();
    expect(() => parsed('[iam]\nnats_url = "nats://n:4222"\n')).toThrow(/master_key_path/);
    expect(() => parsed('[iam]\nmaster_key_path = "m"\nnats_token = "t"\n')).toThrow(/nats_url/);
  });

  test('says where bodies go past NATS: nowhere, unless it is told', () => {
    const parsed = (text: string) => parse(HEAD + RS + host(1) + host(2) + host(3) + text).quicTickets;
    expect(parsed('')).toBeUndefined();
    expect(parsed('[quic_tickets]\n')).toEqual({ port: 9992 });
    expect(parsed('[quic_tickets]\nport = 7000\n')).toEqual({ port: 7000 });
    expect(() => parsed('[quic_tickets]\nport = 70000\n')).toThrow(/port/);
    expect(() => parsed('[quic_tickets]\nhost = "n"\n')).toThrow(/host/);
  });

  test('says how many threads seal: none, unless it is told', () => {
    const parsed = (text: string) => parse(HEAD + RS + host(1) + host(2) + host(3) + text).segments;
    expect(parsed('')).toEqual({ sealWorkers: 0 });
    expect(parsed('[segments]\nseal_workers = 2\n')).toEqual({ sealWorkers: 2 });
    expect(() => parsed('[segments]\nseal_workers = 17\n')).toThrow(/seal_workers/);
  });

  test('sets how compaction looks and how fast it moves', () => {
    const parsed = (text: string) => parse(HEAD + RS + host(1) + host(2) + host(3) + text).compaction;
    expect(parsed(unused)).toEqual({ intervalMs: 5000, bytesPerS: 64 * 1024 * 1024 });
    expect(parsed('')).toEqual({ intervalMs: 300_000, bytesPerS: 64 * 1024 * 1024 });
    const own = '[compaction]\ninterval_seconds = 0\nrate_mib_per_second = 8\n';
    expect(parsed(own)).toEqual({ intervalMs: 0, bytesPerS: 8 * 1024 * 1024 });
    expect(() => parsed('[compaction]\nrate_mib_per_second = 0\n')).toThrow(/rate_mib_per_second/);
  });

  test('is not mixed with the other one', () => {
    expect(() => parse(HEAD + RS + NODES + host(7))).toThrow(/one of the two ways/);
  });
});

describe('what is refused, and how the message helps', () => {
  const cases: [string, string, RegExp][] = [
    [
      'an unknown key',
      `${HEAD}${RS}paritty = 1\n${NODES}`,
      /cluster\.toml: \[rs\] paritty: is not a setting/,
    ],
    ['an unknown table', `${HEAD}${RS}${NODES}[sorage]\n`, /sorage: is not a setting/],
    ['no version', `region = "r"\n${RS}${NODES}`, /version: is missing. Write version = 1/],
    ['a future version', `version = 2\nregion = "r"\n${RS}${NODES}`, /version: is not one we know/],
    [
      'more shards than nodes',
      `${HEAD}[rs]\ndata = 3\nparity = 2\n${NODES}`,
      /5 but there are 3 storage nodes/,
    ],
    [
      'K below 1',
      `${HEAD}[rs]\ndata = 0\nparity = 1\n${NODES}`,
      /\[rs\] data: must be a whole number from 1/,
    ],
    [
      'K of 2 without parity',
      `${HEAD}[rs]\ndata = 2\nparity = 0\n${NODES}`,
      /one lost node would lose everything/,
    ],
    [
      'a floor below K',
      `${HEAD}${RS}write_floor = 1\n${NODES}`,
      /write_floor: must be a whole number from 2 to 3/,
    ],
    [
      'an id used twice',
      HEAD + RS + NODES.replace('id = 3', 'id = 2'),
      /\[\[storage\]\] #3 id: 2 is used twice/,
    ],
    [
      'an address used twice',
      HEAD + RS + NODES.replace('12.3', '12.2'),
      /127\.11\.12\.2:9991 is used by two/,
    ],
    ['a wildcard address', HEAD + RS + NODES.replace('127.11.12.3', '0.0.0.0'), /names every machine/],
    ['a wildcard address of IPv6', HEAD + RS + NODES.replace('127.11.12.3', '::'), /names every machine/],
    ['a multicast address', HEAD + RS + NODES.replace('127.11.12.3', '224.0.0.1'), /multicast/],
    [
      'half an address',
      HEAD + RS + NODES.replace('127.11.12.3', '127.11.12'),
      /not an IP address or host name/,
    ],
    ['no NATS', HEAD + RS + NODES.replace(/\[\[db\]\][^[]*/, ''), /there is no NATS server/],
    ['node id 0', HEAD + RS + NODES.replace('id = 3', 'id = 0'), /whole number from 1 to 65535/],
    [
      'unsafe sync by accident',
      `${HEAD}${RS}${NODES}[nats]\nsync_interval_always = false\n`,
      /allow_unsafe_sync/,
    ],
    [
      'two ways to log in',
      `${HEAD}${RS}${NODES}[nats]\nurls=["nats://a:1"]\nsync_interval_always=true\ntoken_file="t"\nnkey_seed_file="n"\n`,
      /exactly one/,
    ],
    [
      'a NATS nobody vouches for',
      `${HEAD}${RS}${NODES}[nats]\nurls=["nats://a:1"]\n`,
      /sync_interval_always = true when they do/,
    ],
    ['credentials in a URL', `${HEAD}${RS}${NODES}[nats]\nurls=["nats://u:p@a:1"]\n`, /without credentials/],
    [
      'a bad bucket name',
      `${HEAD}${RS}${NODES}[[bucket]]\nname = "Bad_Name"\naccount_id = "000000000000"\n`,
      /must consist of lower-case/,
    ],
    [
      'a short account id',
      `${HEAD}${RS}${NODES}[[bucket]]\nname = "good"\naccount_id = "12"\n`,
      /twelve digits/,
    ],
    ['broken TOML', `${HEAD}${RS}[[db]\n`, /cluster\.toml:6:\d+/],
    [
      'a number as text',
      `${HEAD}[rs]\ndata = "2"\nparity = 1\n${NODES}`,
      /must be a whole number from 1 to 32, got "2"/,
    ],
  ];
  test.each(cases)('%s', (_what, text, message) => {
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'invalid-config' }));
  });

  test('a node that is not in the file', () => {
    expect(() => nodeOf(parse(HEAD + RS + NODES), 9)).toThrow(/Use --node with one of: 1, 2, 3/);
  });
});

test.each([3, 5, 7])('the development configuration of %i nodes is accepted without notices', (nodes) => {
  const config = loadConfig(new URL(`../../../config/${nodes}node.toml`, import.meta.url).pathname);
  expect(storageNodes(config)).toHaveLength(nodes);
  expect(natsNodes(config)).toHaveLength(nodes);
  expect(config.erasure.dataShards + config.erasure.parityShards).toBe(nodes);
  expect(config.notices).toEqual([]);
});

describe('files', () => {
  test('relative paths are relative to the configuration; a missing file is named', () => {
    const directory = mkdtempSync(join(tmpdir(), 'config-'));
    try {
      const file = join(directory, 'c.toml');
      const auth =
        '[[auth]]\naccess_key_id = "AKIAX"\nsecret_access_key_file = "secret"\naccount_id = "000000000000"\n';
      writeFileSync(file, HEAD + RS + NODES + auth);
      expect(() => loadConfig(file)).toThrow(/secret: the secret cannot be read/);
      writeFileSync(join(directory, 'secret'), 'hidden\n');
      chmodSync(join(directory, 'secret'), 0o600);
      expect(loadConfig(file).credentials[0]?.secretAccessKey).toBe('hidden');
      expect(() => loadConfig(join(directory, 'none.toml'))).toThrow(/the configuration cannot be read/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
