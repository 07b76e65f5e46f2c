// Lifecycle rules as XML.

import type {
  GetBucketLifecycleConfigurationReply,
  PutBucketLifecycleConfigurationRequest,
} from '../contracts/generated/messages.ts';
import { given } from './header-text.ts';
import { parseTag, renderTag } from './tag-set-document.ts';
import { document, element, leaf, type XmlElement } from './xml.ts';
import { flagOf, integerOf, requiredText, requireOnly, sizeOf, textOf } from './xml-fields.ts';

type GivenRule = PutBucketLifecycleConfigurationRequest['LifecycleConfiguration']['Rules'][number];
type Rule = GetBucketLifecycleConfigurationReply['Rules'][number];
type Filter = NonNullable<Rule['Filter']>;
type Conditions = NonNullable<Filter['And']>;
type Transition = NonNullable<GivenRule['Transitions']>[number];
type NoncurrentTransition = NonNullable<GivenRule['NoncurrentVersionTransitions']>[number];

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
      Transitions: listed(rule.children('Transition'), parseTransition),
      NoncurrentVersionTransitions: listed(
        rule.children('NoncurrentVersionTransition'),
        parseNoncurrentTransition,
      ),
    }),
  };
}

function parseTransition(transition: XmlElement): Transition {
  return given({
    Days: integerOf(transition, 'Days'),
    Date: textOf(transition, 'Date')?.trim(),
    StorageClass: textOf(transition, 'StorageClass')?.trim(),
  });
}

function parseNoncurrentTransition(transition: XmlElement): NoncurrentTransition {
  return given({
    NoncurrentDays: integerOf(transition, 'NoncurrentDays'),
    NewerNoncurrentVersions: integerOf(transition, 'NewerNoncurrentVersions'),
    StorageClass: textOf(transition, 'StorageClass')?.trim(),
  });
}

function listed<T>(elements: readonly XmlElement[], parse: (element: XmlElement) => T): T[] | undefined {
  return elements.length === 0 ? undefined : elements.map(parse);
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
    ...(rule.Transitions ?? []).map(renderTransition),
    ...(rule.NoncurrentVersionTransitions ?? []).map(renderNoncurrentTransition),
  );
}

function renderTransition({ Days, Date, StorageClass }: Transition): string {
  return element('Transition', leaf('Days', Days), leaf('Date', Date), leaf('StorageClass', StorageClass));
}

function renderNoncurrentTransition(transition: NoncurrentTransition): string {
  return element(
    'NoncurrentVersionTransition',
    leaf('NoncurrentDays', transition.NoncurrentDays),
    leaf('NewerNoncurrentVersions', transition.NewerNoncurrentVersions),
    leaf('StorageClass', transition.StorageClass),
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
