import type { AuthFlow } from '@latchkey/core';
import got, { type Got } from 'got';

/** got with the token of a flow. It takes no fetch, so that two hooks do what `flow.fetch` does. */
export function createGot(flow: AuthFlow, api: string): Got {
  const { origin } = new URL(api);
  return got.extend({
    prefixUrl: api,
    hooks: {
      beforeRequest: [
        async ({ url, headers }) => {
          // got calls this for each redirect too, which may lead elsewhere.
          if (new URL(url ?? '').origin !== origin || headers['authorization']) return;
          headers['authorization'] = `Bearer ${await flow.getAccessTokenRefreshIfNecessary()}`;
        },
      ],
      afterResponse: [
        async (response, retry) => {
          const { authorization } = response.request.options.headers;
          if (response.statusCode !== 401 || !authorization) return response;
          const rejectedToken = String(authorization).replace('Bearer ', '');
          const token = await flow.getAccessTokenRefreshIfNecessary({ rejectedToken });
          return retry({ headers: { authorization: `Bearer ${token}` } }); // got does not come here again
        },
      ],
    },
  });
}
