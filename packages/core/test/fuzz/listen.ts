import type { FlowEventMap, FlowEvents } from '@latchkey/core';

const names = [
  ...(['loaded', 'renewed', 'adopted', 'authorized', 'saved', 'saveFailed', 'renewalFailed'] as const),
  ...([
    'loginRequired',
    'outcomeUnknown',
    'answerInvalid',
    'refreshTokenExpiring',
    'refreshTokenMissing',
    'loggedOut',
  ] as const),
] satisfies readonly (keyof FlowEventMap)[];

/** Keeps all that a flow tells. */
export function listen(events: FlowEvents): unknown[] {
  const heard: unknown[] = [];
  for (const name of names) events.on(name, (event) => heard.push(event));
  return heard;
}
