import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parseS3dCommand, type S3dCommand } from '../../../src/bin/s3d-settings.ts';

const CONFIG = fileURLToPath(new URL('../../../config/3node.toml', import.meta.url));
const COMPLETE = ['--config', CONFIG, '--node', '2', '--base-path', '/data', '--encryption-key-file', '/key'];

function run(args: string[], environment: Record<string, string> = {}): Extract<S3dCommand, { kind: 'run' }> {
  const command = parseS3dCommand(args, environment);
  if (command.kind !== 'run') throw new Error(command.kind);
  return command;
}

describe('flags', () => {
  test('name node, data and key; the S3 endpoint may be moved', () => {
    const { settings, logLevel } = run([...COMPLETE, '--host', '0.0.0.0', '--port', '443']);
    expect(settings.node.id).toBe(2);
    expect(settings.node.gateway).toEqual({ host: '0.0.0.0', port: 443 });
    expect(settings).toMatchObject({ basePath: '/data', encryptionKeyFile: '/key' });
    expect(settings.tls).toBeUndefined();
    expect(logLevel).toBe('info');
  });

  test('may be written with one dash and with =', () => {
    const single = COMPLETE.map((arg) => arg.replace(/^--/, '-'));
    expect(run([...single, '-port=444', '-debug'])).toMatchObject({
      logLevel: 'debug',
      settings: { node: { gateway: { port: 444 } } },
    });
  });

  test('--help and --version need nothing else', () => {
    expect(parseS3dCommand(['-help'], {}).kind).toBe('help');
    expect(parseS3dCommand(['--version'], {}).kind).toBe('version');
  });
});

describe('the environment', () => {
  test('wins over flags', () => {
    const environment = {
      NODE: '3',
      PORT: '9443',
      ENCRYPTION_KEY_FILE: '/other',
      TLS_CERT: '/c',
      TLS_KEY: '/k',
    };
    const { settings } = run(COMPLETE, environment);
    expect(settings.node).toMatchObject({ id: 3, gateway: { port: 9443 } });
    expect(settings).toMatchObject({ encryptionKeyFile: '/other', tls: { certFile: '/c', keyFile: '/k' } });
  });

  test('does not win when it is empty, or when it is the NODE of npm', () => {
    expect(run(COMPLETE, { NODE: '', PORT: '' }).settings.node.id).toBe(2);
    expect(run(COMPLETE, { NODE: '/usr/bin/node' }).settings.node.id).toBe(2);
  });
});

test.each([
  ['no configuration', [], /--config is missing/],
  ['no node of several', ['--config', CONFIG], /Use --node with one of: 1, 2, 3/],
  ['no data directory', COMPLETE.slice(0, 4), /--base-path is missing/],
  ['no key', COMPLETE.slice(0, 6), /--encryption-key-file is missing/],
  ['half of TLS', [...COMPLETE, '--tls-key', '/k'], /belong together/],
  ['a port that is none', [...COMPLETE, '--port', '70000'], /--port must be a number/],
  ['a node that is no number', ['--config', CONFIG, '--node', 'one'], /--node must be a number/],
  ['an unknown flag', ['--nonsense'], /Unknown option/],
  ['an unknown level', [...COMPLETE, '--log-level', 'loud'], /--log-level must be one of/],
])('%s is refused in one line', (_what, args, message) => {
  expect(() => parseS3dCommand(args, {})).toThrow(message);
  expect(() => parseS3dCommand(args, {})).toThrow(expect.objectContaining({ code: 'invalid-config' }));
});
