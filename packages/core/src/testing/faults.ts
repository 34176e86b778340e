import * as answers from './fake-server/answer-faults.js';
import * as connections from './fake-server/connection-faults.js';

/**
 * What can go wrong with an answer; for {@link FakeAuthorizationServer.nextAnswers}.
 *
 * @group Fake authorization server
 */
export const faults = { ...connections, ...answers };
