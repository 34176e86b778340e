import type { ClientAuth } from '../load-openid-client.js';
import { fieldsOf, type ShapedRequest } from '../shaped-request.js';

/** A request as the protocol library describes it. */
export interface RequestForm {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: object;
}

/** Puts the fields that the server wants in place of OAuth's, before the client proves who it is. */
export function withFields(shaped: ShapedRequest | undefined, authenticate: ClientAuth): ClientAuth {
  if (!shaped || shaped.fields === shaped.form) return authenticate;
  const proveClient: (...all: Parameters<ClientAuth>) => unknown = authenticate;
  const replacing: unknown = async (...[server, client, body, headers]: Parameters<ClientAuth>): Promise<void> => {
    for (const name of [...shaped.form.keys(), ...shaped.fields.keys()]) body.delete(name);
    for (const [name, value] of shaped.fields) body.append(name, value);
    await proveClient(server, client, body, headers);
  };
  return replacing as ClientAuth; // the library awaits what it returns
}

/** The same request with its fields as JSON. */
export function formAsJson(init: RequestForm): RequestForm {
  const fields = init.body instanceof URLSearchParams ? fieldsOf(init.body) : {};
  return { ...init, body: JSON.stringify(fields), headers: { ...init.headers, 'content-type': 'application/json' } };
}
