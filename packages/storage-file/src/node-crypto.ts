/** Node's crypto module, loaded when first needed: a program that finds a fresh token in its file needs none of it. */
export const nodeCrypto = (): typeof import('node:crypto') => process.getBuiltinModule('node:crypto');
