import { causesOf } from '../errors/error-causes.js';
import type { ErrorDetails } from '../errors/index.js';

const certificate =
  /^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE)|ERR_TLS_CERT_)/;

/** Returns what to say of a failure that another try may not mend: an unknown name, a certificate that is not trusted. */
export function aboutNetworkFailure(error: unknown): ErrorDetails {
  const codes = causesOf(error).map(({ code }) => code);
  if (codes.includes('ENOTFOUND')) {
    return {
      remedy: 'Check how the name of the server is written, and that this machine is online; then try again.',
    };
  }
  if (!codes.some((code) => typeof code === 'string' && certificate.test(code))) return {};
  return {
    code: 'CERTIFICATE_NOT_TRUSTED',
    remedy:
      'If the server or a proxy on the way has a certificate of a private authority, give that authority by ' +
      'NODE_EXTRA_CA_CERTS or by the option fetch. Otherwise somebody may be listening: do not go on.',
  };
}
