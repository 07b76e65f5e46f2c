// The default encryption of a bucket as XML.

import type {
  GetBucketEncryptionReply,
  PutBucketEncryptionRequest,
} from '../contracts/generated/messages.ts';
import { given } from './header-text.ts';
import { document, element, leaf, type XmlElement } from './xml.ts';
import { flagOf, requiredText, textOf } from './xml-fields.ts';

type Configuration = PutBucketEncryptionRequest['ServerSideEncryptionConfiguration'];
type ReadConfiguration = GetBucketEncryptionReply['ServerSideEncryptionConfiguration'];

export function parseEncryption(root: XmlElement): Configuration {
  return {
    Rules: root.children('Rule').map((rule) => {
      const chosen = rule.child('ApplyServerSideEncryptionByDefault');
      return given({
        ApplyServerSideEncryptionByDefault: chosen && {
          SSEAlgorithm: requiredText(chosen, 'SSEAlgorithm'),
          ...given({ KMSMasterKeyID: textOf(chosen, 'KMSMasterKeyID') }),
        },
        BucketKeyEnabled: flagOf(rule, 'BucketKeyEnabled'),
      });
    }),
  };
}

export function renderEncryption({ Rules: rules }: ReadConfiguration): string {
  return document(
    'ServerSideEncryptionConfiguration',
    ...rules.map((rule) =>
      element(
        'Rule',
        element(
          'ApplyServerSideEncryptionByDefault',
          leaf('SSEAlgorithm', rule.ApplyServerSideEncryptionByDefault?.SSEAlgorithm),
        ),
        leaf('BucketKeyEnabled', rule.BucketKeyEnabled ?? false),
      ),
    ),
  );
}
