// The policies of a user, a group or a role, compiled: attached ones and those written into its own record.

import type { Logger } from '../../platform/log.ts';
import { parseIdentityPolicy, PolicyProblem, type Policy } from '../policy/document.ts';
import { isManagedByAws, managedPolicy } from './managed-policies.ts';
import { parsePolicyArn, recordKey } from './principal-arn.ts';
import type { RecordCache } from './record-cache.ts';
import type { GrantSource, PolicyRecord } from './records.ts';

/** Stands for a policy that exists and cannot be read: it may have been a Deny, so that nothing is allowed beside it. */
const DENIES_EVERYTHING: Policy = parseIdentityPolicy(
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] }),
);

export class GrantReader {
  readonly #policies: RecordCache<PolicyRecord>;
  readonly #log: Logger;

  constructor(policies: RecordCache<PolicyRecord>, log: Logger) {
    this.#policies = policies;
    this.#log = log;
  }

  async policiesOf(accountId: string, sources: readonly GrantSource[]): Promise<readonly Policy[]> {
    const arns = new Set(sources.flatMap(({ attachedPolicies }) => attachedPolicies));
    const attached = await Promise.all([...arns].map((arn) => this.#attached(accountId, arn)));
    const inline = sources.flatMap(({ inlinePolicies }) => inlinePolicies.map((text) => this.#parse(text)));
    return [...attached.filter((policy) => policy !== undefined), ...inline];
  }

  async #attached(accountId: string, arn: string): Promise<Policy | undefined> {
    if (isManagedByAws(arn)) return managedPolicy(arn);
    const named = parsePolicyArn(arn);
    const record =
      named?.accountId === accountId ? await this.#policies.get(recordKey(accountId, named.name)) : undefined;
    if (record?.arn !== arn) {
      this.#log.warn('an attached policy is missing: its principal may do nothing', { accountId, arn });
      return DENIES_EVERYTHING;
    }
    return this.#parse(record.document);
  }

  #parse(text: string): Policy {
    try {
      return parseIdentityPolicy(text);
    } catch (error) {
      if (!(error instanceof PolicyProblem)) throw error;
      this.#log.warn('a policy cannot be read: its principal may do nothing', { reason: error.message });
      return DENIES_EVERYTHING;
    }
  }
}
