// What a command about the data directory of a node is.

import type { NodeSettings } from '../../host/node-settings.ts';

export interface MaintenanceCommand {
  /** One line. */
  readonly summary: string;
  /** Flags of its own, beside those of `s3d`. */
  readonly flags: readonly string[];
  /** Resolves with the exit code; a thrown error is printed as one line. */
  run(settings: NodeSettings, flags: ReadonlySet<string>): Promise<number>;
}
