// The other end in a process of its own. As a program: `transport-child.ts <kind> <server's peer id | "">`.
//   echo     listens, prints one line of JSON (port, peer), serves until it is killed
//   visit    dials, makes one request, closes everything and must then exit by itself

import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Transport } from '../../src/transport/transport.ts';
import { PipeNetwork } from '../../src/transport/pipe-transport.ts';
import { echo, newTransport, readAll } from './transport-pair.ts';

const HERE = '127.0.0.1';
const OWN_PATH = fileURLToPath(import.meta.url);
const HOOKS = new URL('./typescript-hooks.js', import.meta.url).href;

export interface TransportChild {
  readonly process: ChildProcess;
  readonly port: number;
  readonly peer: string;
}

/** Starts an echo server in its own process. */
export async function spawnEcho(kind: Transport['kind']): Promise<TransportChild> {
  const child = spawnChild('echo', kind);
  const lines = createInterface({ input: child.stdout! });
  const [line] = (await once(lines, 'line')) as [string];
  return { process: child, ...(JSON.parse(line) as { port: number; peer: string }) };
}

/** Starts a process that opens both ends, closes them, and reports how it ended. */
export async function spawnVisit(kind: Transport['kind']): Promise<number | null> {
  const child = spawnChild('visit', kind);
  const deadline = setTimeout(() => child.kill('SIGKILL'), 15_000);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(deadline);
  return code;
}

function spawnChild(role: string, kind: string): ChildProcess {
  const options = ['--no-warnings', '--import', HOOKS, OWN_PATH, role, kind];
  return spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function serveEcho(kind: Transport['kind']): Promise<void> {
  const transport = newTransport(kind, () => true, new PipeNetwork());
  const listener = await transport.listen({ host: HERE, port: 0 }, echo);
  console.log(JSON.stringify({ port: listener.port, peer: transport.self }));
}

async function visit(kind: Transport['kind']): Promise<void> {
  const network = new PipeNetwork();
  const server = newTransport(kind, () => true, network);
  const client = newTransport(kind, () => true, network);
  const listener = await server.listen({ host: HERE, port: 0 }, echo);
  const connection = await client.connect({ host: HERE, port: listener.port }, server.self);
  const stream = await connection.openStream();
  await stream.end(Buffer.from('hello'));
  await readAll(stream);
  await (await connection.openStream()).write(Buffer.from('left open'));
  await client.close();
  await server.close();
}

if (process.argv[1] === OWN_PATH) {
  const [role, kind] = process.argv.slice(2) as [string, Transport['kind']];
  if (role === 'echo') await serveEcho(kind);
  else await visit(kind);
}
