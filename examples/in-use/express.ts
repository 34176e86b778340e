import { type AuthorizationCodeFlow, type AuthorizationState, LoginRequiredError, RedirectError } from '@latchkey/core';
import express, { type ErrorRequestHandler, type Express, type Request } from 'express';
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
    else if (error instanceof RedirectError) response.status(400).send('This login failed. Begin again.');
    else next(error);
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
      await everyone.withAccount(session.account).completeAuthorization(request.originalUrl, pending);
      response.redirect('/files');
    })
    .get('/files', async (request, response) => {
      const answer = await flowOf(request).fetch(api);
      response.status(answer.status).json(await answer.json());
    })
    .use(onError);
}
