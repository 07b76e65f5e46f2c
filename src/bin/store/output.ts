// Where a command writes: results to one side, words about them to the other, so that a pipe gets results only.

export interface Output {
  /** Results are JSON lines. */
  readonly json: boolean;
  /** Words go to a terminal: progress may be drawn. */
  readonly isTerminal: boolean;
  write(bytes: string | Uint8Array): Promise<void>;
  /** One line for a person. */
  tell(line: string): void;
  /** Draws over the line that was drawn before; empty takes it away. */
  draw(line: string): void;
}

const ERASE_LINE = '\r\u001b[2K';

export function processOutput(json: boolean, quiet: boolean): Output {
  const { stdout, stderr } = process;
  return {
    json,
    isTerminal: stderr.isTTY && !quiet,
    write: (bytes) =>
      new Promise((resolve, reject) => {
        stdout.write(bytes, (error) => (error == null ? resolve() : reject(error)));
      }),
    tell: (line) => {
      if (!quiet) stderr.write(`${line}\n`);
    },
    draw: (line) => {
      stderr.write(ERASE_LINE + line);
    },
  };
}

/** One result: its JSON, or its line. */
export function result(output: Output, document: object, line: string): Promise<void> {
  return output.write(output.json ? `${JSON.stringify(document)}\n` : `${line}\n`);
}
