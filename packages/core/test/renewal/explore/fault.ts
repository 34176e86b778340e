/** What may go wrong at a step, as a choice of the explorer. */
export const everyFault = [
  'crash',
  'lease lost',
  'wait too long',
  'load fails',
  'save fails',
  'save unconfirmed',
  'never sent',
  'request lost',
  'request late',
  'answer lost',
] as const;

export type Fault = (typeof everyFault)[number];
