// One HTTP/1.1 connection that sends one request at a time, on a bare socket: Node's own client would cost the two cores
// of a test machine more than the server under test.

import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface Answer {
  /** 0 when the connection broke. */
  readonly status: number;
  readonly bodyBytes: number;
  /** The first bytes of the body of an error. */
  readonly errorText: string;
}

const ERROR_TEXT_MAX = 500;

export class LoadConnection {
  readonly #endpoint: URL;
  readonly #ca: Buffer | undefined;
  #socket: Socket | undefined;
  #settle: ((answer: Answer) => void) | undefined;
  #head = '';
  #status = 0;
  #left = -1;
  #received = 0;
  #errorText = '';

  constructor(endpoint: URL, ca: Buffer | undefined) {
    this.#endpoint = endpoint;
    this.#ca = ca;
  }

  async request(head: string, body: Buffer | undefined): Promise<Answer> {
    this.#socket ??= await this.#open();
    const socket = this.#socket;
    this.#head = '';
    this.#status = 0;
    this.#left = -1;
    this.#received = 0;
    this.#errorText = '';
    return new Promise((resolve) => {
      this.#settle = resolve;
      socket.cork();
      socket.write(head, 'latin1');
      if (body !== undefined && body.length > 0) socket.write(body);
      socket.uncork();
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open(): Promise<Socket> {
    const secure = this.#endpoint.protocol === 'https:';
    const host = this.#endpoint.hostname;
    const port = Number(this.#endpoint.port || (secure ? 443 : 80));
    return new Promise((resolve, reject) => {
      const servername = isIP(host) === 0 ? { servername: host } : {};
      const ca = this.#ca === undefined ? {} : { ca: this.#ca };
      const socket = secure ? connectTls({ host, port, ...servername, ...ca }) : connectTcp({ host, port });
      socket.setNoDelay(true);
      socket.once(secure ? 'secureConnect' : 'connect', () => resolve(socket));
      socket.once('error', (error: Error) => {
        reject(error);
        this.#finish(0);
      });
      socket.once('close', () => this.#finish(0));
      socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    });
  }

  #receive(bytes: Buffer): void {
    let rest = bytes;
    if (this.#left < 0) {
      this.#head += bytes.toString('latin1');
      const end = this.#head.indexOf('\r\n\r\n');
      if (end < 0) return;
      rest = bytes.subarray(bytes.length - (this.#head.length - end - 4));
      this.#status = Number(this.#head.slice(9, 12));
      const length = /\r\ncontent-length: *(\d+)/i.exec(this.#head.slice(0, end + 2));
      this.#left = length === null ? 0 : Number(length[1]);
    }
    if (this.#status >= 300 && this.#errorText.length < ERROR_TEXT_MAX)
      this.#errorText += rest.toString('latin1', 0, ERROR_TEXT_MAX);
    this.#received += rest.length;
    this.#left -= rest.length;
    if (this.#left <= 0) this.#finish(this.#status);
  }

  #finish(status: number): void {
    if (status === 0) this.#socket = undefined;
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.({ status, bodyBytes: this.#received, errorText: this.#errorText });
  }
}
