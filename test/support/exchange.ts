// Recorded exchanges of the NATS API (subjects/exchanges/): the client's messages are sent as they stand there, the node's
// are compared. The same player records: what the node said takes the place of what was expected.
//
// `<stream>`, `<stream2>`, `<date>` stand for what is different every time; the first occurrence binds a name.

import { headers as newHeaders, type Msg, type NatsConnection } from '@nats-io/transport-node';

import { systemClock, within } from '../../src/platform/clock.ts';

/** Bytes `from` to `from + bytes` of `text` repeated for ever. */
export interface Fill {
  readonly text: string;
  readonly from: number;
  readonly bytes: number;
}

export interface RecordedMessage {
  readonly from: 'client' | 'node';
  readonly to: string;
  readonly reply?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: string;
  readonly fill?: Fill;
  readonly note?: string;
}

export interface RecordedExchange {
  readonly title: string;
  /** Objects of the bucket `photos` that are there before. */
  readonly given: readonly { readonly key: string; readonly fill: Fill }[];
  readonly messages: readonly RecordedMessage[];
}

export const INBOX = '_INBOX.example';
const ANSWER_TIMEOUT_MS = 30_000;
const NAME_PATTERN = /<(stream2?|date)>/;
const STREAM_PATTERN = /s3\.io\.\d+\.[0-9a-f]{24}\.[0-9a-z]+/g;
const DATE_PATTERN = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const ACKNOWLEDGEMENT = /\.\d+$/;

export function fillBytes({ text, from, bytes }: Fill): Buffer {
  const unit = Buffer.from(text);
  const start = from % unit.length;
  return Buffer.alloc(start + bytes, unit).subarray(start);
}

/** What a message of the node is compared by. */
interface Said {
  readonly to: string;
  readonly reply: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
}

export class ExchangePlayer {
  readonly #nc: NatsConnection;
  readonly #exchange: RecordedExchange;
  readonly #names = new Map<string, string>();
  readonly #heard: Msg[] = [];
  readonly #recorded: RecordedMessage[] = [];
  #wake: () => void = () => undefined;
  /** What went wrong, in words; undefined while all is as recorded. */
  #difference: string | undefined;

  constructor(nc: NatsConnection, exchange: RecordedExchange) {
    this.#nc = nc;
    this.#exchange = exchange;
  }

  /** Plays to the end; returns the first difference, and the exchange as it went. */
  async play(): Promise<{ difference: string | undefined; recorded: RecordedExchange }> {
    const subscription = this.#nc.subscribe(`${INBOX}.>`, { callback: (_, msg) => this.#hear(msg) });
    await this.#nc.flush();
    for (const message of this.#exchange.messages) {
      if (message.from === 'client') this.#send(message);
      else this.#compare(message, await this.#next(message));
    }
    subscription.unsubscribe();
    const { title, given } = this.#exchange;
    return { difference: this.#difference, recorded: { title, given, messages: this.#recorded } };
  }

  /** Acknowledgements and pings come when they come: a client takes them in passing, and so does this one. */
  #hear(msg: Msg): void {
    if (ACKNOWLEDGEMENT.test(msg.subject) && msg.data.length === 0 && msg.headers === undefined) return;
    if (msg.headers?.get('S3-Stream') === 'ping') return;
    this.#heard.push(msg);
    this.#wake();
  }

  async #next(expected: RecordedMessage): Promise<Said> {
    const heard = this.#heard;
    const arrival = (async () => {
      while (heard.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    })();
    const late = (): Error => new Error(`nothing came where was expected: ${JSON.stringify(expected)}`);
    await within(systemClock, ANSWER_TIMEOUT_MS, arrival, late);
    const msg = heard.shift()!;
    const own =
      msg.headers === undefined ? [] : [...msg.headers].map(([name, [value]]) => [name, value!] as const);
    const payload = Buffer.from(msg.data).toString('latin1');
    return { to: msg.subject, reply: msg.reply ?? '', headers: Object.fromEntries(own), payload };
  }

  #send(message: RecordedMessage): void {
    this.#recorded.push(message);
    const all = newHeaders();
    for (const [name, value] of Object.entries(message.headers ?? {})) all.append(name, this.#named(value));
    const payload =
      message.fill === undefined ? Buffer.from(this.#named(message.payload ?? '')) : fillBytes(message.fill);
    this.#nc.publish(this.#named(message.to), payload, {
      ...(message.reply === undefined ? {} : { reply: this.#named(message.reply) }),
      ...(message.headers === undefined ? {} : { headers: all }),
    });
  }

  #compare(expected: RecordedMessage, said: Said): void {
    this.#bind(said);
    const heard = this.#unnamed(said);
    const { fill, note } = expected;
    const isFilled = fill !== undefined && fillBytes(fill).toString('latin1') === said.payload;
    const recorded: RecordedMessage = {
      from: 'node',
      to: heard.to,
      ...(heard.reply === '' ? {} : { reply: heard.reply }),
      ...(Object.keys(heard.headers).length === 0 ? {} : { headers: heard.headers }),
      ...(isFilled ? { fill } : heard.payload === '' ? {} : { payload: heard.payload }),
      ...(note === undefined ? {} : { note }),
    };
    this.#recorded.push(recorded);
    const was = JSON.stringify(recorded);
    const should = JSON.stringify({
      ...expected,
      ...(expected.headers && { headers: { ...expected.headers } }),
    });
    if (sorted(was) !== sorted(should)) this.#difference ??= `recorded is ${should}, the node says ${was}`;
  }

  /** Gives names to the streams that a message of the node is the first to mention. */
  #bind(said: Said): void {
    for (const [subject] of JSON.stringify(said).matchAll(STREAM_PATTERN)) {
      if ([...this.#names.values()].includes(subject)) continue;
      this.#names.set(this.#names.size === 0 ? '<stream>' : `<stream${this.#names.size + 1}>`, subject);
    }
  }

  #named(text: string): string {
    let named = text;
    for (const [name, value] of this.#names) named = named.replaceAll(name, value);
    if (NAME_PATTERN.test(named)) throw new Error(`nothing has that name yet: ${text}`);
    return named;
  }

  #unnamed(said: Said): Said {
    let text = JSON.stringify({ ...said, payload: '' });
    let { payload } = said;
    for (const [name, value] of this.#names) {
      text = text.replaceAll(value, name);
      payload = payload.replaceAll(value, name);
    }
    const others = JSON.parse(text.replaceAll(DATE_PATTERN, '<date>')) as Said;
    return { ...others, payload: payload.replaceAll(DATE_PATTERN, '<date>') };
  }
}

/** Members in no order that matters. */
function sorted(json: string): string {
  const value = JSON.parse(json) as Record<string, unknown>;
  const inOrder = (object: object): object =>
    Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const { headers } = value;
  return JSON.stringify(
    inOrder({ ...value, ...(headers === undefined ? {} : { headers: inOrder(headers as object) }) }),
  );
}
