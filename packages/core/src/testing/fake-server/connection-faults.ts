import { type Fault, faultAt, type FaultTiming } from './fault.js';

/** Waits for real milliseconds, before the server acts unless told. Use `hold` where a test can say when. */
export function delay(milliseconds: number, timing: FaultTiming = {}): Fault {
  return faultAt(`delay of ${milliseconds} ms`, timing, async () => pause(milliseconds));
}

/** Never answers. The connection stays open until the client leaves or the server stops. */
export function hang(timing: FaultTiming = {}): Fault {
  return faultAt('no answer', timing, ({ closed }) => closed.then(() => 'cut' as const));
}

/** Cuts the connection. With `processed: true` the server has acted, and its answer is lost. */
export function reset(timing: FaultTiming = {}): Fault {
  return faultAt('connection reset', timing, () => 'cut');
}

/** Cuts the connection in the middle of the body. The server has acted. */
export function truncate(): Fault {
  return {
    name: 'truncated body',
    send: async ({ status, headers, body }, { response }) => {
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
      await new Promise<void>((resolve) => response.write(body.slice(0, body.length / 2), () => resolve()));
      response.destroy();
    },
  };
}

/** Sends the body in pieces with a pause of `milliseconds` before each; 20 pieces by default. */
export function drip(milliseconds: number, pieces = 20): Fault {
  return {
    name: 'dripping body',
    send: async ({ status, headers, body }, { response }) => {
      response.writeHead(status, headers);
      response.flushHeaders();
      const size = Math.max(Math.ceil(body.length / pieces), 1);
      for (let at = 0; at < body.length && !response.destroyed; at += size) {
        await pause(milliseconds);
        response.write(body.slice(at, at + size));
      }
      response.end();
    },
  };
}

function pause(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds).unref());
}
