import type { PutObjectLockConfigurationRequest } from '../../contracts/generated/messages.ts';
import type { Operation } from '../operation.ts';
import { integerOf, requestDocument, requireOnly, textOf } from '../xml-fields.ts';
import { malformed, type XmlElement } from '../xml.ts';
import { bucketParameters } from './bucket-parameters.ts';
import { lockModeOf } from './put-object-retention.ts';

type Configuration = PutObjectLockConfigurationRequest['ObjectLockConfiguration'];

export const putObjectLockConfiguration: Operation = {
  name: 'PutObjectLockConfiguration',
  anonymous: false,
  async handle(request) {
    const root = await requestDocument(request, 'ObjectLockConfiguration');
    await request.call('PutObjectLockConfiguration', {
      ...bucketParameters(request),
      ObjectLockConfiguration: parseConfiguration(root),
    });
    return { status: 200 };
  },
};

function parseConfiguration(root: XmlElement): Configuration {
  requireOnly(root, 'ObjectLockEnabled', 'Rule');
  if (textOf(root, 'ObjectLockEnabled')?.trim() !== 'Enabled') throw malformed();
  const rule = root.child('Rule');
  if (rule === undefined) return { ObjectLockEnabled: 'Enabled' };
  requireOnly(rule, 'DefaultRetention');
  const retention = rule.child('DefaultRetention');
  if (retention === undefined) throw malformed();
  requireOnly(retention, 'Mode', 'Days', 'Years');
  const Mode = lockModeOf(retention);
  const [Days, Years] = [integerOf(retention, 'Days'), integerOf(retention, 'Years')];
  if (Mode === undefined) throw malformed();
  const period = { ...(Days !== undefined && { Days }), ...(Years !== undefined && { Years }) };
  return { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode, ...period } } };
}
