const { NODE_OPTIONS: _, ...inherited } = process.env;
const condition = inherited['LATCHKEY_CONDITION'];

/** What child processes of tests get: no option of Node, but for the one by which they too run over the published files. */
export const childEnvironment: NodeJS.ProcessEnv = {
  ...inherited,
  ...(condition !== undefined && { NODE_OPTIONS: `--conditions=${condition}` }),
};
