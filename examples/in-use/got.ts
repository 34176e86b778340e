import type { AuthFlow } from '@latchkey/core';
import got, { type Got } from 'got';
import { inspect } from 'node:util';

/** Each error of got has the options of its request, which would be printed with it, and the token in them. */
const hidden = { value: () => '[options, with a token]' };
const unprinted = { toJSON: hidden, [inspect.custom]: hidden };

/**
 * got with the token of a flow. It takes no fetch, so that two hooks do what `flow.fetch` does: a header of the caller's own
 * stays, and no other origin is shown the token. `context` holds the header that was shown last.
 */
export function createGot(flow: AuthFlow, api: string): Got {
  const { origin } = new URL(api);
  return got.extend({
    prefixUrl: api,
    hooks: {
      beforeRequest: [
        async (options) => {
          Object.defineProperties(options, unprinted);
          const { url, headers, context } = options;
          // got calls this for each redirect too, and keeps the header on the way from https: to http: of one host.
          const isApi = new URL(url ?? '').origin === origin;
          if (!isApi && headers['authorization'] === context['shown']) delete headers['authorization'];
          if (!isApi || headers['authorization']) return;
          context['shown'] = headers['authorization'] = `Bearer ${await flow.getAccessTokenRefreshIfNecessary()}`;
        },
      ],
      afterResponse: [
        async (response, retry) => {
          const { url, headers, context } = response.request.options;
          const isShown = headers['authorization'] === context['shown'] && new URL(url ?? '').origin === origin;
          if (response.statusCode !== 401 || !isShown) return response;
          const rejectedToken = String(context['shown']).replace('Bearer ', '');
          const shown = `Bearer ${await flow.getAccessTokenRefreshIfNecessary({ rejectedToken })}`;
          return retry({ headers: { authorization: shown }, context: { shown } }); // got does not come here again
        },
      ],
    },
  });
}
