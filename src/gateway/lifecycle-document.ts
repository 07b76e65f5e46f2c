// Lifecycle rules as XML.

import type {
  GetBucketLifecycleConfigurationReply,
  PutBucketLifecycleConfigurationRequest,
} from '../contracts/generated/messages.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { given } from './header-text.ts';
import { parseTag, renderTag } from './tag-set-document.ts';
import { document, element, leaf, type XmlElement } from './xml.ts';
import { flagOf, integerOf, requiredText, requireOnly, sizeOf, textOf } from './xml-fields.ts';

type GivenRule = PutBucketLifecycleConfigurationRequest['LifecycleConfiguration']['Rules'][number];
type Rule = GetBucketLifecycleConfigurationReply['Rules'][number];
type Filter = NonNullable<Rule['Filter']>;
type Conditions = NonNullable<Filter['And']>;

const ACTIONS = ['Expiration', 'NoncurrentVersionExpiration', 'AbortIncompleteMultipartUpload'];
const TRANSITIONS = ['Transition', 'NoncurrentVersionTransition'];
const CONDITIONS = ['Prefix', 'ObjectSizeGreaterThan', 'ObjectSizeLessThan'];

export function parseLifecycle(root: XmlElement): GivenRule[] {
  requireOnly(root, 'Rule');
  return root.children('Rule').map(parseRule);
}

function parseRule(rule: XmlElement): GivenRule {
  requireOnly(rule, 'ID', 'Status', 'Prefix', 'Filter', ...ACTIONS, ...TRANSITIONS);
  const expiration = rule.child('Expiration');
  const noncurrent = rule.child('NoncurrentVersionExpiration');
  const abort = rule.child('AbortIncompleteMultipartUpload');
  const filter = rule.child('Filter');
  refuseTransitions(rule);
  return {
    Status: requiredText(rule, 'Status'),
    ...given({
      ID: textOf(rule, 'ID'),
      Prefix: textOf(rule, 'Prefix'),
      Filter: filter && parseFilter(filter),
      Expiration:
        expiration &&
        given({
          Days: integerOf(expiration, 'Days'),
          Date: textOf(expiration, 'Date')?.trim(),
          ExpiredObjectDeleteMarker: flagOf(expiration, 'ExpiredObjectDeleteMarker'),
        }),
      NoncurrentVersionExpiration:
        noncurrent &&
        given({
          NoncurrentDays: integerOf(noncurrent, 'NoncurrentDays'),
          NewerNoncurrentVersions: integerOf(noncurrent, 'NewerNoncurrentVersions'),
        }),
      AbortIncompleteMultipartUpload:
        abort && given({ DaysAfterInitiation: integerOf(abort, 'DaysAfterInitiation') }),
    }),
  };
}

/** A rule that was accepted and moved nothing would be believed to save money. */
function refuseTransitions(rule: XmlElement): void {
  for (const name of TRANSITIONS) {
    const transition = rule.children(name)[0];
    if (transition === undefined) continue;
    const storageClass = textOf(transition, 'StorageClass') ?? '';
    throw new S3Error(
      'InvalidStorageClass',
      `This store has one storage class: ${name} to ${storageClass} is not possible.`,
      { fields: { StorageClassRequested: storageClass } },
    );
  }
}

function parseFilter(filter: XmlElement): Filter {
  requireOnly(filter, ...CONDITIONS, 'Tag', 'And');
  const tag = filter.child('Tag');
  const all = filter.child('And');
  if (all !== undefined) requireOnly(all, ...CONDITIONS, 'Tag');
  return given({
    ...parseConditions(filter),
    Tag: tag && parseTag(tag),
    And: all && { ...parseConditions(all), ...tagsOf(all) },
  });
}

function parseConditions(conditions: XmlElement): Conditions {
  return given({
    Prefix: textOf(conditions, 'Prefix'),
    ObjectSizeGreaterThan: sizeOf(conditions, 'ObjectSizeGreaterThan'),
    ObjectSizeLessThan: sizeOf(conditions, 'ObjectSizeLessThan'),
  });
}

function tagsOf(conditions: XmlElement): Pick<Conditions, 'Tags'> {
  const tags = conditions.children('Tag').map(parseTag);
  return tags.length === 0 ? {} : { Tags: tags };
}

export function renderLifecycle(rules: readonly Rule[]): string {
  return document('LifecycleConfiguration', ...rules.map(renderRule));
}

function renderRule(rule: Rule): string {
  const { Expiration: expiration, NoncurrentVersionExpiration: noncurrent } = rule;
  const abort = rule.AbortIncompleteMultipartUpload;
  return element(
    'Rule',
    leaf('ID', rule.ID),
    leaf('Prefix', rule.Prefix),
    rule.Filter === undefined ? '' : renderFilter(rule.Filter),
    leaf('Status', rule.Status),
    expiration === undefined
      ? ''
      : element(
          'Expiration',
          leaf('Days', expiration.Days),
          leaf('Date', expiration.Date),
          leaf('ExpiredObjectDeleteMarker', expiration.ExpiredObjectDeleteMarker),
        ),
    noncurrent === undefined
      ? ''
      : element(
          'NoncurrentVersionExpiration',
          leaf('NoncurrentDays', noncurrent.NoncurrentDays),
          leaf('NewerNoncurrentVersions', noncurrent.NewerNoncurrentVersions),
        ),
    abort === undefined
      ? ''
      : element('AbortIncompleteMultipartUpload', leaf('DaysAfterInitiation', abort.DaysAfterInitiation)),
  );
}

function renderFilter(filter: Filter): string {
  const { And: all, Tag: tag } = filter;
  return element(
    'Filter',
    renderConditions(filter),
    tag === undefined ? '' : renderTag(tag),
    all === undefined ? '' : element('And', renderConditions(all), ...(all.Tags ?? []).map(renderTag)),
  );
}

function renderConditions(conditions: Conditions): string {
  return (
    leaf('Prefix', conditions.Prefix) +
    leaf('ObjectSizeGreaterThan', conditions.ObjectSizeGreaterThan) +
    leaf('ObjectSizeLessThan', conditions.ObjectSizeLessThan)
  );
}
