// GetObject: an object, or a range of it.

import type { ServiceParts, TypedHandler } from '../handler.ts';
import { lockSightOf } from '../lock-access.ts';
import { describeFound, readErrorOf, readQuestion } from '../object-reading.ts';

export function getObject(parts: ServiceParts): TypedHandler<'GetObject'> {
  return async (request, call) => {
    const question = await readQuestion(parts, call, request);
    // Before the body is open: nothing may fail between that and the reply.
    const sight = await lockSightOf(parts, call, question.bucket, request);
    const outcome = await parts.objects.get(question);
    if (outcome.kind !== 'found') throw readErrorOf(outcome, request);
    const reply = {
      result: describeFound(outcome, request, { ...question, sight }),
      body: outcome.body,
    };
    if (outcome.degradedShards === 0) return reply;
    return { ...reply, headers: { 'X-Spx-Degraded': String(outcome.degradedShards) } };
  };
}
