import type { AccessTokenOptions } from './access-token-options.js';
import type { AuthFlowOptions } from './auth-flow-options.js';

/** What an authorised fetch asks of its flow. */
export interface TokenSource {
  readonly options: AuthFlowOptions;
  readonly token: (options?: AccessTokenOptions) => Promise<string>;
  readonly header: (token: string) => readonly [name: string, value: string];
}
