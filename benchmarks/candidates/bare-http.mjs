/** A first token by node:http, reached in the way that loads least. */
import { createRequire } from 'node:module';

/** Asks each time; nothing is cached. */
export function inMemory({ origin, clientId, clientSecret }) {
  const { request } = createRequire(import.meta.url)('node:http');
  const form = `grant_type=client_credentials&client_id=${clientId}&client_secret=${encodeURIComponent(clientSecret)}`;
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': form.length };
  return () =>
    new Promise((resolve, reject) => {
      const sent = request(`${origin}/token`, { method: 'POST', headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => (text += part));
        response.on('end', () => resolve(JSON.parse(text).access_token));
      });
      sent.on('error', reject).end(form);
    });
}
