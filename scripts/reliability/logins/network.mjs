/** The way to the server: leads astray while a fault is on, and ends requests that got no answer in their time. */
import { ReadableStream } from 'node:stream/web';

/** Seconds after which a request counts as unanswered: the default of the option `timeout`. */
const timeout = 20;

export class Network {
  /** Where requests go instead: `{ url, fetch }`. */
  detour = undefined;
  /** How many were made. */
  sent = 0;
  #requests = new Map();
  #clock;
  #activity;

  constructor(clock, activity) {
    this.#clock = clock;
    this.#activity = activity;
  }

  /** A fetch that reads answers whole, as its caller does, so that nothing is under way once it has returned. */
  fetch = (url, init) => this.#activity.during(() => this.#send(url, init));

  /** Lets the time of a request run out, or that of all. */
  runOut(id) {
    for (const [key, request] of this.#requests) {
      if (id !== undefined && key !== id) continue;
      this.#clock.passTo(request.began + timeout * 1000);
      request.deadline.abort(new Error(`No complete answer within ${timeout} s.`));
    }
  }

  async #send(url, init) {
    this.sent++;
    const id = String(Math.random());
    const deadline = new AbortController();
    this.#requests.set(id, { deadline, began: this.#clock.now() });
    const signal = AbortSignal.any([init.signal, deadline.signal]);
    const headers = { ...Object.fromEntries(new Headers(init.headers)), 'x-request': id };
    const { fetch = globalThis.fetch, url: astray } = this.detour ?? {};
    try {
      return await readWhole(await fetch(astray ?? url, { ...init, headers, signal }));
    } finally {
      this.#requests.delete(id);
    }
  }
}

async function readWhole({ status, headers, body }) {
  if (!body) return new Response(null, { status, headers });
  try {
    const chunks = [];
    for await (const chunk of body) chunks.push(chunk);
    return new Response(Buffer.concat(chunks), { status, headers });
  } catch (error) {
    return new Response(new ReadableStream({ start: (controller) => controller.error(error) }), { status, headers });
  }
}
