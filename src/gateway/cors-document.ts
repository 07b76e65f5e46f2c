// CORS rules as XML.

import type { GetBucketCorsReply } from '../contracts/generated/messages.ts';
import { given } from './header-text.ts';
import { document, element, leaf, type XmlElement } from './xml.ts';
import { integerOf, requireOnly, textOf, textsOf } from './xml-fields.ts';

type CorsRules = GetBucketCorsReply['CORSRules'];

export function parseCors(root: XmlElement): CorsRules {
  requireOnly(root, 'CORSRule');
  return root.children('CORSRule').map((rule) => {
    requireOnly(
      rule,
      'ID',
      'AllowedHeader',
      'AllowedMethod',
      'AllowedOrigin',
      'ExposeHeader',
      'MaxAgeSeconds',
    );
    return {
      ...given({
        ID: textOf(rule, 'ID'),
        AllowedHeaders: listOf(rule, 'AllowedHeader'),
        ExposeHeaders: listOf(rule, 'ExposeHeader'),
        MaxAgeSeconds: maxAge(rule),
      }),
      AllowedMethods: textsOf(rule, 'AllowedMethod'),
      AllowedOrigins: textsOf(rule, 'AllowedOrigin'),
    };
  });
}

export function renderCors(rules: CorsRules): string {
  const leaves = (name: string, values: readonly string[] | undefined): string =>
    (values ?? []).map((value) => leaf(name, value)).join('');
  return document(
    'CORSConfiguration',
    ...rules.map((rule) =>
      element(
        'CORSRule',
        leaf('ID', rule.ID),
        leaves('AllowedHeader', rule.AllowedHeaders),
        leaves('AllowedMethod', rule.AllowedMethods),
        leaves('AllowedOrigin', rule.AllowedOrigins),
        leaves('ExposeHeader', rule.ExposeHeaders),
        leaf('MaxAgeSeconds', rule.MaxAgeSeconds),
      ),
    ),
  );
}

/** A negative age is none: browsers then ask again every time, as they do without one. */
function maxAge(rule: XmlElement): number | undefined {
  const seconds = integerOf(rule, 'MaxAgeSeconds');
  return seconds === undefined ? undefined : Math.max(0, seconds);
}

/** Absent and empty are the same. */
function listOf(rule: XmlElement, name: string): string[] | undefined {
  const values = textsOf(rule, name);
  return values.length === 0 ? undefined : values;
}
