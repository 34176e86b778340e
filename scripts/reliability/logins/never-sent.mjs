/** Faults by which no request reaches a server: on real sockets, or, where a machine would have to be broken for it, by what undici is told. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { createServer as createTlsServer } from 'node:tls';
import { makeCertificate } from './certificates.mjs';

const undici = createRequire(new URL('../../../packages/core/package.json', import.meta.url))('undici');

/** Opens what listens badly. */
export async function neverSent(folder) {
  const open = [];
  const listen = async (server) => {
    server.on('connection', (socket) => socket.on('error', () => undefined));
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push(server.unref());
    return server.address().port;
  };
  const raw = (onConnection) => listen(createServer(onConnection));
  const tls = (options) => listen(createTlsServer(options, (socket) => socket.destroy()));
  const later = makeCertificate(folder, { from: 2080 });
  const elsewhere = makeCertificate(folder, { address: '127.0.0.9' });
  const closed = await raw(() => undefined);
  open.pop().close();
  const networks = new Set();
  const runOut = () => setImmediate(() => networks.forEach((network) => network.runOut()));

  const astray = (name, port, fetch) => ({
    name,
    isTransient: true,
    begin: ({ network }) => {
      network.detour = { url: `https://127.0.0.1:${port}/token`, fetch };
      networks.add(network);
    },
    end: ({ network }) => void networks.delete(network),
  });
  const told = (name, error) =>
    astray(name, closed, through(new undici.Agent({ connect: (_options, done) => done(error) })));
  const proxy = async (status) =>
    through(new undici.ProxyAgent(`http://127.0.0.1:${await raw((socket) => answer(socket, status))}`));
  const trusting = ({ cert }) => through(new undici.Agent({ connect: { ca: cert } }));

  const outages = [
    astray('connection refused', closed),
    astray('certificate not yet valid', await tls(later), trusting(later)),
    astray('certificate of another host', await tls(elsewhere), trusting(elsewhere)),
    astray('plain HTTP on the TLS port', await raw((socket) => answer(socket, '400 Bad Request'))),
    astray('TLS handshake reset', await raw((socket) => socket.once('data', () => socket.resetAndDestroy()))),
    astray('TLS handshake closed', await raw((socket) => socket.end())),
    astray('TLS handshake without an answer', await raw((socket) => socket.once('data', runOut))),
    astray('proxy answers CONNECT with 407', closed, await proxy('407 Proxy Authentication Required')),
    astray('proxy answers CONNECT with 502', closed, await proxy('502 Bad Gateway')),
    told('no file descriptor left', failure('EMFILE', 'connect')),
    told('no such name', failure('ENOTFOUND', 'getaddrinfo')),
    told('name server out of reach', failure('EAI_AGAIN', 'getaddrinfo')),
    told(
      'no address answers',
      new AggregateError([failure('ETIMEDOUT', 'connect'), failure('ENETUNREACH', 'connect')]),
    ),
  ];
  return { outages, close: () => open.forEach((server) => server.close()) };
}

function through(dispatcher) {
  return (url, init) => undici.fetch(url, { ...init, dispatcher });
}

function answer(socket, status) {
  socket.once('data', () => socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`));
}

function failure(code, syscall) {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}
