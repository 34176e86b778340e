import type { AuthFlow } from '@latchkey/core';
import axios, { type AxiosInstance } from 'axios';

/** axios with the token of a flow. It takes a fetch since 1.12, when told to use its fetch adapter. */
export function createAxios(flow: AuthFlow, api: string): AxiosInstance {
  return axios.create({ baseURL: api, adapter: 'fetch', env: { fetch: flow.asFetch() } });
}
