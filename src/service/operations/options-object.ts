// OptionsObject: what a script of another origin may do with a bucket. Nobody need sign for the question: browsers ask it.

import type { OptionsObjectReply } from '../../contracts/generated/messages.ts';
import { S3Error } from '../../contracts/s3-errors.ts';
import { noSuchBucket, requireBucketName } from '../access.ts';
import { allowedHeaders, matchingRule } from '../cors-match.ts';
import { definedFields, type ServiceParts, type TypedHandler } from '../handler.ts';

const ANYBODY = '*';
const METHODS: ReadonlySet<string> = new Set(['GET', 'PUT', 'HEAD', 'POST', 'DELETE']);

export function optionsObject(parts: ServiceParts): TypedHandler<'OptionsObject'> {
  return async (request) => {
    const { Bucket: name, Origin: origin, RequestMethod: method, RequestHeaders: headers = [] } = request;
    requireBucketName(name);
    if (!METHODS.has(method))
      throw new S3Error('BadRequest', `Invalid Access-Control-Request-Method: ${method}`);
    const bucket = await parts.buckets.resolve(name);
    if (bucket === undefined) throw noSuchBucket(name);
    const rules = bucket.settings?.cors?.CORSRules;
    if (rules === undefined) throw forbidden(request, 'CORSResponse: CORS is not enabled for this bucket.');
    const rule = matchingRule(rules, { origin, method, headers });
    if (rule === undefined) throw forbidden(request, NOT_ALLOWED);
    const anybody = rule.AllowedOrigins.includes(ANYBODY);
    const result = definedFields<OptionsObjectReply>({
      AllowOrigin: anybody ? ANYBODY : origin,
      AllowMethods: [...rule.AllowedMethods],
      AllowHeaders: allowedHeaders(rule, headers),
      ExposeHeaders: [...(rule.ExposeHeaders ?? [])],
      MaxAgeSeconds: rule.MaxAgeSeconds,
      AllowCredentials: !anybody,
    });
    return { result };
  };
}

/** AWS's words. */
const NOT_ALLOWED =
  "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";

function forbidden(
  request: { readonly RequestMethod: string; readonly Key?: string },
  words: string,
): S3Error {
  const fields = {
    Method: request.RequestMethod,
    ResourceType: request.Key === undefined ? 'BUCKET' : 'OBJECT',
  };
  return new S3Error('AccessForbidden', words, { fields });
}
