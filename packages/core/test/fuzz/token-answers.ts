import fc from 'fast-check';
import { type Answer, answers } from './answer.js';
import { basic, marks } from './marks.js';
import { around, type Field, fields, mostly, objectText, oddValue, secretValue, strangers } from './odd-json.js';

const quoted = (text: string): string => JSON.stringify(text);
const jwt = (claims: object): string => `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(claims))}.${marks.newId}`;

const tokens = fields({
  access_token: mostly(quoted(marks.newAccess), quoted(jwt({ exp: 1_767_230_000 })), quoted(jwt({ exp: '5' }))),
  refresh_token: mostly(quoted(marks.newRefresh), quoted(marks.newRefresh), quoted(marks.oldRefresh)),
  token_type: mostly('"Bearer"', '"bearer"', '"DPoP"', '"mac"', '"bearer_token"'),
  expires_in: mostly('3600', '"3600"', '0', '1', '-1', '0.5', '1e300', 'null'),
  scope: mostly('"read"', '"read write"', '["read"]'),
});

const notes = fields({
  id_token: mostly(quoted(jwt({ iss: 'https://as.example', aud: 'client', exp: 1 })), quoted(marks.newId)),
  expires_at: oddValue,
  issued_at: oddValue,
  expiry_tm: oddValue,
  latchkey: mostly('{"key":"other","generation":9007199254740991}', '{"unanswered":{"times":9,"since":0}}'),
  dpop_key: mostly('{"d":"x"}', '{}'),
});

/** An error that echoes what was sent, or the tokens beside it. */
function refusals(...sent: readonly string[]): fc.Arbitrary<readonly Field[]> {
  const echo = secretValue(...sent, basic);
  const known = mostly('"invalid_grant"', '"invalid_client"', '"invalid_scope"', '"server_error"');
  return fields({
    error: fc.oneof({ weight: 6, arbitrary: known }, { weight: 1, arbitrary: echo }),
    error_description: fc.oneof({ weight: 4, arbitrary: echo }, oddValue),
    error_uri: echo,
  });
}

const none = fc.constant<readonly Field[]>([]);
const sometimes = (some: fc.Arbitrary<readonly Field[]>) =>
  fc.oneof({ weight: 3, arbitrary: none }, { weight: 2, arbitrary: some });

/** Answers of a token endpoint to a request that held these secrets. */
export function tokenAnswers(...sent: readonly string[]): fc.Arbitrary<Answer> {
  const body = fc
    .tuple(tokens, sometimes(notes), sometimes(refusals(...sent)), strangers, fc.boolean())
    .map(([held, noted, refused, strange, echoes]) =>
      objectText([...held, ...noted, ...refused, ...strange].map((field) => echoing(field, echoes ? held : []))),
    );
  return answers(around(body));
}

function echoing([name, value]: Field, held: readonly Field[]): Field {
  return name === 'error_description' && held.length > 0 ? [name, quoted(`no: ${objectText(held)}`)] : [name, value];
}

/** What an answer holds, read by nothing but JSON.parse. */
export interface Held {
  readonly accessToken: string | undefined;
  readonly refreshToken: string | undefined;
}

/** Says which tokens an answer brings: by RFC 6749 section 5.1, whatever stands beside them. */
export function heldBy({ status, body, failure }: Answer): Held {
  const isBodiless = status === 204 || status === 205;
  const isSuccess = failure === 'none' && status >= 200 && status <= 299 && !isBodiless;
  const { access_token, refresh_token } = isSuccess && body.length <= 1024 * 1024 ? read(body) : {};
  return { accessToken: textOf(access_token), refreshToken: textOf(refresh_token) };
}

function read(text: string): Record<string, unknown> {
  try {
    // What fetch decodes loses its byte order mark.
    const whole: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    const value: unknown = Array.isArray(whole) && whole.length === 1 ? whole[0] : whole;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
