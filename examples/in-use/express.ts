import {
  AuthFlowError,
  type AuthorizationCodeFlow,
  type AuthorizationState,
  LoginRequiredError,
  RedirectError,
} from '@latchkey/core';
import express, { type ErrorRequestHandler, type Express, type Request } from 'express';
import { randomUUID } from 'node:crypto';
import { Sessions } from './express-sessions.js';

/**
 * An app whose users log in, and which calls an API as each of them. The flow's storage holds a token for each session;
 * `../isogeo` has the same for several processes, by node:http.
 */
export function createApp(everyone: AuthorizationCodeFlow, api: string): Express {
  const sessions = new Sessions<AuthorizationState>();
  const flowOf = (request: Request): AuthorizationCodeFlow => everyone.withAccount(sessions.of(request).account);

  const onError: ErrorRequestHandler = (error, _request, response, next) => {
    if (error instanceof LoginRequiredError) response.redirect('/login');
    else if (error instanceof RedirectError || (error instanceof AuthFlowError && error.code === 'INVALID_GRANT')) {
      response.status(400).send('This login failed. Begin again.');
    } else if (error instanceof AuthFlowError) {
      // By itself, Express would answer with the status of the error, which is that of the token endpoint.
      response.status(error.retryable ? 503 : 502).send('Not now. Try again later.');
    } else next(error);
  };

  return express()
    .use((request, response, next) => {
      if (request.get('sec-purpose') === undefined) next();
      else response.sendStatus(503); // a prefetch: not the person, whose login ends once
    })
    .get('/login', async (_request, response) => {
      const { url, state } = await everyone.startAuthorization();
      sessions.begin(response).pending = state;
      response.redirect(url);
    })
    .get('/callback', async (request, response) => {
      const session = sessions.of(request);
      const { pending } = session;
      session.pending = undefined; // each login ends once
      const account = randomUUID(); // for a session whose id is not known to whoever began the login
      await everyone.withAccount(account).completeAuthorization(request.originalUrl, pending);
      sessions.begin(response, account);
      response.redirect('/files');
    })
    .get('/files', async (request, response) => {
      const answer = await flowOf(request).fetch(api);
      const body = Buffer.from(await answer.arrayBuffer()); // which may be a page, a picture, or nothing
      // What users have put into the API is no page of this app: no script in it runs.
      response.set({ 'content-security-policy': 'sandbox', 'x-content-type-options': 'nosniff' });
      response.setHeader('content-type', answer.headers.get('content-type') ?? 'text/plain'); // `set` adds a charset
      response.status(answer.status).send(body);
    })
    .use(onError);
}
