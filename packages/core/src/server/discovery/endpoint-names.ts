/** The endpoints that flows send something to, by their names in a server's metadata. */
export const endpointNames = [
  'token_endpoint',
  'authorization_endpoint',
  'device_authorization_endpoint',
  'pushed_authorization_request_endpoint',
  'introspection_endpoint',
  'revocation_endpoint',
  'userinfo_endpoint',
] as const;

export type EndpointName = (typeof endpointNames)[number];

/** What the option `server` calls an endpoint. */
export function optionOf(name: EndpointName): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
