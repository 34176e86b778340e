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
  const { error, error_description, errors } = body ?? {};
  const several: unknown[] = Array.isArray(errors) ? errors : [];
  const [inner] = [error, ...several].filter(isJsonObject);
  const { resource, field } = inner ?? {};
  return {
    error: firstText(error, ...codesOf(inner), ...codesOf(body)),
    description: firstText(
      error_description,
      inner?.['message'],
      isFilledText(resource) && isFilledText(field) ? `${resource} ${field}` : undefined,
      body?.['message'],
      ...otherNames.map((name) => body?.[name]),
      ...several,
    ),
    isOAuth: isFilledText(error),
  };
}

/** What servers call an explanation: RFC 9457 has the first two, Okta `errorSummary`, FastAPI and Django REST `detail`. */
const otherNames = ['detail', 'title', 'error_message', 'errorMessage', 'errorSummary', 'error_msg', 'msg', 'reason'];

const codesOf = ({ code, errorType, type, status }: Fields = {}): unknown[] => [code, errorType, type, status];

function firstText(...values: readonly unknown[]): string | undefined {
  return values.find(isFilledText);
}
