import fc from 'fast-check';
import { marks } from './marks.js';
import { around, fields, mostly, objectText, strangers } from './odd-json.js';

const quoted = (text: string): string => JSON.stringify(text);
const jwt = `${btoa('{"alg":"none"}')}.${btoa('{"exp":1767230000,"sub":"ada"}')}.${marks.newId}`;

const record = fields({
  access_token: mostly(quoted(marks.oldAccess), quoted(marks.oldAccess), quoted(jwt)),
  refresh_token: mostly(quoted(marks.oldRefresh)),
  id_token: mostly(quoted(jwt)),
  token_type: mostly('"Bearer"'),
  scope: mostly('"read write"', '["read","write",5]'),
  expires_at: mostly('1767230000', '"1767230000"', '0'),
  expires_in: mostly('3600', '"3600"', '-1'),
  issued_at: mostly('1767225600', '1.5'),
  expiry_tm: mostly('1767230000', '1767230000000'),
  dpop_key: mostly('{"kty":"EC","d":"x"}', '{}'),
});

const stamp = fields({
  version: mostly('1', '2'),
  key: mostly('"credential"', '"credential"', '"another"'),
  generation: mostly('5', '9007199254740991'),
  requested_scope: mostly('"read"'),
  bootstrap: mostly('"00"'),
  unanswered: mostly('{"times":1,"since":0}', '{"times":9,"since":1e300}'),
});
const stamped = fc
  .tuple(record, strangers, fc.option(stamp))
  .map(([held, strange, notes]) =>
    objectText([...held, ...strange, ...(notes ? [['latchkey', objectText(notes)] as const] : [])]),
  );

/** Texts that stand where a record is looked for. */
export const storedTexts: fc.Arbitrary<string> = around(stamped);
