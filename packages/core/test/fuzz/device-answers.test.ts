import { describe, test } from '@jest/globals';
import { AuthFlowError, DeviceCodeFlow, type DeviceCodePrompt } from '@latchkey/core';
import { TestClock } from '@latchkey/core/testing';
import fc from 'fast-check';
import { type Answer, deliver } from './answer.js';
import { deviceAnswers, waits } from './device-answers.js';
import { expectKinds, fuzz, patience } from './fuzz.js';
import { listen } from './listen.js';
import { expectNoSecret, marks, shown } from './marks.js';
import { heldBy, tokenAnswers } from './token-answers.js';

const server = { tokenEndpoint: 'https://as.example/token', deviceAuthorizationEndpoint: 'https://as.example/device' };
const polls = fc.array(
  fc.oneof({ weight: 2, arbitrary: waits }, { weight: 1, arbitrary: tokenAnswers(marks.code, marks.clientSecret) }),
  { maxLength: 4 },
);
const approval: Answer = {
  status: 200,
  headers: {},
  body: `{"access_token":"${marks.newAccess}","token_type":"Bearer"}`,
  failure: 'none',
};

function expectHarmless({ verificationUri, verificationUriComplete, userCode, expiresAt }: DeviceCodePrompt): void {
  for (const page of [verificationUri, verificationUriComplete ?? verificationUri]) {
    if (!/^https?:/.test(page)) throw new Error(`A person is sent to ${page}`);
  }
  if (/\p{C}/u.test(userCode)) throw new Error('The code moves the cursor.');
  expiresAt.toISOString();
}

async function login([code, asked]: readonly [Answer, readonly Answer[]]): Promise<string> {
  const answers = [...asked];
  const given: Answer[] = [];
  const flow = new DeviceCodeFlow({
    server,
    clientId: 'client',
    clientSecret: marks.clientSecret,
    key: 'credential',
    clock: new TestClock({ autoAdvance: true }),
    promptUser: expectHarmless,
    fetch: (url, init) => {
      if (url === server.deviceAuthorizationEndpoint) return deliver(code, init);
      given.push(answers.shift() ?? approval);
      if (given.length > asked.length + 1) throw new Error('It polls on after an approval.');
      return deliver(given.at(-1) ?? approval, init);
    },
  });
  const events = listen(flow.events);
  try {
    const { accessToken } = await flow.doFlow();
    const last = given.at(-1);
    if (!last || accessToken !== heldBy(last).accessToken) throw new Error('It is not the token that the server gave.');
    expectNoSecret(shown([...events, flow]));
    return 'tokens';
  } catch (error) {
    if (!(error instanceof AuthFlowError)) throw error;
    expectNoSecret(shown([error, ...events, flow]));
    if (given.some((answer) => heldBy(answer).accessToken !== undefined)) throw error;
    return error.code;
  }
}

describe('any answers to a device login', () => {
  test(
    'end it with the token that was given or with an AuthFlowError, and send nobody anywhere but to a web page',
    async () => {
      // Polls wait for the clock, whose moves take a millisecond each: a smaller share.
      const kinds = await fuzz('device answers', fc.tuple(deviceAnswers, polls), login, { share: 1 / 50 });
      expectKinds(kinds, [...['tokens', 'DEVICE_CODE_EXPIRED', 'TOKEN_ENDPOINT_UNAVAILABLE']]);
    },
    patience,
  );
});
