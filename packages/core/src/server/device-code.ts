import { DeviceCodeRequestError, type ErrorDetails } from '../errors/index.js';
import { type HttpAnswer, isSuccess } from './http-exchange.js';
import { readForm, readObject } from './answers/answer-body.js';
import { aboutRedirect } from './answers/redirect-answer.js';
import { detailsOf, isTransient, type Question } from './endpoint-answer.js';
import { unavailable } from './refusals.js';
import { readSeconds } from '../tokens/read-seconds.js';
import { parseUrl } from '../platform/urls.js';
import { isFilledText } from '../platform/json-values.js';

/** What a person needs to approve a login on another device (RFC 8628 section 3.2). @group Options */
export interface DeviceCodePrompt {
  /** The page to open. */
  readonly verificationUri: string;
  /** The code to type there. */
  readonly userCode: string;
  /** The page with the code filled in; many servers have none. */
  readonly verificationUriComplete: string | undefined;
  /** When the code ends. */
  readonly expiresAt: Date;
}

/** A device code: the prompt, and what the program polls with. */
export interface DeviceCode {
  readonly prompt: DeviceCodePrompt;
  /** Secret. */
  readonly deviceCode: string;
  /** Seconds between polls. */
  readonly interval: number;
}

/**
 * Reads the answer of the device authorization endpoint. `interval` may be missing (then 5 s, RFC 8628 section 3.2),
 * so may `verification_uri_complete`; numbers may be strings, and a
 * `user_code` of digits a number.
 *
 * @throws DeviceCodeRequestError, TokenEndpointUnavailableError
 */
export function readDeviceCode(answer: HttpAnswer, question: Question): DeviceCode {
  if (isTransient(answer.status)) throw unavailable(detailsOf(answer, question));
  const body = readObject(answer.text) ?? readForm(answer.text);
  const { device_code, user_code, verification_uri = body?.['verification_url'] } = body ?? {};
  const userCode = typeof user_code === 'number' ? String(user_code) : user_code;
  const page = readPage(verification_uri);
  if (!isSuccess(answer.status) || !isFilledText(device_code) || !isFilledText(userCode) || !page) {
    const lacking = isFilledText(device_code)
      ? isFilledText(userCode)
        ? 'verification_uri'
        : 'user_code'
      : 'device_code';
    throw new DeviceCodeRequestError({
      ...detailsOf(answer, question),
      ...(isSuccess(answer.status) && !isFilledText(body?.['error']) && incomplete(answer.status, lacking)),
      ...aboutRedirect(answer, question.secrets),
    });
  }
  const lifetime = readSeconds(body?.['expires_in']) ?? 300;
  return {
    deviceCode: device_code,
    interval: Math.max(1, readSeconds(body?.['interval']) ?? 5),
    prompt: {
      verificationUri: page,
      userCode: userCode.replace(new RegExp(String.raw`\p{C}`, 'gu'), ''), // it is printed on terminals; no literal: one-line.ts
      verificationUriComplete: readPage(body?.['verification_uri_complete']),
      expiresAt: new Date(Math.min(question.now + lifetime * 1000, 8.64e15)),
    },
  };
}

function incomplete(status: number, lacking: string): ErrorDetails {
  return {
    message: `The authorization server answered with status ${status}, but without a ${lacking} that can be used (RFC 8628 section 3.2).`,
    remedy:
      'Check that deviceAuthorizationEndpoint is the right URL. If the server has other names for it, or leaves out https://, translate its answer by the option dialect.answer.',
  };
}

function readPage(value: unknown): string | undefined {
  const url = isFilledText(value) ? parseUrl(value) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.href : undefined;
}
