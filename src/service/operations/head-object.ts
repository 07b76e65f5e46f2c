// HeadObject: what GetObject would say, without the body.

import type { ServiceParts, TypedHandler } from '../handler.ts';
import { lockSightOf } from '../lock-access.ts';
import { describeFound, readErrorOf, readQuestion } from '../object-reading.ts';

export function headObject(parts: ServiceParts): TypedHandler<'HeadObject'> {
  return async (request, call) => {
    const question = await readQuestion(parts, call, request);
    const sight = await lockSightOf(parts, call, question.bucket, request);
    const outcome = await parts.objects.head(question);
    if (outcome.kind !== 'found') throw readErrorOf(outcome, request);
    return { result: describeFound(outcome, request, { ...question, sight }) };
  };
}
