// Several sources of identities, one after the other: the configuration first, so that its keys work when NATS does not.

import type { Credential, CredentialSource } from './credentials.ts';
import type { IdentitySource, ResolvedIdentity } from './identity.ts';

export class IdentityChain implements CredentialSource, IdentitySource {
  readonly #sources: readonly (CredentialSource & IdentitySource)[];

  constructor(sources: readonly (CredentialSource & IdentitySource)[]) {
    this.#sources = sources;
  }

  find(accessKeyId: string, sessionToken?: string): ReturnType<CredentialSource['find']> {
    return firstOf<Credential>(this.#sources, (source) => source.find(accessKeyId, sessionToken));
  }

  identityOf(accountId: string, principalArn: string | undefined): ReturnType<IdentitySource['identityOf']> {
    return firstOf<ResolvedIdentity>(this.#sources, (source) => source.identityOf(accountId, principalArn));
  }
}

/** The first answer, without a turn of the event loop while sources answer at once. */
function firstOf<Answer extends object | string>(
  sources: readonly (CredentialSource & IdentitySource)[],
  ask: (source: CredentialSource & IdentitySource) => Answer | undefined | Promise<Answer | undefined>,
): Answer | undefined | Promise<Answer | undefined> {
  for (const [index, source] of sources.entries()) {
    const answer = ask(source);
    if (answer instanceof Promise) {
      const rest = sources.slice(index + 1);
      return answer.then((found) => found ?? firstOf(rest, ask));
    }
    if (answer !== undefined) return answer;
  }
  return undefined;
}
