import { type AuthFlow, explainResponse } from '@latchkey/core';

/** A client of the API. Who calls, and how that is proven, is the flow's matter: a key, a user, a service. */
export class Client {
  readonly #flow: AuthFlow;
  readonly #url: string;

  constructor(flow: AuthFlow, url: string) {
    this.#flow = flow;
    this.#url = url.replace(/\/+$/, '');
  }

  /** Says who the API takes the caller for. */
  async whoAmI(): Promise<string> {
    const response = await this.#flow.fetch(`${this.#url}/me`);
    const refusal = explainResponse(response);
    if (refusal) throw refusal;
    if (!response.ok) throw new Error(`The API answered with status ${response.status}.`);
    return ((await response.json()) as { sub: string }).sub;
  }
}
