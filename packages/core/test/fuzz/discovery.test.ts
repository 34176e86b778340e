import { describe, test } from '@jest/globals';
import { AuthFlowError, ClientCredentialsFlow } from '@latchkey/core';
import { TestClock } from '@latchkey/core/testing';
import fc from 'fast-check';
import { type Answer, answers, deliver } from './answer.js';
import { expectKinds, fuzz, patience } from './fuzz.js';
import { expectNoSecret, marks, shown } from './marks.js';
import { around, fields, mostly, objectText, strangers } from './odd-json.js';

const issuer = 'https://as.example';
const endpoint = mostly(
  ...[`"${issuer}/token"`, `"${issuer}/token"`, '"https://other.example/t"', '"http://127.0.0.1:1/token"'],
  ...['"http://as.example/token"', '"/token"', '"ftp://as.example/"', `"https://user:pw@as.example/token"`],
);
const document = fc
  .tuple(
    fc.constantFrom(`"${issuer}"`, `"${issuer}"`, `"${issuer}"`, `"${issuer}/"`, '"https://evil.example"', '5', 'null'),
    fields({
      token_endpoint: endpoint,
      revocation_endpoint: endpoint,
      mtls_endpoint_aliases: fc.oneof(fc.constant('{"token_endpoint":"http://as.example/"}'), mostly('{}')),
      token_endpoint_auth_methods_supported: mostly('["client_secret_basic"]', '[]'),
      jwks_uri: endpoint,
    }),
    strangers,
  )
  .map(([named, known, strange]) => objectText([['issuer', named], ...known, ...strange]));

const good: Answer = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: objectText([
    ['issuer', `"${issuer}"`],
    ['token_endpoint', `"${issuer}/token"`],
    ['__proto__', '{"issuer":5}'],
  ]),
  failure: 'none',
};
const documents = fc.oneof(
  {
    weight: 3,
    arbitrary: answers(around(document)).map((answer) => ({
      ...answer,
      headers: { ...good.headers, ...answer.headers },
    })),
  },
  { weight: 1, arbitrary: answers(around(document)) },
);
/** The answers for OpenID Connect and for RFC 8414. */
const published = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(documents, documents) },
  { weight: 1, arbitrary: fc.constant([{ ...good, status: 404 }, good] as const) },
  { weight: 1, arbitrary: documents.map((other) => [good, other] as const) },
);

function isSafe(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

async function outcomeOf([first, second]: readonly [Answer, Answer]): Promise<string> {
  const asked: string[] = [];
  const flow = new ClientCredentialsFlow({
    issuer,
    clientId: 'client',
    clientSecret: marks.clientSecret,
    clock: new TestClock({ autoAdvance: true }),
    fetch: (target, init) => {
      const url = target instanceof Request ? target.url : target.toString();
      asked.push(url);
      if (url.includes('/.well-known/')) return deliver(url.includes('openid') ? first : second, init);
      return Promise.resolve(Response.json({ access_token: marks.newAccess, token_type: 'Bearer', expires_in: 60 }));
    },
  });
  let outcome = 'a token';
  try {
    if ((await flow.getAccessTokenRefreshIfNecessary()) !== marks.newAccess) throw new Error('another token');
  } catch (error) {
    if (!(error instanceof AuthFlowError)) throw error;
    expectNoSecret(shown([error, flow]));
    if (first === good || (first.status === 404 && second === good)) throw error;
    outcome = error.code;
  }
  if (!asked.every(isSafe) || asked.length > 5) throw new Error(`Asked: ${asked.join()}`);
  const source = asked.some((url) => url.includes('oauth-authorization')) ? second : first;
  const isForeign =
    source.body.includes('"issuer":"https://evil.example"') && !source.body.includes(`"issuer":"${issuer}`);
  if (outcome === 'a token' && isForeign) throw new Error('The document is of another issuer.');
  return outcome;
}

describe('any metadata of a server', () => {
  test(
    'leads to a token by a safe URL of this issuer, or to an AuthFlowError',
    async () => {
      const kinds = await fuzz('discovery documents', published, outcomeOf);
      expectKinds(kinds, ['a token', 'DISCOVERY_INVALID', 'TOKEN_ENDPOINT_UNAVAILABLE', 'INSECURE_TRANSPORT']);
    },
    patience,
  );
});
