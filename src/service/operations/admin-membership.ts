// AdminMembership: which nodes take shards, and changes of that. Who may ask is a matter of NATS permissions.

import type { ServiceParts, TypedHandler } from '../handler.ts';

export function adminMembership(parts: ServiceParts): TypedHandler<'AdminMembership'> {
  return async (request) => ({ result: await parts.adminMembership(request) });
}
