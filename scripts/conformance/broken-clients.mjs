/**
 * Clients that break one rule each: the text of a module is another, of `also` two. `caughtBy` is the scenario that must fail then;
 * without it the suite does not see the breach, and tests of our own do. That each text stands in the build is tested by
 * packages/core/test/resource/broken-clients.test.ts.
 */
export const brokenClients = [
  {
    breaks: 'asks for more scopes without an end',
    file: '/flow/stepping-up.js',
    from: 'await current.getAccessTokenRefreshIfNecessary({ interactive: true, signal });\n            if (token === sentToken(response))\n                return response;',
    to: '(await current.doFlow()).accessToken; logins = 0;',
    caughtBy: 'auth/scope-retry-limit',
  },
  {
    breaks: 'never asks for more scopes',
    file: '/flow/stepping-up.js',
    from: "problem?.code === 'INSUFFICIENT_SCOPE'",
    to: 'false',
    caughtBy: 'auth/scope-step-up',
  },
  {
    breaks: 'asks for the scopes of the metadata, not of the challenge',
    file: '/resource/discover-resource.js',
    from: 'said.scope ??',
    to: '',
    caughtBy: 'auth/scope-from-www-authenticate',
  },
  {
    breaks: 'takes a resource of another origin',
    file: '/resource/resource-metadata.js',
    from: '!covers(identifier, url)',
    to: 'false',
    caughtBy: 'auth/resource-mismatch',
  },
  {
    breaks: 'does not look where the challenge points',
    file: '/resource/discover-resource.js',
    from: 'said.resourceMetadata',
    to: 'undefined',
    caughtBy: 'auth/metadata-var3',
  },
  {
    breaks: 'registers where a metadata document would do',
    file: '/resource/client-choice.js',
    from: 'metadata.client_id_metadata_document_supported === true',
    to: 'false',
    caughtBy: 'auth/basic-cimd',
  },
  {
    breaks: 'sends its secret in the form where the header is wanted',
    file: '/server/requests/own-proof.js',
    from: "takesPostOnly ? 'client_secret_post' : 'client_secret_basic'",
    to: "'client_secret_post'",
    caughtBy: 'auth/token-endpoint-auth-basic',
  },
  {
    breaks: 'does not say which token it wants in exchange',
    file: '/grants/token-exchange-flow.js',
    from: 'requested_token_type: requestedTokenType',
    to: 'requested_token_type: undefined',
    caughtBy: 'auth/cross-app-access-complete-flow',
  },
  {
    breaks: 'does not say whom the grant in exchange is for',
    file: '/options/grant-parameters.js',
    from: '...(audience !== undefined && { audience }),',
    to: '',
    caughtBy: 'auth/cross-app-access-complete-flow',
  },
  {
    breaks: 'names no resource',
    file: '/options/grant-parameters.js',
    from: "if (!form.has('resource'))",
    to: 'if (false)',
    unseenBy: 'auth/metadata-default',
  },
  {
    breaks: 'steps up to the new scopes alone',
    file: '/tokens/scope.js',
    from: 'return unionOfScopes(wanted, known);',
    to: 'return wanted;',
    also: { file: '/flow/stored-auth-flow.js', from: 'unionOfScopes(this.options.scope, scope)', to: 'scope' },
    unseenBy: 'auth/scope-step-up',
  },
];
