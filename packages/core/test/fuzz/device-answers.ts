import fc from 'fast-check';
import { type Answer, answers } from './answer.js';
import { marks } from './marks.js';
import { around, fields, mostly, objectText, secretValue, strangers } from './odd-json.js';

const quoted = (text: string): string => JSON.stringify(text);

/** Answers of a device authorization endpoint (RFC 8628 section 3.2); `marks.code` is the device code. */
export const deviceAnswers: fc.Arbitrary<Answer> = answers(
  around(
    fc
      .tuple(
        fields({
          device_code: fc.oneof({ weight: 9, arbitrary: fc.constant(quoted(marks.code)) }, mostly('""')),
          user_code: mostly('"WDJB-MJHT"', '"A\\u001b[31m"'),
          verification_uri: mostly('"https://as.example/device"', '"javascript:alert(1)"', '"http://as.example"'),
          verification_uri_complete: mostly('"https://as.example/device?c=1"', '"file:///etc"'),
          expires_in: mostly('1800', '"1800"', '0', '1e300', '1'),
          interval: mostly('5', '0', '1e300', '-1', '0.001'),
        }),
        fc.oneof(
          { weight: 5, arbitrary: fc.constant([]) },
          fields({ error: mostly('"invalid_scope"'), error_description: secretValue(marks.clientSecret) }),
        ),
        strangers,
      )
      .map((parts) => objectText(parts.flat())),
  ),
).map((answer) => (answer.body.length % 3 === 0 ? answer : { ...answer, status: 200, failure: 'none' }));

/** Answers that keep a device login waiting. */
export const waits: fc.Arbitrary<Answer> = fc
  .constantFrom('authorization_pending', 'slow_down')
  .map((error) => ({ status: 400, headers: {}, body: objectText([['error', quoted(error)]]), failure: 'none' }));
