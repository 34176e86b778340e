import { AuthFlowError, type AuthorizationCodeFlow, LoginRequiredError } from '@latchkey/core';

/** A handler of a route: what `route.ts` exports as `GET`, `POST` and so on. */
export type RouteHandler = (request: Request) => Promise<Response>;

/**
 * Makes a route of Next.js that hands requests on to an API with the token of whoever is logged in:
 *
 *     export const GET = apiRoute(everyone, { api: 'https://api.example.org', userOf });
 *
 * Make `everyone` once, in a module of its own, over a storage that all instances share. The API's cookies and the caller's stay
 * on their side. What users have put into the API, such as a page, is shown to browsers as no page of this app: no script in it runs.
 */
export function apiRoute(
  everyone: AuthorizationCodeFlow,
  { api, userOf }: { readonly api: string; readonly userOf: (request: Request) => Promise<string | undefined> },
): RouteHandler {
  return async (request) => {
    const user = await userOf(request);
    if (user === undefined) return Response.json({ error: 'NOT_LOGGED_IN' }, { status: 401 });
    const { pathname, search } = new URL(request.url);
    const { method, signal } = request;
    const body = ['GET', 'HEAD'].includes(method) ? null : await request.arrayBuffer();
    const headers = pick(request.headers, ['accept', 'content-type']);
    try {
      const flow = everyone.withAccount(user);
      const target = Object.assign(new URL(api), { pathname, search }); // '//host/' as a relative URL is another host
      const answer = await flow.fetch(target, { method, headers, body, signal });
      const kept = pick(answer.headers, ['content-type', 'content-disposition']);
      kept.set('content-security-policy', 'sandbox');
      kept.set('x-content-type-options', 'nosniff');
      return new Response(answer.body, { status: answer.status, headers: kept });
    } catch (error) {
      if (error instanceof LoginRequiredError) return Response.json({ error: error.code }, { status: 401 });
      if (!(error instanceof AuthFlowError)) throw error;
      return Response.json({ error: error.code }, { status: error.retryable ? 503 : 502 });
    }
  };
}

function pick(headers: Headers, names: readonly string[]): Headers {
  return new Headers([...headers].filter(([name]) => names.includes(name)));
}
