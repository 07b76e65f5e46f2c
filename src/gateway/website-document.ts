// Website configurations as XML.

import type { GetBucketWebsiteReply } from '../contracts/generated/messages.ts';
import { given } from './header-text.ts';
import { document, element, leaf, malformed, type XmlElement } from './xml.ts';
import { requiredText, requireOnly, textOf } from './xml-fields.ts';

type Website = GetBucketWebsiteReply;
type RoutingRule = NonNullable<Website['RoutingRules']>[number];

export function parseWebsite(root: XmlElement): Website {
  requireOnly(root, 'IndexDocument', 'ErrorDocument', 'RedirectAllRequestsTo', 'RoutingRules');
  const index = root.child('IndexDocument');
  const error = root.child('ErrorDocument');
  const everything = root.child('RedirectAllRequestsTo');
  const rules = root.child('RoutingRules');
  return given({
    IndexDocument: index && { Suffix: requiredText(index, 'Suffix') },
    ErrorDocument: error && { Key: requiredText(error, 'Key') },
    RedirectAllRequestsTo: everything && {
      HostName: requiredText(everything, 'HostName'),
      ...given({ Protocol: textOf(everything, 'Protocol') }),
    },
    RoutingRules: rules?.children('RoutingRule').map(parseRule),
  });
}

function parseRule(rule: XmlElement): RoutingRule {
  const condition = rule.child('Condition');
  const redirect = rule.child('Redirect');
  if (redirect === undefined) throw malformed();
  return {
    ...given({
      Condition:
        condition &&
        given({
          HttpErrorCodeReturnedEquals: textOf(condition, 'HttpErrorCodeReturnedEquals'),
          KeyPrefixEquals: textOf(condition, 'KeyPrefixEquals'),
        }),
    }),
    Redirect: given({
      HostName: textOf(redirect, 'HostName'),
      HttpRedirectCode: textOf(redirect, 'HttpRedirectCode'),
      Protocol: textOf(redirect, 'Protocol'),
      ReplaceKeyPrefixWith: textOf(redirect, 'ReplaceKeyPrefixWith'),
      ReplaceKeyWith: textOf(redirect, 'ReplaceKeyWith'),
    }),
  };
}

export function renderWebsite(website: Website): string {
  const { IndexDocument: index, ErrorDocument: error, RedirectAllRequestsTo: everything } = website;
  return document(
    'WebsiteConfiguration',
    everything === undefined
      ? ''
      : element(
          'RedirectAllRequestsTo',
          leaf('HostName', everything.HostName),
          leaf('Protocol', everything.Protocol),
        ),
    index === undefined ? '' : element('IndexDocument', leaf('Suffix', index.Suffix)),
    error === undefined ? '' : element('ErrorDocument', leaf('Key', error.Key)),
    website.RoutingRules === undefined
      ? ''
      : element('RoutingRules', ...website.RoutingRules.map(renderRule)),
  );
}

function renderRule({ Condition: condition, Redirect: redirect }: RoutingRule): string {
  return element(
    'RoutingRule',
    condition === undefined
      ? ''
      : element(
          'Condition',
          leaf('HttpErrorCodeReturnedEquals', condition.HttpErrorCodeReturnedEquals),
          leaf('KeyPrefixEquals', condition.KeyPrefixEquals),
        ),
    element(
      'Redirect',
      leaf('Protocol', redirect.Protocol),
      leaf('HostName', redirect.HostName),
      leaf('ReplaceKeyPrefixWith', redirect.ReplaceKeyPrefixWith),
      leaf('ReplaceKeyWith', redirect.ReplaceKeyWith),
      leaf('HttpRedirectCode', redirect.HttpRedirectCode),
    ),
  );
}
