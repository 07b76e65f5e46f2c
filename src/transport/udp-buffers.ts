// The kernel's UDP receive buffers, which decide how many packets QUIC loses under load.
//
// The addon's server socket keeps the default size (it sets only the client's), so the default matters most: at 208 KiB
// 70–110 congestion events per 384 MiB were counted, at 4 MiB none or two, and uploads were 10–30 % faster.

import { readFile } from 'node:fs/promises';
import type { Logger } from '../platform/log.ts';

const WANTED_BYTES = 4 * 1024 * 1024;
const SETTINGS = ['net.core.rmem_default', 'net.core.rmem_max'] as const;

let checked = false;

/** Logs one warning per process when a buffer is too small, with the line that mends it. */
export async function warnOfSmallUdpBuffers(logger: Logger): Promise<void> {
  if (checked || process.platform !== 'linux') return;
  checked = true;
  const small: string[] = [];
  for (const setting of SETTINGS) {
    const bytes = await readSetting(setting);
    if (bytes !== undefined && bytes < WANTED_BYTES) small.push(setting);
  }
  if (small.length === 0) return;
  const mend = `sysctl -w ${small.map((setting) => `${setting}=${WANTED_BYTES}`).join(' ')}`;
  logger.warn('UDP receive buffers are small: QUIC will lose packets under load', { mend });
}

/** Undefined where the kernel does not show it (a container without /proc/sys). */
async function readSetting(setting: string): Promise<number | undefined> {
  try {
    return Number(await readFile(`/proc/sys/${setting.replaceAll('.', '/')}`, 'utf8'));
  } catch {
    return undefined;
  }
}
