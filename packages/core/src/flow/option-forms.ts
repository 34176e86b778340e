import { isJsonObject } from '../platform/json-values.js';

/** What an option must be, by its name: a check, and how to say it. */
export type OptionForms<Options> = {
  readonly [Name in keyof Options]?: readonly [check: (value: unknown) => boolean, form: string];
};

/** Checks the options that are given. `of` stands before their names. @throws TypeError that names the option, and says nothing of the value */
export function checkForms<Options extends object>(options: Options, forms: OptionForms<Options>, of = ''): void {
  for (const name of Object.keys(forms) as (keyof Options & string)[]) {
    const [check, form] = forms[name] ?? [];
    if (options[name] !== undefined && !check?.(options[name])) throw new TypeError(`${of}${name} must be ${form}.`);
  }
}

export const isString = (value: unknown): boolean => typeof value === 'string';
export const isFunction = (value: unknown): boolean => typeof value === 'function';
export const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
export const oneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);

/** A plain object of texts; what can be iterated, such as `Headers`, has its fields elsewhere. */
export function isTexts(value: unknown, isRight = isString): value is Readonly<Record<string, string>> {
  return isJsonObject(value) && !(Symbol.iterator in value) && Object.values(value).every(isRight);
}

/** Form fields or a query; `undefined` leaves one out. */
export function isFields(value: unknown): boolean {
  return isTexts(value, (text) => text === undefined || isString(text));
}
