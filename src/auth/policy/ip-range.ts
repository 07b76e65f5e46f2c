// Addresses and ranges of addresses in CIDR notation, version 4 and 6; an IPv4 address inside IPv6 is the IPv4 address.

import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

export interface IpRange {
  readonly prefixBits: number;
  readonly version: 4 | 6;
  contains(address: string): boolean;
}

/** Reads `192.0.2.0/24`, `2001:db8::/32` or a single address; undefined for anything else. */
export function parseIpRange(text: string): IpRange | undefined {
  const [address = '', bitsText, ...rest] = text.split('/');
  const version = isIPv4(address) ? 4 : isIPv6(address) ? 6 : undefined;
  if (version === undefined || rest.length > 0) return undefined;
  const bitsMax = version === 4 ? 32 : 128;
  const prefixBits = bitsText === undefined ? bitsMax : /^\d{1,3}$/.test(bitsText) ? Number(bitsText) : -1;
  if (prefixBits < 0 || prefixBits > bitsMax) return undefined;
  const list = new BlockList();
  list.addSubnet(address, prefixBits, version === 4 ? 'ipv4' : 'ipv6');
  return {
    prefixBits,
    version,
    contains: (candidate) => {
      const plain = plainAddress(candidate);
      const family = isIP(plain);
      return family === version && list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
    },
  };
}

/** `::ffff:192.0.2.1`, as a dual-stack socket names it, is `192.0.2.1`. */
export function plainAddress(address: string): string {
  return MAPPED.exec(address)?.[1] ?? address;
}
