// Which bytes of an object a part number means. An object that was not uploaded in parts is its own part 1.

import type { ObjectRecord } from '../contracts/records.ts';
import type { ByteRange } from '../core/body.ts';

/** `undefined` when the object has no such part; an empty range when that part is empty. */
export function rangeOfPart(record: ObjectRecord, number: number): ByteRange | undefined {
  if (record.parts === undefined) return number === 1 ? { start: 0, end: record.size } : undefined;
  let start = 0;
  for (const part of record.parts) {
    if (part.number === number) return { start, end: start + part.size };
    start += part.size;
  }
  return undefined;
}
