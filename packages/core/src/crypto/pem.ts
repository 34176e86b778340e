/** A private key in a PEM text (RFC 7468): what it is called there, and what it holds. */
interface PemKey {
  readonly label: string;
  readonly body: string;
}

/** Why a PEM text gives no key, in words for whoever wrote it; nothing of the text is in them. */
export class PemError extends Error {}

/**
 * Returns the first private key of a text as PKCS #8 (RFC 5958). The text may have other things around the key, such as
 * certificates and bag attributes, and `\n` or spaces in place of line ends, as variables of the environment often do.
 * A key in PKCS #1 (RFC 8017 appendix A.1.2) or SEC1 (RFC 5915) is wrapped.
 *
 * @throws PemError when it holds none that can be used; an Error for what is no key
 */
export function pkcs8Of(text: string): string {
  const { label, body } = findKey(text);
  if (label.startsWith('ENCRYPTED') || body.includes('ENCRYPTED')) {
    throw new PemError(
      'it is encrypted, and WebCrypto decrypts none. In Node, privateKeyFile(path, { passphrase }) of ' +
        '@latchkey/core/node does, and createPrivateKey({ key, passphrase }) of node:crypto',
    );
  }
  if (label.startsWith('OPENSSH')) {
    throw new PemError('it is in the form of OpenSSH. `ssh-keygen -p -m PKCS8 -f FILE` changes a copy of the file');
  }
  const key = bytesOf(body);
  if (label === 'PRIVATE KEY') return pem(key);
  if (label === 'RSA PRIVATE KEY') return pem(wrapped(key, [...oid.rsaEncryption, ...nothing]));
  if (label === 'EC PRIVATE KEY') return pem(wrapped(key, [...oid.ecPublicKey, ...curveOf(key)]));
  throw new PemError(`it is a ${label}`);
}

function findKey(text: string): PemKey {
  const lines = text.replaceAll(/\\+[rn]/g, '\n');
  const found = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----(.*?)-----END \1-----/s.exec(lines);
  if (found) return { label: found[1] ?? '', body: found[2] ?? '' };
  const other = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(lines)?.[1];
  throw new PemError(other === undefined ? 'it is not PEM' : `it holds a ${other} and no whole private key`);
}

/** DER, tag and length included. */
const oid = {
  rsaEncryption: [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01],
  ecPublicKey: [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01],
};
const nothing = [0x05, 0x00];
const version0 = [0x02, 0x01, 0x00];
const tags = { octets: 0x04, sequence: 0x30, parameters: 0xa0 };

/** PrivateKeyInfo: a version, what kind of key it is, and the key. */
function wrapped(key: readonly number[], algorithm: readonly number[]): number[] {
  return element(tags.sequence, [...version0, ...element(tags.sequence, algorithm), ...element(tags.octets, key)]);
}

/** ECPrivateKey names its curve behind its version and the key itself. */
function curveOf(key: readonly number[]): readonly number[] {
  const [sequence] = elements(key);
  const parameters = elements(sequence?.content ?? []).find(({ tag }) => tag === tags.parameters);
  if (!parameters) throw new PemError('it does not name its curve');
  return parameters.content;
}

interface Element {
  readonly tag: number;
  readonly content: readonly number[];
}

function elements(bytes: readonly number[]): Element[] {
  const found: Element[] = [];
  for (let at = 0; at + 1 < bytes.length;) {
    const [tag = 0, first = 0] = bytes.slice(at, at + 2);
    const more = first < 0x80 ? 0 : first - 0x80;
    const start = at + 2 + more;
    const length = more === 0 ? first : bytes.slice(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0);
    found.push({ tag, content: bytes.slice(start, start + length) });
    at = start + length;
  }
  return found;
}

function element(tag: number, content: readonly number[]): number[] {
  const { length } = content;
  if (length < 0x80) return [tag, length, ...content];
  return length < 0x100 ? [tag, 0x81, length, ...content] : [tag, 0x82, length >> 8, length & 0xff, ...content];
}

function bytesOf(base64: string): number[] {
  return Array.from(atob(base64.replaceAll(/\s/g, '')), (character) => character.charCodeAt(0));
}

function pem(bytes: readonly number[]): string {
  return `-----BEGIN PRIVATE KEY-----\n${btoa(String.fromCharCode(...bytes))}\n-----END PRIVATE KEY-----`;
}
