// Addresses as they appear in the configuration: which ones other machines can dial.

import { isIP, isIPv4 } from 'node:net';
import type { Section } from './section.ts';

const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
const LOOKS_LIKE_IPV4 = /^[0-9.]+$/;

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || (isIP(host) === 6 && /^[0:]+$/.test(host));
}

function isMulticastOrBroadcast(host: string): boolean {
  if (isIPv4(host)) return Number(host.split('.')[0]) >= 224;
  return isIP(host) === 6 && /^ff/i.test(host);
}

function isHost(host: string): boolean {
  if (isIP(host) !== 0) return true;
  return HOST_NAME.test(host) && !LOOKS_LIKE_IPV4.test(host);
}

/** Addresses of this machine only: traffic to them never leaves it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** An address to listen on: wildcards are fine. */
export function listenHost(section: Section, key: string): string | undefined {
  const host = section.optionalString(key);
  if (host === undefined) return undefined;
  if (!isHost(host))
    section.refuse(key, `"${host}" is not an IP address or host name`, 'Write it without port and brackets.');
  if (isMulticastOrBroadcast(host))
    section.refuse(key, `"${host}" is a multicast address`, 'Name an address of this machine.');
  return host;
}

/** An address other nodes dial: it must name one machine. */
export function dialHost(section: Section, key: string): string {
  const host =
    listenHost(section, key) ??
    section.refuse(key, 'is missing', `Add ${key} = "<address the other nodes dial>".`);
  if (isWildcard(host)) {
    section.refuse(key, `"${host}" names every machine`, 'Name the one address that the other nodes dial.');
  }
  return host;
}
