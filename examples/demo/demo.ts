import type { IdentityProvider } from '../identity-provider/identity-provider.js';
import type { Report } from './report.js';
import type { Settings } from './settings.js';

/** What each step of the demo works with. */
export interface Demo {
  readonly settings: Settings;
  /** The embedded server; `undefined` when a real one is used, whose requests cannot be counted. */
  readonly server: IdentityProvider | undefined;
  /** Whether a scripted browser approves the login. */
  readonly auto: boolean;
  readonly report: Report;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}
