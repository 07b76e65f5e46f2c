import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { validateRequest, withoutNulls } from '../../../src/contracts/validators.ts';
import { operationNames } from '../../../src/contracts/operations.ts';

describe('any JSON', () => {
  test('loses its null members and nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (drawn) => {
        // As it comes off the wire: JSON has one zero.
        const value: unknown = JSON.parse(JSON.stringify(drawn));
        const expected: unknown = JSON.parse(
          JSON.stringify(value),
          function (this: unknown, _name, member: unknown) {
            return member === null && !Array.isArray(this) ? undefined : member;
          },
        );
        // A reviver cannot keep a null at the top, which is nobody's member.
        expect(withoutNulls(value)).toEqual(value === null ? null : expected);
      }),
    );
  });

  test('is judged, never thrown over', () => {
    fc.assert(
      fc.property(fc.constantFrom(...operationNames), fc.jsonValue(), (operation, value) => {
        const problem = validateRequest(operation, withoutNulls(value));
        expect(problem === undefined || problem.length > 0).toBe(true);
      }),
    );
  });
});
