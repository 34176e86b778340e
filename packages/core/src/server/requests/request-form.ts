import { fieldsOf } from '../shaped-request.js';

/** A request as the protocol library describes it. */
export interface RequestForm {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: object;
}

/** The same request with its fields as JSON. */
export function formAsJson(init: RequestForm): RequestForm {
  const fields = init.body instanceof URLSearchParams ? fieldsOf(init.body) : {};
  return { ...init, body: JSON.stringify(fields), headers: { ...init.headers, 'content-type': 'application/json' } };
}
