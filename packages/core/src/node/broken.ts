import '../tokens/scope.js';
export const broken = 1;
