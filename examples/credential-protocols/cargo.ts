/**
 * A credential provider of cargo for one registry, by `credential-provider = ["…/cargo-credential-latchkey", INDEX]` where
 * INDEX is the registry's index-url, and the file starts `node …/cargo.js`.
 */
import { createInterface } from 'node:readline';
import { endOf, explain, howToLogIn, login } from './login.js';

interface CargoRequest {
  readonly kind: string;
  readonly registry: { readonly 'index-url': string };
  readonly args?: readonly string[];
}

/** Seconds. Cargo trusts the end to the second, so it is told an earlier one. */
const margin = 30;

console.log(JSON.stringify({ v: [1] }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line) as CargoRequest)));
}

async function answer({ kind, registry, args = [] }: CargoRequest): Promise<object> {
  if (registry['index-url'] !== args[0]) return { Err: { kind: 'url-not-supported' } };
  if (kind === 'login' || kind === 'logout') return refuse(`Other programs share this login. ${howToLogIn}`);
  if (kind !== 'get') return { Err: { kind: 'operation-not-supported' } };
  try {
    const flow = login(2 * margin);
    const token = await flow.getAccessTokenRefreshIfNecessary();
    const end = endOf(flow);
    const life = end === undefined ? { cache: 'session' } : { cache: 'expires', expiration: end - margin };
    return { Ok: { kind: 'get', token: `Bearer ${token}`, ...life, operation_independent: true } };
  } catch (error) {
    return refuse(explain(error));
  }
}

function refuse(message: string): object {
  return { Err: { kind: 'other', message, 'caused-by': [] } };
}
