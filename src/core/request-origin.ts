/**
 * How a request reached a gateway, for the conditions of policies. A node believes it from a gateway of its own cluster alone
 * (bus/origin-seal.ts); what came over the bus by itself has none.
 */
export interface RequestOrigin {
  readonly sourceIp?: string;
  /** It came over TLS. */
  readonly secure?: boolean;
  /** `1.2` or `1.3`. */
  readonly tlsVersion?: string;
  readonly userAgent?: string;
  readonly referer?: string;
  /** How it was signed, in the words of `s3:authType`; absent: it was not. */
  readonly authType?: 'REST-HEADER' | 'REST-QUERY-STRING' | 'POST';
  /** In the words of `s3:signatureversion`; absent for a signed request: AWS4-HMAC-SHA256. */
  readonly signatureVersion?: 'AWS';
  readonly signatureAgeMs?: number;
  readonly contentSha256?: string;
}
