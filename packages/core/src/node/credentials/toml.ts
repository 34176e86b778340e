import { parse } from 'smol-toml';
import { isErrorLike } from '../../errors/error-causes.js';
import type { SettingsTree } from './settings-tree.js';

/**
 * Parses TOML. What is none gives the place of the fault, such as `at line 2, column 5`: the parser's own message quotes
 * the line, which may hold a secret.
 */
export function parseToml(text: string): { readonly content: SettingsTree } | { readonly fault: string } {
  try {
    return { content: parse(text) };
  } catch (error) {
    const { line, column } = (isErrorLike(error) ? error : {}) as { line?: number; column?: number };
    return { fault: line === undefined || column === undefined ? '' : ` at line ${line}, column ${column}` };
  }
}
