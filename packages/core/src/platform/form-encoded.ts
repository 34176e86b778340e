/**
 * A text as it stands in a form: like `URLSearchParams`, whose first use costs a program more than the rest of its key (URL
 * standard section 5.2).
 */
export function formEncoded(text: string): string {
  const wellFormed = text.replace(/[\ud800-\udfff]/gu, '\ufffd'); // halves of a pair alone, which are no characters
  return encodeURIComponent(wellFormed).replace(/%20|[!'()~]/g, (found) => (found === '%20' ? '+' : escaped(found)));
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
