import { type AuthFlow, explainResponse } from '@latchkey/core';

/** Who shares catalogs with the application. */
export interface Share {
  readonly _id: string;
  readonly name: string;
}

/** Calls the API with the tokens of a flow, whichever flow that is. */
export class IsogeoApi {
  readonly #flow: AuthFlow;
  readonly #url: string;

  constructor(flow: AuthFlow, url: string) {
    this.#flow = flow;
    this.#url = url.replace(/\/+$/, '');
  }

  /** What feeds the application; empty until somebody shares a catalog with it. */
  shares(): Promise<readonly Share[]> {
    return this.#get('/shares');
  }

  /** The account of the user who has logged in. */
  account(): Promise<Readonly<Record<string, unknown>>> {
    return this.#get('/account');
  }

  async #get<T>(path: string): Promise<T> {
    const response = await this.#flow.fetch(this.#url + path);
    const refusal = explainResponse(response);
    if (refusal) throw refusal;
    if (!response.ok) throw new Error(`Isogeo answered ${path} with status ${response.status}.`);
    return (await response.json()) as T;
  }
}
