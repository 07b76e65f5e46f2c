// Notification configurations as XML, where functions and destinations have other names than in the API.

import type {
  GetBucketNotificationConfigurationReply,
  PutBucketNotificationConfigurationRequest,
} from '../contracts/generated/messages.ts';
import { given } from './header-text.ts';
import { document, element, leaf, type XmlElement } from './xml.ts';
import { requiredText, requireOnly, textOf, textsOf } from './xml-fields.ts';

type Given = PutBucketNotificationConfigurationRequest['NotificationConfiguration'];
type Notification = GetBucketNotificationConfigurationReply;
type Filter = NonNullable<NonNullable<Notification['TopicConfigurations']>[number]['Filter']>;

interface GivenTarget {
  Id?: string;
  Events: string[];
  Filter?: Filter;
}

export function parseNotification(root: XmlElement): Given {
  requireOnly(
    root,
    'TopicConfiguration',
    'QueueConfiguration',
    'CloudFunctionConfiguration',
    'EventBridgeConfiguration',
  );
  const targets = (name: string, destination: string): (GivenTarget & { arn: string })[] =>
    root.children(name).map((target) => parseTarget(target, destination));
  const topics = targets('TopicConfiguration', 'Topic');
  const queues = targets('QueueConfiguration', 'Queue');
  const functions = targets('CloudFunctionConfiguration', 'CloudFunction');
  return {
    ...(topics.length === 0
      ? {}
      : { TopicConfigurations: topics.map(({ arn, ...rest }) => ({ ...rest, TopicArn: arn })) }),
    ...(queues.length === 0
      ? {}
      : { QueueConfigurations: queues.map(({ arn, ...rest }) => ({ ...rest, QueueArn: arn })) }),
    ...(functions.length === 0
      ? {}
      : {
          LambdaFunctionConfigurations: functions.map(({ arn, ...rest }) => ({
            ...rest,
            LambdaFunctionArn: arn,
          })),
        }),
    ...(root.child('EventBridgeConfiguration') === undefined ? {} : { EventBridgeConfiguration: {} }),
  };
}

function parseTarget(target: XmlElement, destination: string): GivenTarget & { arn: string } {
  requireOnly(target, 'Id', 'Event', 'Filter', destination);
  const filter = target.child('Filter');
  return {
    arn: requiredText(target, destination),
    Events: textsOf(target, 'Event'),
    ...given({ Id: textOf(target, 'Id'), Filter: filter && parseFilter(filter) }),
  };
}

function parseFilter(filter: XmlElement): Filter {
  requireOnly(filter, 'S3Key');
  const rules = filter.child('S3Key')?.children('FilterRule') ?? [];
  return {
    Key: {
      FilterRules: rules.map((rule) => ({
        Name: requiredText(rule, 'Name'),
        Value: requiredText(rule, 'Value'),
      })),
    },
  };
}

export function renderNotification(notification: Notification): string {
  const { TopicConfigurations: topics, QueueConfigurations: queues } = notification;
  const { LambdaFunctionConfigurations: functions, EventBridgeConfiguration: everything } = notification;
  return document(
    'NotificationConfiguration',
    ...(topics ?? []).map((one) => renderTarget('TopicConfiguration', one, leaf('Topic', one.TopicArn))),
    ...(queues ?? []).map((one) => renderTarget('QueueConfiguration', one, leaf('Queue', one.QueueArn))),
    ...(functions ?? []).map((one) =>
      renderTarget('CloudFunctionConfiguration', one, leaf('CloudFunction', one.LambdaFunctionArn)),
    ),
    everything === undefined ? '' : element('EventBridgeConfiguration'),
  );
}

function renderTarget(
  name: string,
  target: { readonly Id: string; readonly Events: readonly string[]; readonly Filter?: Filter },
  destination: string,
): string {
  const rules = target.Filter?.Key?.FilterRules ?? [];
  const filter = rules.map((rule) =>
    element('FilterRule', leaf('Name', rule.Name), leaf('Value', rule.Value)),
  );
  return element(
    name,
    leaf('Id', target.Id),
    destination,
    ...target.Events.map((event) => leaf('Event', event)),
    target.Filter === undefined ? '' : element('Filter', element('S3Key', ...filter)),
  );
}
