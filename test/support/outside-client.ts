// Programs of other people that tests run where they are installed (scripts/fetch-test-clients.sh).

import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import { text } from 'node:stream/consumers';

/** Whether `command args` runs here; says so loudly when it does not. */
export function isInstalled(command: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write(`SKIPPED: ${command} ${args.join(' ')} does not run here\n`);
    return false;
  }
}

/** What a link gives to somebody who has nothing but the link: its body, after the status. */
export async function follow(link: string, authorityFile: string): Promise<string> {
  const ca = await readFile(authorityFile);
  return new Promise((resolve, reject) => {
    get(link, { ca, agent: false }, (reply) => {
      text(reply).then((body) => resolve(`${String(reply.statusCode)} ${body}`), reject);
    }).on('error', reject);
  });
}
