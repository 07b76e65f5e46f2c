// A version that is current and archived at once, made whole again.
//
// What moves a version is one atomic batch of the stream. A stream of one replica has no log of its own below that: nats-server writes the
// messages of a batch one after the other, and a power cut may keep the first of them only (docs/metadata.md, "Versions"). The order
// within a batch is such that nothing is lost then: the current version stays current, and what was to leave the archive is still in it. Left
// alone, that copy would refuse every later attempt to archive the version.

import { REVISED } from '../metadata/event-note.ts';
import { versionName } from '../metadata/version-table.ts';
import type { ObjectRecord } from '../contracts/records.ts';
import type { ObjectAddress, Versioned } from '../metadata/metadata-store.ts';
import type { ObjectContext } from './object-context.ts';

/** Takes the archived copy of `current` away, or what was named as it is, as long as that is current; otherwise does nothing. */
export async function mendTorn(
  { metadata: { objects, versions } }: ObjectContext,
  address: ObjectAddress,
  current: Versioned<ObjectRecord>,
): Promise<void> {
  const version = versionName(current.record);
  const copy = await versions.peek({ ...address, version });
  if (copy === undefined) return;
  // Conditional on what is current: a version that was archived properly in between is left alone.
  await objects.change(address, {
    head: current.record,
    expected: { revision: current.revision },
    dropped: { version, revision: copy.revision },
    note: REVISED,
  });
}
