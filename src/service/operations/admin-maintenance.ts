// AdminMaintenance: how this node looks after its shards, and the word to do it now. Who may ask is a matter of NATS permissions.

import type { ServiceParts, TypedHandler } from '../handler.ts';

export function adminMaintenance(parts: ServiceParts): TypedHandler<'AdminMaintenance'> {
  return async (request) => ({ result: await parts.adminMaintenance(request) });
}
