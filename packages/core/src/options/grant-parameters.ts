import type { AuthFlowOptions } from './flow-options.js';

/** Makes the form fields of a token request: those of the options, then those of the grant, which win; `undefined` takes one away. */
export function grantParameters(
  { audience, scope, resource, parameters }: Pick<AuthFlowOptions, 'audience' | 'scope' | 'resource' | 'parameters'>,
  own: Readonly<Record<string, string | undefined>>,
): URLSearchParams {
  const form = new URLSearchParams();
  const said: Readonly<Record<string, string | undefined>> = {
    ...parameters,
    ...(scope !== undefined && { scope }),
    ...(audience !== undefined && { audience }),
    ...own,
  };
  for (const [name, value] of Object.entries(said)) if (value !== undefined) form.set(name, value);
  if (!form.has('resource')) for (const value of [resource ?? []].flat()) form.append('resource', value);
  return form;
}
