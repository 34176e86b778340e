import { systemClock } from '../../platform/clock.js';
import { causesOf } from '../../errors/error-causes.js';
import { AuthFlowError, LoginRequiredError } from '../../errors/index.js';
import { loadStorage } from '../load-storage.js';
import type { Outcome, Question, WorkerSettings } from './messages.js';
import { ParentLine } from './parent-line.js';
import { steppingFetch } from './stepping-fetch.js';
import { SteppingStorage } from './stepping-storage.js';
import { TortureFlow, tortureKey } from './torture-flow.js';

const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings;
const { storageModule, storageArguments, tokenEndpoint, guarded, lockTimeout, timeout } = settings;
let ahead = 0;
const line = new ParentLine();
const storage = new SteppingStorage(await loadStorage(storageModule, storageArguments), line, guarded);
const flow = new TortureFlow({
  server: { tokenEndpoint },
  clientId: 'torture',
  key: tortureKey,
  lockTimeout,
  timeout,
  storage,
  clock: { ...systemClock, now: () => Date.now() + ahead },
  fetch: steppingFetch(line, storage),
  headers: { 'x-process': String(process.pid) },
});

line.listen((question: Question) => {
  ahead = question.ahead;
  return Promise.all(Array.from({ length: question.calls }, call));
});

async function call(): Promise<Outcome> {
  try {
    await flow.getAccessTokenRefreshIfNecessary();
    return { kind: 'token' };
  } catch (error) {
    if (!(error instanceof AuthFlowError))
      return { kind: 'untyped', why: String((error as Error | undefined)?.stack ?? error) };
    const { code, retryable } = error;
    const causes = causesOf(error).map(({ name, message }) => `${name}: ${message}`);
    const why = code === 'STORAGE_UNAVAILABLE' ? causes.join(' Cause: ') : undefined;
    return { kind: 'error', code, retryable, needsLogin: error instanceof LoginRequiredError, why };
  }
}
