// Tickets: good once, for a while, for whom they were granted; and no more of them than there is room for.

import { beforeEach, expect, test } from '@jest/globals';
import { ticketFrame, type BytePipe } from '../../../src/bus/byte-pipe.ts';
import { TicketDesk, type TicketHolder } from '../../../src/bus/ticket-desk.ts';
import {
  TICKET_LIFE_MS,
  TICKET_PRESENT_MS,
  TICKETS_MAX,
  TICKETS_PER_GUEST_MAX,
  TICKETS_PRESENTED_MAX,
  TICKETS_PRESENTED_PER_GUEST_MAX,
} from '../../../src/core/limits.ts';
import { silentLogger } from '../../../src/platform/log.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const ALICE = 'a1'.repeat(32);
const BOB = 'b0'.repeat(32);

let clock: ManualClock;
let desk: TicketDesk;
let taken: string[];

beforeEach(() => {
  clock = new ManualClock();
  taken = [];
  const place = { address: '192.0.2.1:9992', peer: 'c0'.repeat(32) };
  desk = new TicketDesk({ clock, random: systemRandom, log: silentLogger, ...place });
});

const holder = (name: string, node: TicketHolder['node'] = 'sends'): TicketHolder => ({
  node,
  take: (_pipe, _reader, to) => taken.push(`${name} ${to ?? '-'}`) > 0,
});

/** A pipe on which somebody says `said`, in pieces, and then nothing. */
class SpokenPipe implements BytePipe {
  readonly written: number[] = [];
  ended = false;
  aborted: Error | undefined;
  readonly #said: Uint8Array[];

  constructor(...said: Uint8Array[]) {
    this.#said = said;
  }

  write(bytes: Uint8Array): Promise<void> {
    this.written.push(...bytes);
    return Promise.resolve();
  }

  end(last?: Uint8Array): Promise<void> {
    this.written.push(...(last ?? []));
    this.ended = true;
    return Promise.resolve();
  }

  read(): Promise<Uint8Array | null> {
    const next = this.#said.shift();
    return next === undefined ? new Promise(() => undefined) : Promise.resolve(next);
  }

  abort(reason: Error): void {
    this.aborted ??= reason;
  }
}

async function present(ticket: string | Uint8Array, guest: string, to = '_INBOX.x'): Promise<SpokenPipe> {
  const bytes = typeof ticket === 'string' ? Buffer.from(ticket, 'base64url') : ticket;
  const frame = ticketFrame(bytes, to);
  const pipe = new SpokenPipe(frame.subarray(0, 7), frame.subarray(7, 34), frame.subarray(34));
  desk.receive(pipe, guest);
  await clock.advance(0);
  return pipe;
}

test('a ticket is good once, in the hands of its guest, who is let in for no longer', async () => {
  expect(desk.isExpected(ALICE)).toBe(false);
  const { ticket } = desk.grant(ALICE, holder('body'))!.header;
  expect([desk.isExpected(ALICE), desk.isExpected(BOB)]).toEqual([true, false]);
  expect((await present(ticket, BOB)).aborted).toMatchObject({ code: 'peer-rejected' });
  const pipe = await present(ticket, ALICE);
  expect([pipe.written, pipe.ended, pipe.aborted, taken]).toEqual([[1], false, undefined, ['body _INBOX.x']]);
  expect((await present(ticket, ALICE)).aborted).toMatchObject({ code: 'peer-rejected' });
  expect([desk.isExpected(ALICE), desk.open]).toEqual([false, 0]);
});

test('a node that receives says nothing more; one that sends has to know where to', async () => {
  const { ticket } = desk.grant(ALICE, holder('upload', 'receives'))!.header;
  const pipe = await present(ticket, ALICE, '');
  expect([pipe.written, pipe.ended, taken]).toEqual([[1], true, ['upload -']]);
  const download = desk.grant(ALICE, holder('download'))!.header;
  expect((await present(download.ticket, ALICE, '')).aborted).toMatchObject({ code: 'peer-protocol' });
});

