// The server around the gateway: TLS, probes, metrics, the watch on slow requests, and the orderly end.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Readiness } from '../../../src/gateway/probes.ts';
import { InFlightWatch } from '../../../src/gateway/in-flight-watch.ts';
import { systemClock, type Clock } from '../../../src/platform/clock.ts';
import { silentLogger, type LogFields } from '../../../src/platform/log.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { RawConnection, signedHead, startGateway } from '../../support/test-gateway.ts';

let folder: string;
let key: Buffer;
let cert: Buffer;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  const files = ['-keyout', keyFile, '-out', certFile, '-subj', '/CN=localhost'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...files], { stdio: 'ignore' });
  [key, cert] = [readFileSync(keyFile), readFileSync(certFile)];
});

afterAll(() => rmSync(folder, { recursive: true }));

function httpsStatus(port: number, maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path: '/-/healthz',
      ca: cert,
      maxVersion,
      agent: false,
    } as const;
    const request = httpsRequest({ ...options, checkServerIdentity: () => undefined }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject);
    request.end();
  });
}

describe('TLS', () => {
  test('1.3 is served, 1.2 is refused unless it is allowed', async () => {
    const strict = await startGateway({}, { tls: { key, cert } });
    const lenient = await startGateway({}, { tls: { key, cert, minVersion: 'TLSv1.2' } });
    try {
      expect(await httpsStatus(strict.port, 'TLSv1.3')).toBe(200);
      await expect(httpsStatus(strict.port, 'TLSv1.2')).rejects.toMatchObject({ code: expect.any(String) });
      expect(await httpsStatus(lenient.port, 'TLSv1.2')).toBe(200);
    } finally {
      await strict.close();
      await lenient.close();
    }
  });
});

describe('probes', () => {
  test('health, readiness and metrics answer without a signature', async () => {
    let readiness: Readiness = { ready: false, reason: 'no metadata leader' };
    const metrics = createMetrics();
    const gateway = await startGateway({ metrics, exposeMetrics: true, readiness: () => readiness });
    gateway.store.addBucket('photos');
    try {
      expect((await fetch(`${gateway.endpoint}/-/healthz`)).status).toBe(200);
      const unready = await fetch(`${gateway.endpoint}/-/readyz`);
      expect([unready.status, await unready.text()]).toEqual([503, 'no metadata leader\n']);
      readiness = { ready: true };
      expect((await fetch(`${gateway.endpoint}/-/readyz`)).status).toBe(200);
      const connection = await RawConnection.open(gateway.port);
      connection.send(
        `${signedHead({ method: 'PUT', path: '/photos/k' }).head}Content-Length: 5\r\n\r\nhello`,
      );
      await connection.reply();
      connection.send(`${signedHead({ method: 'GET', path: '/photos/k' }).head}\r\n`);
      expect((await connection.reply()).body).toBe('hello');
      connection.close();
      const text = await (await fetch(`${gateway.endpoint}/-/metrics`)).text();
      expect(text).toContain('predastore_s3_requests_total{operation="PutObject",status="200"} 1');
      expect(text).toContain('predastore_s3_received_bytes_total 5');
      expect(text).toContain('predastore_s3_sent_bytes_total 5');
      expect(text).toContain('predastore_s3_request_seconds_count{operation="GetObject"} 1');
    } finally {
      await gateway.close();
    }
  });

  test('metrics are not served unless they are enabled', async () => {
    const gateway = await startGateway();
    try {
      expect((await fetch(`${gateway.endpoint}/-/metrics`)).status).toBe(404);
    } finally {
      await gateway.close();
    }
  });

  test('a probe that fails does not leave its caller waiting', async () => {
    const gateway = await startGateway({ readiness: () => Promise.reject(new Error('broken')) });
    try {
      await expect(fetch(`${gateway.endpoint}/-/readyz`)).rejects.toThrow();
    } finally {
      await gateway.close();
    }
  });
});

describe('closing', () => {
  test('lets a running request end, and refuses new connections', async () => {
    const gateway = await startGateway();
    gateway.store.addBucket('photos');
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    gateway.store.overrides.set('HeadBucket', async () => {
      await held;
      return { result: { BucketRegion: 'x' }, headers: {} };
    });
    const connection = await RawConnection.open(gateway.port);
    connection.send(`${signedHead({ method: 'HEAD', path: '/photos' }).head}\r\n`);
    while (gateway.store.calls.length === 0) await systemClock.sleep(5);
    const closing = gateway.listener.close(5000);
    await expect(RawConnection.open(gateway.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    release();
    expect((await connection.reply(true)).status).toBe(200);
    await closing;
  });

  test('cuts what does not end in time', async () => {
    const gateway = await startGateway();
    gateway.store.addBucket('photos');
    gateway.store.overrides.set(
      'HeadBucket',
      (_parameters, { signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new Error('gone')));
        }),
    );
    const connection = await RawConnection.open(gateway.port);
    connection.send(`${signedHead({ method: 'HEAD', path: '/photos' }).head}\r\n`);
    while (gateway.store.calls.length === 0) await systemClock.sleep(5);
    await gateway.listener.close(50);
    await connection.end();
  });
});

describe('the watch on running requests', () => {
  test('names a slow one after 5 s and then every 15 s, and is silent once it has ended', () => {
    let nowMs = 0;
    const timers: { atMs: number; action: () => void }[] = [];
    const clock: Clock = {
      ...systemClock,
      nowMs: () => nowMs,
      monotonicMs: () => nowMs,
      sleep: () => Promise.resolve(),
      after: (delayMs, action) => {
        timers.push({ atMs: nowMs + delayMs, action });
        return { cancel: () => undefined };
      },
    };
    const notices: unknown[] = [];
    const logger = {
      ...silentLogger,
      warn: (_message: string, fields?: LogFields) => notices.push(fields?.['elapsedMs']),
    };
    const watch = new InFlightWatch(clock, logger);
    const advance = (untilMs: number): void => {
      while ((timers[0]?.atMs ?? Infinity) <= untilMs) {
        const timer = timers.shift();
        nowMs = timer?.atMs ?? nowMs;
        timer?.action();
      }
      nowMs = untilMs;
    };
    const entry = watch.start('ID', 'GET');
    advance(4_900);
    expect(notices).toEqual([]);
    advance(36_000);
    expect(notices).toEqual([5000, 20_000, 35_000]);
    watch.finish(entry);
    advance(100_000);
    expect(notices).toHaveLength(3);
    expect(timers).toEqual([]);
  });
});
