/**
 * The token endpoint is down while tokens are due. After five failures in a row a host spares the server, for all its
 * tenants together (packages/core/src/server/cool-down.ts); each of its tenants is tried again by a call 10 s later at the
 * earliest (callers.ts), which looks into Redis before it finds that the server is spared.
 */

const free = 5;
const [first, longest] = [1, 60]; // seconds
const again = 10;

/** What all hosts send: requests on average and in the busiest second, and Redis commands a second. */
export function tokenEndpointDown(scene, { seconds, failure }, random) {
  const { hosts, tenants, callsPerSecond, roundTrip } = scene;
  const turn = failure + 3 * roundTrip; // for which a tenant's lease is held
  const sent = new Float64Array(Math.ceil(seconds));
  const perSecond = tenants / turn; // no more, since each tenant's hosts take turns
  for (let host = 0; host < hosts; host++) {
    let now = 0;
    for (let failures = 1; ; failures++) {
      // With many tenants, some call of this host comes at once; then the answer is waited for.
      now += -Math.log(1 - random()) / (tenants * callsPerSecond) + failure;
      if (now >= seconds) break;
      sent[Math.floor(now)]++;
      if (failures >= free) now += Math.min(first * 2 ** (failures - free) * (0.5 + random() / 2), longest);
    }
  }
  // What the leases hold back is sent later.
  let [late, total, busiest] = [0, 0, 0];
  for (const wanted of sent) {
    const now = Math.min(perSecond, wanted + late);
    late += wanted - now;
    total += now;
    busiest = Math.max(busiest, now);
  }
  const looks = (hosts * tenants) / (again + 1 / callsPerSecond);
  return { requestsPerSecond: total / seconds, busiest, commandsPerSecond: looks + (4 * total) / seconds };
}

/** The share of tokens that end in an outage of so many seconds, when they are renewed so many before their end. */
export function shareThatEnds({ lifetime }, { seconds, before }) {
  return Math.max(0, seconds - before) / (lifetime - before);
}