test('a ticket is void after its time, when it is withdrawn, and when its body has another way', async () => {
  const old = desk.grant(ALICE, holder('old'))!;
  await clock.advance(TICKET_LIFE_MS);
  expect([desk.isExpected(ALICE), desk.open]).toEqual([false, 0]);
  expect((await present(old.header.ticket, ALICE)).aborted).toMatchObject({ code: 'peer-rejected' });
  const dropped = desk.grant(ALICE, holder('dropped'))!;
  dropped.withdraw();
  dropped.withdraw();
  old.withdraw();
  expect((await present(dropped.header.ticket, ALICE)).aborted).toMatchObject({ code: 'peer-rejected' });
  const elsewhere = desk.grant(ALICE, { node: 'sends', take: () => false })!;
  expect((await present(elsewhere.header.ticket, ALICE)).aborted).toMatchObject({ code: 'cancelled' });
  expect([taken, desk.open]).toEqual([[], 0]);
});

test('there is room for so many tickets, and for so many of one guest; a used one makes room', async () => {
  const own = Array.from({ length: TICKETS_PER_GUEST_MAX }, () => desk.grant(ALICE, holder('a')));
  expect(own.every((ticket) => ticket !== undefined)).toBe(true);
  expect(desk.grant(ALICE, holder('a'))).toBeUndefined();
  await present(own[0]!.header.ticket, ALICE);
  expect(desk.grant(ALICE, holder('a'))).toBeDefined();
  let granted = desk.open;
  for (let guest = 0; desk.grant(guest.toString(16).padStart(64, '0'), holder('x')) !== undefined; guest += 1)
    granted += 1;
  expect([granted, desk.open]).toEqual([TICKETS_MAX, TICKETS_MAX]);
  await clock.advance(TICKET_LIFE_MS);
  expect(desk.open).toBe(0);
});

test('who presents nothing is cut off, and so many at once are heard', async () => {
  const mute = Array.from({ length: TICKETS_PRESENTED_MAX }, () => new SpokenPipe(Buffer.of(1)));
  const guestOf = (at: number): string => `${at % (TICKETS_PRESENTED_MAX / TICKETS_PRESENTED_PER_GUEST_MAX)}`;
  for (let at = 0; at < TICKETS_PRESENTED_PER_GUEST_MAX; at += 1) desk.receive(mute[at]!, '0');
  const own = new SpokenPipe();
  desk.receive(own, '0');
  expect(own.aborted).toMatchObject({ code: 'overloaded' });
  mute.slice(TICKETS_PRESENTED_PER_GUEST_MAX).forEach((pipe, at) => {
    desk.receive(pipe, `1${guestOf(at)}`);
  });
  const surplus = new SpokenPipe();
  desk.receive(surplus, ALICE);
  expect(surplus.aborted).toMatchObject({ code: 'overloaded' });
  await clock.advance(TICKET_PRESENT_MS - 1);
  expect(mute.filter(({ aborted }) => aborted !== undefined)).toEqual([]);
  await clock.advance(1);
  for (const { aborted } of mute) expect(aborted).toMatchObject({ code: 'peer-stalled' });
  const { ticket } = desk.grant(ALICE, holder('later'))!.header;
  expect((await present(ticket, ALICE)).written).toEqual([1]);
});

test.each([
  ['another version', Buffer.alloc(35, 2)],
  ['a subject without end', Buffer.concat([Buffer.of(1), Buffer.alloc(32), Buffer.from([0xff, 0xff])])],
])('%s is refused before anything is kept of it', async (_what, bytes) => {
  const pipe = new SpokenPipe(bytes);
  desk.receive(pipe, ALICE);
  await clock.advance(0);
  expect(pipe.aborted).toMatchObject({ code: 'peer-protocol' });
});
