// A client of the NATS API written from docs/nats-api.md alone, with the plain NATS library: what another program would do.

import { createInbox, headers, type Msg, type NatsConnection } from '@nats-io/transport-node';

export interface PlainReply {
  readonly status: string;
  readonly document: Record<string, unknown>;
  readonly msg: Msg;
}

export async function request(
  nc: NatsConnection,
  subject: string,
  payload: string | Uint8Array,
  extra: Record<string, string> = {},
): Promise<Msg> {
  const all = headers();
  all.set('X-Account-ID', '123456789012');
  for (const [name, value] of Object.entries(extra)) all.set(name, value);
  return nc.request(subject, payload, { headers: all, timeout: 20_000 });
}

export async function call(
  nc: NatsConnection,
  subject: string,
  parameters: unknown,
  extra: Record<string, string> = {},
): Promise<PlainReply> {
  const payload = typeof parameters === 'string' ? parameters : JSON.stringify(parameters);
  return asReply(await request(nc, subject, payload, extra));
}

export function asReply(msg: Msg): PlainReply {
  const status = msg.headers?.get('Nats-Service-Error-Code') ?? '';
  return { status, document: msg.json<Record<string, unknown>>(), msg };
}

export function putInJson(nc: NatsConnection, key: string, body: Buffer): Promise<PlainReply> {
  return call(nc, 's3.putobject', { Bucket: 'b', Key: key, Body: body.toString('base64') });
}

export async function putRaw(nc: NatsConnection, key: string, body: Buffer): Promise<PlainReply> {
  const params = JSON.stringify({ Bucket: 'b', Key: key, ContentLength: body.length });
  return asReply(await request(nc, 's3.putobject', body, { 'S3-Params': params }));
}

interface Grant {
  readonly to: string;
  readonly chunk: number;
  readonly window: number;
}

/** An upload by hand: what a test wants to do wrong, it does with `publish`. */
export class PlainUpload {
  readonly nc: NatsConnection;
  readonly ack = createInbox();
  readonly grant: Grant;
  acked = 0;
  sent = 0;
  bytes = 0;
  /** The operation's reply, or the receiver's abort. */
  readonly ended: Promise<Msg>;
  #wake: () => void = () => undefined;

  private constructor(nc: NatsConnection, ack: string, grant: Grant, ended: Promise<Msg>) {
    this.nc = nc;
    this.ack = ack;
    this.grant = grant;
    this.ended = ended;
  }

  /** The upload, or the reply when the node did not want the body. */
  static async open(
    nc: NatsConnection,
    key: string,
    length: number,
    extra: object = {},
  ): Promise<PlainUpload | PlainReply> {
    const ack = createInbox();
    const held: { upload?: PlainUpload } = {};
    let end: (msg: Msg) => void = () => undefined;
    const ended = new Promise<Msg>((resolve) => (end = resolve));
    nc.subscribe(`${ack}.>`, {
      callback: (_error, msg) => {
        const tail = msg.subject.slice(ack.length + 1);
        if (msg.headers?.code === 503 || tail === 'f' || tail === 'x') end(msg);
        else if (tail === 'p') held.upload?.acknowledge(Number(msg.string()));
        else if (/^\d+$/.test(tail)) held.upload?.acknowledge(Number(tail));
      },
    });
    const send = JSON.stringify({ v: 1, kind: 'stream', length, ack, ...extra });
    const first = await request(nc, 's3.putobject', JSON.stringify({ Bucket: 'b', Key: key }), {
      'S3-Send': send,
    });
    const grant = first.headers?.get('S3-Grant');
    if (grant === undefined || grant === '') return asReply(first);
    held.upload = new PlainUpload(nc, ack, JSON.parse(grant) as Grant, ended);
    return held.upload;
  }

  acknowledge(chunk: number): void {
    this.acked = Math.max(this.acked, chunk);
    this.#wake();
  }

  publishChunk(bytes: Uint8Array, number = this.sent + 1): void {
    this.sent = Math.max(this.sent, number);
    this.bytes += bytes.length;
    this.nc.publish(this.grant.to, bytes, { reply: `${this.ack}.${number}` });
  }

  publishControl(kind: string, payload: string, tail?: string): void {
    const control = headers();
    control.set('S3-Stream', kind);
    const reply = tail === undefined ? {} : { reply: `${this.ack}.${tail}` };
    this.nc.publish(this.grant.to, payload, { headers: control, ...reply });
  }

  async sendAll(body: Uint8Array): Promise<Msg> {
    for (let at = 0; at < body.length; at += this.grant.chunk) {
      while (this.sent - this.acked >= this.grant.window) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
      this.publishChunk(body.subarray(at, at + this.grant.chunk));
    }
    return this.end();
  }

  end(): Promise<Msg> {
    this.publishControl('end', JSON.stringify({ chunks: this.sent, bytes: this.bytes }), 'f');
    return this.ended;
  }
}

export async function putStream(nc: NatsConnection, key: string, body: Buffer): Promise<PlainReply> {
  const upload = await PlainUpload.open(nc, key, body.length);
  return upload instanceof PlainUpload ? asReply(await upload.sendAll(body)) : upload;
}

/** A download as documented; `onChunk` may wait, to be a slow reader. */
export async function getStream(
  nc: NatsConnection,
  key: string,
  onChunk: (bytes: Uint8Array) => Promise<void> | void = () => undefined,
): Promise<Buffer> {
  const reply = await request(nc, 's3.getobject', JSON.stringify({ Bucket: 'b', Key: key }), {
    'S3-Accept': '{"v":1,"stream":true}',
  });
  const text = reply.headers?.get('S3-Body') ?? '';
  const body = JSON.parse(text) as { kind: string; length: number; ack: string };
  if (body.kind === 'inline') return Buffer.from(reply.data);
  const data = createInbox();
  const subscription = nc.subscribe(data);
  nc.publish(`${body.ack}.0`, '', { reply: data });
  const parts: Uint8Array[] = [];
  for await (const msg of subscription) {
    if (msg.headers !== undefined) {
      if (answerControl(nc, msg, parts.length, body.length)) break;
      continue;
    }
    if (msg.reply !== `${body.ack}.${parts.length + 1}`) throw new Error('chunk lost');
    parts.push(Uint8Array.from(msg.data));
    await onChunk(msg.data);
    nc.publish(msg.reply);
  }
  return Buffer.concat(parts);
}

/** Answers ping and end; true after the end. */
function answerControl(nc: NatsConnection, msg: Msg, chunks: number, bytes: number): boolean {
  if (msg.headers?.code === 503) throw new Error('the node is gone');
  switch (msg.headers?.get('S3-Stream')) {
    case 'ping':
      nc.publish(msg.reply!, String(chunks));
      return false;
    case 'end': {
      const end = msg.json<{ chunks: number; bytes: number }>();
      if (end.chunks !== chunks || end.bytes !== bytes) throw new Error('end does not agree');
      nc.publish(msg.reply!);
      return true;
    }
    default:
      throw new Error(msg.string());
  }
}
