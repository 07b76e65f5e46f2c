// Structured logs, JSON by line. Secrets never reach a log: fields with their usual names are removed here as a
// last resort, and nothing above hands them over in the first place.

import { pino, type Logger as PinoLogger } from 'pino';

export type LogFields = Readonly<Record<string, unknown>>;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to every line. */
  child(fields: LogFields): Logger;
}

const REDACTED_PATHS = ['secret', 'secretAccessKey', 'authorization', 'password', 'token', 'key'];

class PinoAdapter implements Logger {
  readonly #pino: PinoLogger;

  constructor(instance: PinoLogger) {
    this.#pino = instance;
  }

  debug(message: string, fields: LogFields = {}): void {
    this.#pino.debug(fields, message);
  }

  info(message: string, fields: LogFields = {}): void {
    this.#pino.info(fields, message);
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#pino.warn(fields, message);
  }

  error(message: string, fields: LogFields = {}): void {
    this.#pino.error(fields, message);
  }

  child(fields: LogFields): Logger {
    return new PinoAdapter(this.#pino.child(fields));
  }
}

/** A logger to standard output. `error` fields are shown with message, stack and cause. */
export function createLogger(level: LogLevel, fields: LogFields = {}): Logger {
  const instance = pino({
    level,
    base: fields,
    redact: { paths: REDACTED_PATHS, remove: true },
    errorKey: 'error',
  });
  return new PinoAdapter(instance);
}

/** Says nothing; for tests and for tools that print their own output. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};
