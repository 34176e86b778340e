/** What is used of the protocol library; named, so that a bundle holds nothing else of it. */
export {
  buildAuthorizationUrl,
  buildAuthorizationUrlWithPAR,
  calculatePKCECodeChallenge,
  genericGrantRequest,
  initiateDeviceAuthorization,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  tokenIntrospection,
  tokenRevocation,
} from 'openid-client';
export { configure } from './configure.js';
