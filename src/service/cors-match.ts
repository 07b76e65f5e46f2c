// Which CORS rule a request of a browser falls under. Source: the page "CORS" of the S3 user guide: the first rule whose origins, methods and
// headers all allow the request decides.

import type { CorsRule } from '../contracts/bucket-settings.ts';

export interface CrossOriginRequest {
  readonly origin: string;
  readonly method: string;
  /** What a preflight asks for; names of headers in any case. */
  readonly headers: readonly string[];
}

export function matchingRule(rules: readonly CorsRule[], request: CrossOriginRequest): CorsRule | undefined {
  return rules.find(
    (rule) =>
      rule.AllowedOrigins.some((pattern) => matches(pattern, request.origin)) &&
      rule.AllowedMethods.includes(request.method) &&
      request.headers.every((header) => allowsHeader(rule, header)),
  );
}

/** The asked headers in the form in which they are answered. */
export function allowedHeaders(rule: CorsRule, asked: readonly string[]): string[] {
  return asked.filter((header) => allowsHeader(rule, header)).map((header) => header.toLowerCase());
}

function allowsHeader(rule: CorsRule, header: string): boolean {
  const name = header.toLowerCase();
  return (rule.AllowedHeaders ?? []).some((pattern) => matches(pattern.toLowerCase(), name));
}

/** One `*` stands for any text, also for none. */
function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === text;
  const tail = pattern.slice(star + 1);
  const roomy = text.length >= pattern.length - 1;
  return roomy && text.startsWith(pattern.slice(0, star)) && text.endsWith(tail);
}
