// Who may import whom. A room may import itself and the rooms listed; everything else is an error.
// The order is the one drawn in docs/ARCHITECTURE.md: a request falls, it never climbs.
const GROUND = ['core', 'platform', 'contracts'];
const MAY_IMPORT = {
  core: [],
  platform: ['core'],
  contracts: ['core'],
  config: ['core', 'platform', 'contracts'],
  segments: ['core', 'platform'],
  transport: ['core', 'platform'],
  bus: GROUND,
  metadata: [...GROUND, 'bus'],
  shards: [...GROUND, 'transport'],
  client: [...GROUND, 'bus', 'auth', 'transport'],
  auth: GROUND,
  objects: [...GROUND, 'metadata', 'shards'],
  buckets: [...GROUND, 'metadata'],
  storage: [...GROUND, 'shards', 'segments', 'transport'],
  service: [...GROUND, 'objects', 'buckets', 'auth', 'bus'],
  events: [...GROUND, 'bus', 'metadata'],
  maintenance: [...GROUND, 'objects', 'metadata', 'shards', 'segments'],
  gateway: [...GROUND, 'client', 'auth'],
};
MAY_IMPORT.host = Object.keys(MAY_IMPORT);
MAY_IMPORT.bin = [...MAY_IMPORT.host, 'host'];

// Third-party packages and the rooms that may know them (src/ only).
const ONLY_HERE = {
  '@nats-io/': ['bus'],
  lmdb: ['segments', 'metadata'],
  '@chainsafe/': ['transport'],
  '@peculiar/': ['transport', 'host'],
  express: ['gateway'],
  'fast-xml-parser': ['gateway'],
  ajv: ['contracts'],
  'smol-toml': ['config'],
  '@smithy/': ['auth'],
  '@node-rs/': ['platform'],
  'hash-wasm': ['platform'],
  pino: ['platform'],
  'prom-client': ['platform'],
};

module.exports = {
  forbidden: [
    ...Object.entries(MAY_IMPORT).map(([room, below]) => ({
      name: `${room}-imports-only-below`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: `^src/(${[room, ...below].join('|')})/` },
    })),
    ...Object.entries(ONLY_HERE).map(([name, rooms]) => ({
      name: `${name.replace(/\W+/g, '-')}-only-in-${rooms.join('-and-')}`,
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${rooms.join('|')})/` },
      to: { path: `node_modules/${name}` },
    })),
    {
      name: 'unknown-room',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${Object.keys(MAY_IMPORT).join('|')})/` },
      to: {},
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'src-never-imports-test',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts)/' },
    },
    {
      name: 'no-dev-dependency-in-src',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
