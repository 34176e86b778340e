import { causesOf } from './error-causes.js';
import type { ErrorDetails } from './errors.js';

const codes =
  /^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE)|ERR_TLS_CERT_)/;

/** Returns what to say of a failure whose cause is a certificate that is not trusted; nothing for all others. */
export function aboutCertificate(error: unknown): ErrorDetails {
  if (!causesOf(error).some(({ code }) => typeof code === 'string' && codes.test(code))) return {};
  return {
    code: 'CERTIFICATE_NOT_TRUSTED',
    remedy:
      'If the server or a proxy on the way has a certificate of a private authority, give that authority by ' +
      'NODE_EXTRA_CA_CERTS or by the option fetch. Otherwise somebody may be listening: do not go on.',
  };
}
