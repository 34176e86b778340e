import type { AccessTokenOptions } from '../options/access-token-options.js';
import type { AuthFlowOptions } from '../options/flow-options.js';

/** What an authorised fetch asks of its flow. */
export interface TokenSource {
  readonly options: AuthFlowOptions;
  readonly token: (options?: AccessTokenOptions) => Promise<string>;
  readonly header: (token: string) => readonly [name: string, value: string];
}
