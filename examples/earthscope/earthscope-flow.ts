import {
  ClientCredentialsFlowSimple,
  DeviceCodeFlowSimple,
  type DeviceCodePrompt,
  RefreshTokenFlowSimple,
  type StoredAuthFlow,
  type StoredAuthFlowOptions,
} from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import type { Settings } from './settings.js';

/** What a program may add to its settings. */
export interface FlowExtras extends Pick<StoredAuthFlowOptions, 'clock' | 'storage'> {
  readonly promptUser?: ((prompt: DeviceCodePrompt) => void | Promise<void>) | undefined;
}

/** Makes the flow that the settings are for: a machine's with a secret, one that starts from a token, else a person's. */
export function createFlow(settings: Settings, { promptUser, storage, clock }: FlowExtras = {}): StoredAuthFlow {
  const { issuer, domain, server, audience, clientId, clientSecret, refreshToken, scope } = settings;
  const common = {
    ...{ issuer, domain, server, audience, clientId, clock },
    storage: storage ?? new FileTokenStorage(settings.tokens),
    allowedOrigins: [new URL(settings.apiUrl).origin, 'https://earthscope.org', 'https://*.earthscope.org'],
    dialect: { revocationFormat: 'json' },
  } as const;
  if (clientSecret !== undefined) {
    return new ClientCredentialsFlowSimple({ ...common, clientSecret, clientAuthentication: 'client_secret_post' });
  }
  if (refreshToken !== undefined) return new RefreshTokenFlowSimple({ ...common, refreshToken });
  return new DeviceCodeFlowSimple({ ...common, scope, promptUser, autoRefreshThreshold: 3600 });
}
