// AdminStatus: how this node is. Who may ask is a matter of NATS permissions: the answer names no tenant.

import type { ServiceParts, TypedHandler } from '../handler.ts';

export function adminStatus(parts: ServiceParts): TypedHandler<'AdminStatus'> {
  return async () => ({ result: await parts.adminStatus() });
}
