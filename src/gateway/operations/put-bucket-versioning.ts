import { S3Error } from '../../contracts/s3-errors.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import type { Operation } from '../operation.ts';
import { malformed, parseXml } from '../xml.ts';
import { bucketParameters } from './bucket-parameters.ts';

export const putBucketVersioning: Operation = {
  name: 'PutBucketVersioning',
  anonymous: false,
  async handle(request) {
    refuseUnsupported(request.headers, 'delete');
    const root = parseXml(await request.document(), 'VersioningConfiguration');
    const status = root.child('Status')?.text;
    const mfaDelete = root.child('MfaDelete')?.text ?? 'Disabled';
    if (mfaDelete === 'Enabled') throw new S3Error('NotImplemented', 'MFA delete is not implemented.');
    if (mfaDelete !== 'Disabled') throw malformed();
    if (status === undefined) throw new S3Error('IllegalVersioningConfigurationException');
    if (status !== 'Enabled' && status !== 'Suspended') throw malformed();
    await request.call('PutBucketVersioning', {
      ...bucketParameters(request),
      VersioningConfiguration: { Status: status },
    });
    return { status: 200 };
  },
};
