import { RevocationFailedError } from '@latchkey/core';
import { existsSync } from 'node:fs';
import type { Demo } from './demo.js';
import { createFlow } from './settings.js';
import { tokenFileOf } from './token-file.js';

/** Logs out, so that no refresh token lives on at the server. */
export async function logOut({ settings, report, signal }: Demo): Promise<void> {
  report.heading('Log out');
  try {
    await createFlow(settings).logout({ signal });
  } catch (error) {
    if (!(error instanceof RevocationFailedError)) throw error;
    report.line(`The server did not revoke the refresh token: ${error.message}`);
  }
  const seen = existsSync(tokenFileOf(settings)) ? 'still there' : 'deleted';
  report.check({ step: 'token file after the logout', expected: 'deleted', seen });
}
