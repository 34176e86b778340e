import { type DeviceCodeFlowOptions, DeviceCodeFlowSimple } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';

/** Who logs in where, and where the tokens are kept; all processes of the demo get the same. */
export interface Settings {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  readonly audience?: string | undefined;
  /** The folder for the token file. */
  readonly folder: string;
}

/** Makes the flow as any program would; each process makes its own. */
export function createFlow(
  { folder, ...server }: Settings,
  options: Pick<DeviceCodeFlowOptions, 'promptUser' | 'fetch'> = {},
): DeviceCodeFlowSimple {
  return new DeviceCodeFlowSimple({ ...server, ...options, storage: new FileTokenStorage(folder) });
}
