// What AWS accepts as the website configuration of a bucket.

import type { WebsiteRoutingRule, WebsiteSettings } from '../contracts/bucket-settings.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { WEBSITE_ROUTING_RULES_MAX } from '../core/limits.ts';

const PROTOCOLS: ReadonlySet<string> = new Set(['http', 'https']);
const NUMBER = /^\d+$/;
/** RFC 9110, 15.4, and RFC 7538: those that redirect. */
const REDIRECT_STATUS = /^30[1-578]$/;
/** The errors that S3 may answer. */
const ERROR_STATUS = /^(4(0\d|1[0-7])|50[0-5])$/;

/** The configuration as it may be kept, or the error that AWS answers. */
export function checkedWebsite(website: WebsiteSettings): WebsiteSettings {
  const { RedirectAllRequestsTo: everything, IndexDocument: index, ErrorDocument: error } = website;
  if (everything !== undefined) {
    if (index !== undefined || error !== undefined || website.RoutingRules !== undefined) {
      throw new S3Error('MalformedXML');
    }
    requireProtocol(everything.Protocol);
    return website;
  }
  if (index === undefined) {
    throw invalid(
      'A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty',
      'IndexDocument',
    );
  }
  if (index.Suffix === '' || index.Suffix.includes('/'))
    throw invalid('The IndexDocument Suffix is not well formed', 'IndexDocument');
  if (error?.Key === '') throw invalid('The ErrorDocument Key is not well formed', 'ErrorDocument');
  checkRules(website.RoutingRules ?? []);
  return website;
}

function checkRules(rules: readonly WebsiteRoutingRule[]): void {
  if (rules.length > WEBSITE_ROUTING_RULES_MAX)
    throw invalidRequest(
      `${rules.length} routing rules provided, the number of routing rules in a website configuration is limited to ${WEBSITE_ROUTING_RULES_MAX}.`,
    );
  for (const rule of rules) checkRule(rule);
}

function checkRule({ Condition: condition, Redirect: redirect }: WebsiteRoutingRule): void {
  if (isEmpty(redirect) || (condition !== undefined && isEmpty(condition))) throw new S3Error('MalformedXML');
  requireProtocol(redirect.Protocol);
  if (redirect.ReplaceKeyPrefixWith !== undefined && redirect.ReplaceKeyWith !== undefined)
    throw invalidRequest('You can only define ReplaceKeyPrefix or ReplaceKey but not both.');
  requireStatus(
    redirect.HttpRedirectCode,
    REDIRECT_STATUS,
    (code) => `The provided HTTP redirect code (${code}) is not valid. Valid codes are 3XX except 300.`,
  );
  requireStatus(
    condition?.HttpErrorCodeReturnedEquals,
    ERROR_STATUS,
    (code) => `The provided HTTP error code (${code}) is not valid. Valid codes are 4XX or 5XX.`,
  );
}

function requireStatus(status: string | undefined, valid: RegExp, words: (status: string) => string): void {
  if (status === undefined) return;
  if (!NUMBER.test(status)) throw new S3Error('MalformedXML');
  if (!valid.test(status)) throw invalidRequest(words(status));
}

function isEmpty(fields: object): boolean {
  return Object.values(fields).every((value) => value === undefined);
}

function requireProtocol(protocol: string | undefined): void {
  if (protocol !== undefined && !PROTOCOLS.has(protocol))
    throw invalidRequest(
      'Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.',
    );
}

function invalid(words: string, name: string): S3Error {
  return new S3Error('InvalidArgument', words, { fields: { ArgumentName: name } });
}

function invalidRequest(words: string): S3Error {
  return new S3Error('InvalidRequest', words);
}
