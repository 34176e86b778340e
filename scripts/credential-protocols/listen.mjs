/** A server on loopback for the time of a task. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import https from 'node:https';

/** Answers by `respond(request, response, body)`, and gives the task the server's host and port. */
export async function whileListening(respond, task, certificate) {
  const answer = async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    await respond(request, response, Buffer.concat(parts));
  };
  const handler = (request, response) => void answer(request, response).catch((error) => response.destroy(error));
  const server = certificate ? https.createServer(certificate, handler) : createServer(handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await task(`127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Answers with JSON. */
export function json(response, value, status = 200, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

/** The token that a request carries: as Bearer, or as the password of Basic. */
export function tokenOf({ headers: { authorization = '' } }) {
  const [scheme, value = ''] = authorization.split(' ');
  if (scheme !== 'Basic') return scheme === 'Bearer' ? value : undefined;
  return Buffer.from(value, 'base64')
    .toString()
    .replace(/^[^:]*:/, '');
}
