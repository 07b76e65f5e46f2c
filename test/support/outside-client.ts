// Programs of other people that tests run where they are installed (scripts/fetch-test-clients.sh).

import { execFileSync } from 'node:child_process';

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
