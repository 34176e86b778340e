import '../server/refusals.js';
export const broken = 1;
