/** The token endpoint is down while a tenant's token is due: its hosts take turns at the lock, and all fail. */

const again = 10; // seconds after which a host tries again to renew ahead (packages/core/src/callers.ts)
const patience = 30; // seconds for which it waits for the lock (`lockTimeout`)

/** Requests and Redis commands a second of one tenant, and the most hosts that wait at once. */
export function tokenEndpointDown(scene, { seconds, failure }, random) {
  const { hosts, callsPerSecond, roundTrip } = scene;
  const turn = failure + 3 * roundTrip;
  let [idle, requests, commands, mostWaiting] = [hosts, 0, 0, 0];
  const resting = []; // ends of rests, in order
  const queue = []; // when each waiter began
  for (let now = 0; now < seconds; now += turn) {
    while (resting.length > 0 && resting[0] <= now) {
      resting.shift();
      idle++;
    }
    while (queue.length > 0 && queue[0] <= now - patience) {
      queue.shift();
      idle++;
    }
    const arrivals = Math.min(idle, poisson(idle * callsPerSecond * turn, random));
    idle -= arrivals;
    for (let count = 0; count < arrivals; count++) queue.push(now);
    commands += 4 * arrivals; // a look, a try, a subscription, a try
    mostWaiting = Math.max(mostWaiting, queue.length);
    if (queue.length === 0) continue;
    commands += queue.length + 3; // all are woken and try; one wins, looks, and releases
    requests++;
    const [began] = queue.splice(Math.floor(random() * queue.length), 1);
    if (began + again > now) insert(resting, began + again);
    else idle++;
  }
  return { requestsPerSecond: requests / seconds, commandsPerSecond: commands / seconds, mostWaiting };
}

/** The share of tokens that end in an outage of so many seconds, when they are renewed so many before their end. */
export function shareThatEnds({ lifetime }, { seconds, before }) {
  return Math.max(0, seconds - before) / (lifetime - before);
}

function insert(sorted, value) {
  let place = sorted.length;
  while (place > 0 && sorted[place - 1] > value) place--;
  sorted.splice(place, 0, value);
}

function poisson(mean, random) {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const limit = Math.exp(-mean);
  let [count, product] = [0, random()];
  while (product > limit) {
    count++;
    product *= random();
  }
  return count;
}

function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
