import { loadDpopProof } from '../crypto/load-dpop-proof.js';
import type { FlowSettings } from '../options/flow-settings.js';
import { grantParameters } from '../options/grant-parameters.js';
import type { CredentialState } from '../renewal/credential-state.js';
import { noteLoginRequest } from '../renewal/login/login-requests.js';
import type { OAuthClient } from '../server/oauth-client.js';
import { type FlowEvents, tellProblem } from '../tokens/flow-events.js';
import { assertAccessToken, mergeAnswer } from '../tokens/merge.js';
import { readSeconds } from '../tokens/read-seconds.js';
import type { TokenSet } from '../tokens/token-set.js';
import { askedFor } from './asked-for.js';

/** Who asks for new tokens, and how. */
export interface TokenRequest {
  readonly client: OAuthClient;
  readonly settings: FlowSettings;
  readonly key: string;
  readonly events: FlowEvents;
  readonly signal: AbortSignal | undefined;
  /** The credential, where a login asks: what comes is then noted for `settled`. A renewal is noted as a whole. */
  readonly login: CredentialState | undefined;
}

type OwnParameters = Readonly<Record<string, string | undefined>>;

/** Requests new tokens by a grant. What scopes were asked for is noted beside them, since the server may grant others. */
export function requestByGrant(request: TokenRequest, grantType: string, parameters: OwnParameters): Promise<TokenSet> {
  const tokens = receive(request, grantType, parameters);
  return request.login ? noteLoginRequest(request.login, tokens) : tokens;
}

async function receive(
  { client, settings, key, events, signal, login }: TokenRequest,
  grantType: string,
  parameters: OwnParameters,
): Promise<TokenSet> {
  const dpopKey = settings.dpop ? await (await loadDpopProof()).createDpopKey() : undefined;
  const form = grantParameters(settings, parameters);
  const answer = await client.requestTokens(grantType, client.shape(grantType, form), { signal, dpopKey });
  tellProblem(events, key, answer.problem);
  assertAccessToken(answer.body);
  const { refresh_token, expires_in } = answer.body;
  // To Mailchimp 0 means for ever; a login that nothing renews would be of no use if it had ended.
  const isEndless = login && !refresh_token && readSeconds(expires_in) === 0;
  const body = isEndless ? { ...answer.body, expires_in: undefined } : answer.body;
  const received = mergeAnswer(body, answer.sentAt).withUnread(answer.unread);
  const tokens = askedFor(form.get('scope') ?? undefined, received);
  return dpopKey ? tokens.boundTo(dpopKey) : tokens;
}
