import type { AuthFlow } from '../flow/auth-flow.js';
import { answerCases } from './flow-contract/answer-cases.js';
import type { AuthFlowFixture } from './flow-contract/auth-flow-fixture.js';
import { FlowScene } from './flow-contract/flow-scene.js';
import { outageCases } from './flow-contract/outage-cases.js';
import { renewalCases } from './flow-contract/renewal-cases.js';
import { secretCases } from './flow-contract/secret-cases.js';
import { sharingCases } from './flow-contract/sharing-cases.js';
import type { TestRunner } from './test-runner.js';

/**
 * Tests what every {@link AuthFlow} has to guarantee, yours with its own hooks or grant as much as ours, with any test
 * runner:
 *
 *     describeAuthFlow<MyFlow>('MyFlow', { describe, test }, {
 *       async create({ server, clock }) {
 *         const file = await makeFile();
 *         return {
 *           flow: () => new MyFlow({ issuer: server.issuer, clientId: 'app', clock, file }),
 *           logIn: (flow) => flow.doFlow(),
 *           dispose: () => removeFile(file),
 *         };
 *       },
 *     });
 *
 * @group Contracts
 */
export function describeAuthFlow<F extends AuthFlow>(
  name: string,
  { describe, test }: TestRunner,
  fixture: AuthFlowFixture<F>,
): void {
  describe(name, () => {
    for (const { title, body } of [
      ...answerCases(fixture),
      ...renewalCases(fixture),
      ...sharingCases(fixture),
      ...outageCases(fixture),
      ...secretCases,
    ]) {
      test(title, () => FlowScene.play(fixture, body));
    }
  });
}
