/**
 * The authorization server of the benchmark, in a process of its own: HTTP and HTTPS on loopback, tokens of about 1 KB
 * that look like JWTs, and a ledger. A realm is a client with its own counts, delay and refresh token; one that
 * rotates revokes the whole family when a used refresh token comes back (RFC 9700 section 4.14.2), without grace.
 *
 * Prints its ports as JSON, and ends when its stdin does. Started by `server/start.mjs`.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import process from 'node:process';

const [keyFile, certificateFile] = process.argv.slice(2);
const realms = new Map();
const random = () => randomBytes(12).toString('hex'); // Azure's libraries take no other letters
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const padding = randomBytes(420).toString('base64url');

const servers = [
  createServer(answer),
  createSecureServer({ key: readFileSync(keyFile), cert: readFileSync(certificateFile) }, answer),
];
const ports = await Promise.all(
  servers.map((server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)))),
);
console.log(JSON.stringify(ports));
process.stdin.resume().once('end', () => process.exit());

async function answer(request, response) {
  const body = await text(request);
  const { status = 200, ...content } = await route(request, body);
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(content));
}

async function route(request, body) {
  const { pathname } = new URL(request.url, 'http://127.0.0.1');
  if (pathname.startsWith('/control/')) return control(pathname, JSON.parse(body || '{}'));
  if (pathname.endsWith('/.well-known/openid-configuration')) return discovery(request, pathname);
  if (pathname === '/api') return api(request);
  const form = body.startsWith('{') ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
  if (pathname === '/login/device/code') return device();
  return tokenAnswer(request, form);
}

function control(pathname, body) {
  if (pathname === '/control/open') return openRealm(body);
  const realm = realms.get(body.clientId);
  if (pathname === '/control/change') return Object.assign(realm, body.change) && {};
  if (pathname === '/control/valid') return { valid: body.tokens.every((token) => realm.issued.has(token)) };
  const { requests, refused, discoveries, mostSockets, revoked, refreshToken } = realm;
  return { requests, refused, discoveries, mostSockets, alive: !revoked, refreshToken };
}

function openRealm({ lifetime = 3600, delay = 0, rotates = false }) {
  const realm = { clientId: `client-${random()}`, clientSecret: random(), lifetime, delay, rotates, padding };
  const ledger = {
    issued: new Set(),
    used: new Set(),
    requests: 0,
    refused: 0,
    discoveries: 0,
    sockets: new Set(),
    mostSockets: 0,
  };
  realms.set(realm.clientId, Object.assign(realm, ledger, { refreshToken: random(), revoked: false }));
  const { clientId, clientSecret, refreshToken } = realm;
  return { clientId, clientSecret, refreshToken, lifetime, accessToken: issue(realm) };
}

/** Azure's libraries ask for the endpoints of a tenant first; the tenant is named as the realm. */
function discovery(request, pathname) {
  const tenant = pathname.split('/')[1];
  const realm = realms.get(tenant);
  if (realm) realm.discoveries++;
  const issuer = `https://${request.headers.host}/${tenant}`;
  return {
    issuer,
    token_endpoint: `${issuer}/token`,
    authorization_endpoint: `${issuer}/authorize`,
    jwks_uri: `${issuer}/keys`,
  };
}

function api(request) {
  const token = /^(?:bearer|token) (.*)$/i.exec(request.headers.authorization ?? '')?.[1];
  const isKnown = [...realms.values()].some(({ issued }) => issued.has(token));
  return isKnown ? { ok: true } : { status: 401 };
}

function device() {
  const uri = 'http://127.0.0.1/device';
  return { device_code: random(), user_code: 'ABCD-EFGH', verification_uri: uri, expires_in: 900, interval: 0 };
}

async function tokenAnswer(request, form) {
  const realm = realms.get(form.client_id ?? form.clientId ?? basicUser(request));
  if (!realm) return { status: 401, error: 'invalid_client' };
  realm.requests++;
  countSocket(realm, request.socket);
  const presented = form.refresh_token ?? form.refreshToken;
  const isRefresh = (form.grant_type ?? form.grantType) === 'refresh_token';
  const refusal = isRefresh && redeem(realm, presented);
  if (realm.delay > 0) await new Promise((resolve) => setTimeout(resolve, realm.delay));
  if (refusal) return refusal;
  const token = issue(realm);
  const renewed = isRefresh && realm.rotates ? realm.refreshToken : undefined;
  // AWS's protocol has the same fields in another spelling.
  if ('grantType' in form)
    return { accessToken: token, expiresIn: realm.lifetime, refreshToken: renewed, tokenType: 'Bearer' };
  const scope = form.scope ?? (form.device_code ? '' : undefined); // as asked; GitHub's libraries want one always
  return { access_token: token, token_type: 'bearer', expires_in: realm.lifetime, refresh_token: renewed, scope };
}

/** Counts the sockets that are open at once and have brought a request of this realm. */
function countSocket(realm, socket) {
  if (realm.sockets.has(socket)) return;
  realm.sockets.add(socket);
  socket.once('close', () => realm.sockets.delete(socket));
  realm.mostSockets = Math.max(realm.mostSockets, realm.sockets.size);
}

/** Judged on arrival, before any delay, as a database would. Returns the refusal, if any. */
function redeem(realm, presented) {
  if (!realm.revoked && presented === realm.refreshToken) {
    if (!realm.rotates) return undefined;
    realm.used.add(presented);
    realm.refreshToken = random();
    return undefined;
  }
  if (realm.used.has(presented)) realm.revoked = true;
  realm.refused++;
  return { status: 400, error: 'invalid_grant' };
}

function issue(realm) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: 'benchmark', iat: now, exp: now + realm.lifetime, jti: random(), padding: realm.padding };
  const token = `${encode({ alg: 'RS256', typ: 'at+jwt' })}.${encode(claims)}.${randomBytes(256).toString('base64url')}`;
  realm.issued.add(token);
  return token;
}

function basicUser(request) {
  const [, basic] = /^basic (.*)$/i.exec(request.headers.authorization ?? '') ?? [];
  return basic && decodeURIComponent(Buffer.from(basic, 'base64').toString().split(':')[0]);
}

async function text(request) {
  let whole = '';
  for await (const part of request.setEncoding('utf8')) whole += part;
  return whole;
}
