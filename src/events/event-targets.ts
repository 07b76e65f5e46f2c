// Which of a bucket's notification configurations want an event, and deliver it to NATS.

import type { BucketSettings, NotificationFilter } from '../contracts/bucket-settings.ts';
import type { EventName } from './event-document.ts';

/** `arn:predastore:nats:::events`: what else stands there is other people's business and is not delivered to. */
const NATS_TARGET = 'arn:predastore:nats:';

interface Target {
  readonly Id: string;
  readonly Events: readonly string[];
  readonly Filter?: NotificationFilter;
}

/** Whether a bucket has any target that we deliver to. */
export function isNotified(settings: BucketSettings | undefined): boolean {
  return natsTargets(settings).length > 0;
}

/** Ids of the configurations that want this event of this key. */
export function targetsOf(settings: BucketSettings | undefined, name: EventName, key: string): string[] {
  return natsTargets(settings)
    .filter(({ Events, Filter }) => Events.some((wanted) => covers(wanted, name)) && passes(Filter, key))
    .map(({ Id }) => Id);
}

function natsTargets(settings: BucketSettings | undefined): readonly Target[] {
  const { TopicConfigurations = [], QueueConfigurations = [] } = settings?.notification ?? {};
  return [
    ...TopicConfigurations.filter(({ TopicArn }) => TopicArn.startsWith(NATS_TARGET)),
    ...QueueConfigurations.filter(({ QueueArn }) => QueueArn.startsWith(NATS_TARGET)),
  ];
}

/** `s3:ObjectCreated:*` covers `ObjectCreated:Put`. */
function covers(wanted: string, name: EventName): boolean {
  const pattern = wanted.replace(/^s3:/, '');
  return pattern === name || (pattern.endsWith(':*') && name.startsWith(pattern.slice(0, -1)));
}

function passes(filter: NotificationFilter | undefined, key: string): boolean {
  const rules = filter?.Key?.FilterRules ?? [];
  return rules.every(({ Name, Value }) =>
    Name.toLowerCase() === 'prefix' ? key.startsWith(Value) : key.endsWith(Value),
  );
}
