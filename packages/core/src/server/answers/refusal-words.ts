import { isJsonObject, isFilledText } from '../../platform/json-values.js';

type Fields = Readonly<Record<string, unknown>>;

/** The words of a refusal. */
export interface Refusal {
  readonly error: string | undefined;
  readonly description: string | undefined;
  /** Whether `error` stands where RFC 6749 section 5.2 has it. */
  readonly isOAuth: boolean;
}

/** Finds the words of a refusal, also where they have other names or lie deeper. */
export function readRefusal(body: Fields | undefined): Refusal {
  const { error, error_description, sub_error, errors } = body ?? {};
  const several: unknown[] = Array.isArray(errors) ? errors.slice(0, 20) : []; // arguments, for which the stack has room
  const [inner] = [error, body?.['fault'], ...several].filter(isJsonObject);
  const { resource, field } = inner ?? {};
  return {
    error: firstText(
      codeBefore(error),
      error,
      typeof error === 'number' && typeof sub_error === 'number' && `${error}.${sub_error}`, // Huawei's
      ...codesOf(inner),
      ...several.map(codeBefore),
      ...codesOf(body),
    ),
    description: firstText(
      error_description,
      codeBefore(error) && error,
      inner?.['message'],
      inner?.['faultstring'],
      isFilledText(resource) && isFilledText(field) ? `${resource} ${field}` : undefined,
      body?.['message'],
      ...otherNames.map((name) => body?.[name]),
      ...several,
    ),
    isOAuth: isFilledText(error),
  };
}

/** What servers call an explanation: amoCRM `hint`, RFC 9457 the next two, Okta `errorSummary`, Apigee `Error`. */
const otherNames = [
  'hint',
  'detail',
  'title',
  'error_message',
  'errorMessage',
  'errorSummary',
  'error_msg',
  'errmsg',
  'msg',
  'reason',
  'Error',
];

const codesOf = (fields: Fields = {}): unknown[] =>
  ['error_code', 'errorCode', 'code', 'errorType', 'ErrorCode', 'type', 'status'].map((name) => fields[name]);

/** Datadog, EVE Online and Dropbox have the code and its explanation in one text. */
function codeBefore(text: unknown): string | undefined {
  return isFilledText(text) ? /^invalid_(grant|client)(?=:| - )/.exec(text)?.[0] : undefined;
}

function firstText(...values: readonly unknown[]): string | undefined {
  return values.find(isFilledText);
}
