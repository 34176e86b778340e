import { TokenSet } from '@latchkey/core';
import { FileTokenStorage } from '@latchkey/storage-file';
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Demo } from './demo.js';
import type { Settings } from './settings.js';

/** Shows where the tokens are and who may read them; never the tokens. */
export function showTokenFile({ settings, report }: Demo): void {
  const file = tokenFileOf(settings);
  report.heading('Where the token is');
  report.line(file);
  report.line(String(readTokenFile(settings)));
  report.check({
    step: 'token stored',
    expected: 'sso_tokens.json 0600, folder 0700',
    seen: `${basename(file)} ${modeOf(file)}, folder ${modeOf(dirname(file))}`,
  });
}

/** Reads the token file behind the storage's back, as it stands there. */
export function readTokenFile(settings: Settings): TokenSet {
  return TokenSet.from(readFileSync(tokenFileOf(settings), 'utf8'));
}

/** The path of the token file, whether or not there is one. */
export function tokenFileOf({ folder }: Settings): string {
  return new FileTokenStorage(folder).id;
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8).padStart(4, '0');
}
