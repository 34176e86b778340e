import type { AuthFlow } from '@latchkey/core';
import type { Attributes, Meter } from '@opentelemetry/api';

/**
 * Measures a flow by its events, until the returned function is called. `attributes` go with each measurement. The
 * credential's key does not: it names the account, which may be a person, and there may be very many.
 */
export function measure(flow: AuthFlow, meter: Meter, attributes: Attributes = {}): () => void {
  const renewals = meter.createCounter('latchkey.renewals', { description: 'New tokens, by how they came' });
  const durations = meter.createHistogram('latchkey.renewal.duration', {
    description: 'Time that it took to get new tokens and save them',
    unit: 's',
    advice: { explicitBucketBoundaries: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] },
  });
  const failures = meter.createCounter('latchkey.failures', { description: 'What went wrong, by its code' });

  const { events } = flow;
  const ends = [
    events.on('adopted', () => renewals.add(1, { ...attributes, event: 'adopted' })),
    ...(['renewed', 'authorized'] as const).map((event) =>
      events.on(event, ({ duration }) => {
        renewals.add(1, { ...attributes, event });
        durations.record(duration, { ...attributes, event });
      }),
    ),
    // `outcomeUnknown` is left out: `renewalFailed` follows it, and would count the same failure again.
    ...(['renewalFailed', 'loginRequired', 'saveFailed'] as const).map((event) =>
      events.on(event, ({ error }) => failures.add(1, { ...attributes, event, 'error.type': error.code })),
    ),
  ];
  return () => ends.forEach((end) => end());
}
