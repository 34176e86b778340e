/** One renewal of every tenant by all hosts: who asks the token server, who waits, what Redis is sent. */

/**
 * `jitter` says by how much earlier than at 80 % of its life a token is renewed, as a share of the life: `host` drawn by
 * each host, `tenant` by each tenant. `waiting` is what a host does that finds the lock taken: `leave`, as a renewal ahead
 * does, or `stay` until the lock is released, as a call does that needs the token.
 */
export function renewAll(scene, { jitter, waiting }, random) {
  const { hosts, tenants, lifetime, callsPerSecond, answerSeconds, renewalCommands } = scene;
  const seconds = { requests: new Map(), commands: new Map() };
  const add = (what, at, count) => what.set(Math.floor(at), (what.get(Math.floor(at)) ?? 0) + count);
  const waiters = [];
  const asks = new Float64Array(hosts);
  for (let tenant = 0; tenant < tenants; tenant++) {
    const due = lifetime * (0.8 - jitter.tenant * random());
    let first = Infinity;
    for (let host = 0; host < hosts; host++) {
      const ahead = jitter.host === 0 ? 0 : lifetime * jitter.host * random();
      asks[host] = due - ahead - Math.log(1 - random()) / callsPerSecond;
      if (asks[host] < first) first = asks[host];
    }
    let count = -1; // the first is none
    for (const at of asks) {
      if (at <= first + answerSeconds) count++;
      else add(seconds.commands, at, 1); // a GET finds what the first has saved
    }
    add(seconds.requests, first, 1);
    add(seconds.commands, first + answerSeconds, renewalCommands);
    add(seconds.commands, first, commandsOfWaiters(count, waiting));
    waiters.push(count);
  }
  let herd = 0;
  for (const count of waiters) herd = Math.max(herd, commandsOfWaiters(count, waiting));
  const most = (map) => Math.max(...map.values());
  return {
    requestsInBusiestSecond: most(seconds.requests),
    commandsInBusiestSecond: most(seconds.commands),
    waiters: waiters.sort((a, b) => a - b)[waiters.length >> 1],
    commandsOfOneHerd: herd,
  };
}

/**
 * To leave costs a look and a try. Who stays looks, tries, subscribes, tries once more, looks again at the release, finds
 * the new token, and unsubscribes.
 */
function commandsOfWaiters(count, waiting) {
  return (waiting === 'leave' ? 2 : 6) * count;
}
