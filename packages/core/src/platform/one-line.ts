/** Made when it is first needed: V8 looks up all of Unicode for it, which a program that starts would wait for. */
let breaking: RegExp | undefined;

/** Puts a space in the place of each control character and line separator: they could forge lines in a log. */
export function onOneLine(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  breaking ??= new RegExp(String.raw`[\p{C}\p{Zl}\p{Zp}]`, 'gu');
  return text.replace(breaking, ' ');
}
