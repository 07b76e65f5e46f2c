import { aclDocument, aclHeaders } from '../acl-parameters.ts';
import type { Operation } from '../operation.ts';
import { versionHeader, versionParameters } from './get-object-acl.ts';

export const putObjectAcl: Operation = {
  name: 'PutObjectAcl',
  anonymous: true,
  async handle(request) {
    const { result } = await request.call('PutObjectAcl', {
      ...versionParameters(request),
      ...aclHeaders(request.headers),
      ...(await aclDocument(request)),
    });
    return { status: 200, headers: versionHeader(result.VersionId) };
  },
};
