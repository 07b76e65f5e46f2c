// What a subcommand of `predastore` is.

export interface Command {
  /** As shown in the usage: `FILE`, `[-w] CLUSTER`. */
  readonly parameters: string;
  /** One line. */
  readonly summary: string;
  /** Resolves with the exit code; a thrown error is printed as one line. */
  run(args: readonly string[]): Promise<number>;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
