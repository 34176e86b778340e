import { type Answer, Refusal } from './answer.js';
import type { Exchange, Fault } from './fault.js';
import { RefreshRefusal } from './refresh-token-families.js';

/**
 * Answers one request, with whatever befalls it, and notes in the ledger what became of it. The server acts even
 * when the client has left meanwhile, as servers do.
 */
export async function answerExchange(
  exchange: Exchange,
  fault: Fault | undefined,
  act: () => Promise<Answer>,
): Promise<void> {
  const { entry, response } = exchange;
  entry.fault = fault?.name;
  let altered = false;
  response.once('finish', () => (entry.answered = altered ? 'altered' : 'complete'));
  response.once('close', () => response.writableFinished || (entry.answered = 'lost'));
  let answer = await fault?.before?.(exchange);
  altered = answer !== undefined;
  if (answer === undefined) {
    const meant = await actAndNote(exchange, act);
    const instead = await fault?.after?.(meant, exchange);
    altered = instead !== undefined;
    answer = instead ?? meant;
  }
  if (answer === 'cut') {
    entry.answered = 'lost';
    response.socket?.resetAndDestroy();
  } else if (!response.destroyed) {
    await (fault?.send ?? sendWhole)(answer, exchange);
  }
}

async function actAndNote({ entry }: Exchange, act: () => Promise<Answer>): Promise<Answer> {
  entry.processed = true;
  try {
    const answer = await act();
    entry.outcome = `answered ${answer.status}`;
    if (entry.endpoint === 'token') {
      const { access_token, refresh_token } = JSON.parse(answer.body) as Record<string, string>;
      entry.outcome = 'issued';
      entry.issued = { accessToken: access_token ?? '', refreshToken: refresh_token };
    }
    return answer;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    entry.outcome = `refused: ${error.code}`;
    entry.reuse = error instanceof RefreshRefusal && error.reuse;
    return error.toAnswer();
  }
}

async function sendWhole({ status, headers, body }: Answer, { response }: Exchange): Promise<void> {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
