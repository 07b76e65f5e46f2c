// What AWS accepts as the notification configuration of a bucket.

import { createHash } from 'node:crypto';
import type { NotificationFilter, NotificationSettings } from '../contracts/bucket-settings.ts';
import { S3Error } from '../contracts/s3-errors.ts';
import { NOTIFICATIONS_MAX, RULE_ID_CHARACTERS_MAX } from '../core/limits.ts';

interface GivenTarget {
  readonly Id?: string;
  readonly Events: readonly string[];
  readonly Filter?: NotificationFilter;
}
type Named<T> = T & { readonly Id: string };

interface GivenNotification {
  readonly TopicConfigurations?: readonly (GivenTarget & { readonly TopicArn: string })[];
  readonly QueueConfigurations?: readonly (GivenTarget & { readonly QueueArn: string })[];
  readonly LambdaFunctionConfigurations?: readonly (GivenTarget & { readonly LambdaFunctionArn: string })[];
  readonly EventBridgeConfiguration?: object;
}

/** Families of events and what AWS lists in each; a family stands for all of its events with `*`. */
const EVENT_FAMILIES: Readonly<Record<string, readonly string[]>> = {
  ObjectCreated: ['Put', 'Post', 'Copy', 'CompleteMultipartUpload'],
  ObjectRemoved: ['Delete', 'DeleteMarkerCreated'],
  ObjectRestore: ['Post', 'Completed', 'Delete'],
  Replication: [
    'OperationFailedReplication',
    'OperationNotTracked',
    'OperationMissedThreshold',
    'OperationReplicatedAfterThreshold',
  ],
  LifecycleExpiration: ['Delete', 'DeleteMarkerCreated'],
  ObjectTagging: ['Put', 'Delete'],
};
const SINGLE_EVENTS: ReadonlySet<string> = new Set([
  's3:ReducedRedundancyLostObject',
  's3:LifecycleTransition',
  's3:IntelligentTiering',
  's3:ObjectAcl:Put',
]);
const EVENT = /^s3:([A-Za-z]+):([A-Za-z]+|\*)$/;

/** The configuration as it may be kept, every entry with an id; or the error that AWS answers. */
export function checkedNotification(given: GivenNotification): NotificationSettings {
  const topics = named(given.TopicConfigurations, ({ TopicArn }) => TopicArn);
  const queues = named(given.QueueConfigurations, ({ QueueArn }) => QueueArn);
  const functions = named(given.LambdaFunctionConfigurations, ({ LambdaFunctionArn }) => LambdaFunctionArn);
  const all = [...topics, ...queues, ...functions];
  if (all.length > NOTIFICATIONS_MAX)
    throw invalid(`A bucket has at most ${NOTIFICATIONS_MAX} notification configurations.`, 'Configurations');
  if (new Set(all.map(({ Id }) => Id)).size < all.length)
    throw invalid('Same ID used for multiple configurations. IDs must be unique', 'Id');
  requireNoOverlap(all);
  return {
    ...(topics.length === 0 ? {} : { TopicConfigurations: topics }),
    ...(queues.length === 0 ? {} : { QueueConfigurations: queues }),
    ...(functions.length === 0 ? {} : { LambdaFunctionConfigurations: functions }),
    ...(given.EventBridgeConfiguration === undefined ? {} : { EventBridgeConfiguration: {} }),
  };
}

function named<T extends GivenTarget>(
  targets: readonly T[] | undefined,
  destinationOf: (target: T) => string,
): readonly Named<T>[] {
  return (targets ?? []).map((target) => {
    checkTarget(target, destinationOf(target));
    return { ...target, Id: target.Id ?? idOf(target) };
  });
}

function checkTarget(target: GivenTarget, destination: string): void {
  if (!/^arn:[^:]+:[^:]+:/.test(destination))
    throw invalid('The ARN could not be parsed', 'ARN', destination);
  if ((target.Id?.length ?? 0) > RULE_ID_CHARACTERS_MAX)
    throw invalid(`ID length should not exceed allowed limit of ${RULE_ID_CHARACTERS_MAX}`, 'Id');
  if (target.Events.length === 0) throw new S3Error('MalformedXML');
  const unknown = target.Events.find((event) => !isEvent(event));
  if (unknown !== undefined)
    throw invalid('A specified event is not supported for notifications.', 'Event', unknown);
  checkFilter(target);
}

function checkFilter(target: GivenTarget): void {
  const names = new Set<string>();
  for (const { Name } of target.Filter?.Key?.FilterRules ?? []) {
    const name = Name.toLowerCase();
    if (name !== 'prefix' && name !== 'suffix')
      throw invalid('filter rule name must be either prefix or suffix', 'FilterRule.Name', Name);
    if (names.has(name))
      throw invalid(`Cannot specify more than one ${name} rule in a filter.`, 'FilterRule.Name', Name);
    names.add(name);
  }
}

function isEvent(event: string): boolean {
  if (SINGLE_EVENTS.has(event)) return true;
  const [, family = '', kind = ''] = EVENT.exec(event) ?? [];
  if (!Object.hasOwn(EVENT_FAMILIES, family)) return false;
  return kind === '*' || EVENT_FAMILIES[family]?.includes(kind) === true;
}

/** AWS refuses two destinations for one event of one object. */
function requireNoOverlap(targets: readonly GivenTarget[]): void {
  for (const [at, one] of targets.entries()) {
    for (const other of targets.slice(at + 1)) {
      const shared = one.Events.some((a) => other.Events.some((b) => sharesEvents(a, b)));
      if (!shared || !sharesKeys(one, other)) continue;
      throw invalid(
        'Configurations overlap. Configurations on the same bucket cannot share a common event type.',
        'Configurations',
      );
    }
  }
}

function sharesEvents(a: string, b: string): boolean {
  if (a === b) return true;
  const family = a.slice(0, a.lastIndexOf(':'));
  return b.slice(0, b.lastIndexOf(':')) === family && (a.endsWith('*') || b.endsWith('*'));
}

/** Whether a key can satisfy both filters: it does when one prefix begins the other, and one suffix ends the other. */
function sharesKeys(a: GivenTarget, b: GivenTarget): boolean {
  const [prefixA, prefixB] = [ruleOf(a, 'prefix'), ruleOf(b, 'prefix')];
  const [suffixA, suffixB] = [ruleOf(a, 'suffix'), ruleOf(b, 'suffix')];
  return (
    (prefixA.startsWith(prefixB) || prefixB.startsWith(prefixA)) &&
    (suffixA.endsWith(suffixB) || suffixB.endsWith(suffixA))
  );
}

function ruleOf({ Filter }: GivenTarget, name: string): string {
  return Filter?.Key?.FilterRules?.find((rule) => rule.Name.toLowerCase() === name)?.Value ?? '';
}

/** The same for the same configuration, so that a repeated request changes nothing. */
function idOf(target: GivenTarget): string {
  return createHash('sha256').update(JSON.stringify(target)).digest('base64url').slice(0, 32);
}

function invalid(words: string, name: string, value?: string): S3Error {
  const fields = { ArgumentName: name, ...(value === undefined ? {} : { ArgumentValue: value }) };
  return new S3Error('InvalidArgument', words, { fields });
}
