/** A host name, with a port where it has one. */
const host = /^[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*(:\d{1,5})?$/i;

/** What may stand between two slashes or dots of a URL by itself. */
const name = /^[a-z\d_]([a-z\d_.-]*[a-z\d_])?$/i;

/** Returns a host name that was given. @throws TypeError for what is none, such as a URL */
export function checkHost(option: string, value: unknown): string {
  if (typeof value === 'string' && host.test(value)) return value;
  throw new TypeError(`${option} must be a host name, such as login.example.org: no scheme, no path.`);
}

/** Returns a name that was given, to become a part of a URL. @throws TypeError for what would change the URL */
export function checkName(option: string, value: unknown): string {
  if (typeof value === 'string' && name.test(value) && !value.includes('..')) return value;
  throw new TypeError(`${option} must be a name: letters, digits, "-", "_" and dots between them.`);
}

/** Returns a text that was given. @throws TypeError for none */
export function checkText(option: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new TypeError(`${option} must be a text that is not empty.`);
}
