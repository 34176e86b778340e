import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type AuthFlow, MemoryTokenStorage, PasswordFlow, type TokenStorage } from '@latchkey/core';
import { asOtherProcess, FakeAuthorizationServer, faults, TestClock } from '@latchkey/core/testing';
import {
  AggregationTemporality,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { measure } from '../dist/in-use/telemetry.js';

let clock: TestClock;
let server: FakeAuthorizationServer;
let storage: TokenStorage;
let exporter: InMemoryMetricExporter;
let provider: MeterProvider;

beforeEach(async () => {
  clock = new TestClock({ autoAdvance: true });
  server = await FakeAuthorizationServer.start({ clock, expiresIn: 600 });
  storage = new MemoryTokenStorage();
  exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  provider = new MeterProvider({ readers: [reader] });
});

afterEach(async () => {
  await provider.shutdown();
  await server.stop();
});

function createFlow(place: TokenStorage): PasswordFlow {
  const person = { username: 'ada@example.org', password: 'a password' };
  return new PasswordFlow({ issuer: server.issuer, clientId: 'client', ...person, storage: place, clock });
}

function measured(flow: AuthFlow): () => void {
  return measure(flow, provider.getMeter('latchkey'), { service: 'orders' });
}

/** The counts by metric, event and code; of a histogram, how many there are and their sum. */
async function counts(): Promise<Record<string, unknown>> {
  await provider.forceFlush();
  const metrics =
    exporter
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  const found: Record<string, unknown> = {};
  for (const metric of metrics) {
    for (const { attributes, value } of metric.dataPoints) {
      const { event, service, 'error.type': code } = attributes;
      expect(service).toBe('orders');
      const name = [metric.descriptor.name, event, code].filter(Boolean).join(' ');
      found[name] = typeof value === 'number' ? value : [(value as Histogram).count, (value as Histogram).sum];
    }
  }
  return found;
}

describe('measure', () => {
  test('counts and times what was renewed here, and counts what another process renewed', async () => {
    const [here, there] = [createFlow(storage), createFlow(asOtherProcess(storage))];
    [here, there].forEach(measured);
    await here.getAccessTokenRefreshIfNecessary();
    await there.getAccessTokenRefreshIfNecessary();
    await clock.advance(601_000);
    const gate = server.hold({ grantType: 'refresh_token', processed: true });
    const renewed = here.getAccessTokenRefreshIfNecessary();
    await gate.arrived;
    await clock.advance(400);
    gate.release();
    await renewed;
    await there.getAccessTokenRefreshIfNecessary();
    expect(await counts()).toEqual({
      'latchkey.renewals authorized': 1,
      'latchkey.renewals renewed': 1,
      'latchkey.renewals adopted': 1,
      'latchkey.renewal.duration authorized': [1, 0],
      'latchkey.renewal.duration renewed': [1, 0.4],
    });
  });

  test('counts failures by their code, and each once', async () => {
    const flow = createFlow(storage);
    measured(flow);
    await flow.getAccessTokenRefreshIfNecessary();
    await clock.advance(601_000);
    const renewal = { grantType: 'refresh_token' };
    server.nextAnswers(renewal, faults.html(503));
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toThrow();
    server.nextAnswers(renewal, faults.reset());
    await expect(flow.getAccessTokenRefreshIfNecessary()).rejects.toThrow();
    expect(await counts()).toMatchObject({
      'latchkey.failures renewalFailed TOKEN_ENDPOINT_UNAVAILABLE': 1,
      'latchkey.failures renewalFailed REFRESH_OUTCOME_UNKNOWN': 1,
    });
  });

  test('exports no secret and no account', async () => {
    const flow = createFlow(storage);
    measured(flow);
    await flow.getAccessTokenRefreshIfNecessary();
    server.nextAnswers({ endpoint: 'token' }, faults.echoSecrets());
    await flow.refresh().catch(() => undefined);
    await provider.forceFlush();
    const exported = JSON.stringify(exporter.getMetrics());
    expect(exported).toContain('latchkey.renewals');
    for (const secret of [...server.secrets, 'a password', 'ada@example.org']) expect(exported).not.toContain(secret);
  });

  test('ends when it is told to', async () => {
    const flow = createFlow(storage);
    measured(flow)();
    await flow.getAccessTokenRefreshIfNecessary();
    expect(await counts()).toEqual({});
  });
});
