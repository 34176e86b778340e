import type { TokenSet } from './token-set.js';

/**
 * Lists what of a record nobody may read in an error: every text in it but what its name, or who wrote it, makes no secret.
 * What a server gave beside the tokens may be one too.
 */
export function recordSecrets(tokens: TokenSet): string[] {
  const { token_type: _type, scope: _scope, latchkey, dpop_key, registered_client, ...fields } = tokens.toJSON();
  const { text, headers, dpop_key: unreadKey } = latchkey?.unread ?? {};
  const held = [fields, dpop_key?.['d'], registered_client?.['client_secret'], text, headers, unreadKey?.['d']];
  const secrets: string[] = [];
  JSON.stringify(held, (_name, value: unknown) => {
    if (typeof value === 'string') secrets.push(value);
    return value;
  });
  return secrets;
}
