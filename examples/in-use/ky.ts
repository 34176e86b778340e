import type { AuthFlow } from '@latchkey/core';
import ky, { type KyInstance } from 'ky';

/** ky with the token of a flow. Its retries are its own: a request that is refused twice is not tried a third time. */
export function createKy(flow: AuthFlow, api: string): KyInstance {
  return ky.create({ prefixUrl: api, fetch: flow.asFetch() });
}
