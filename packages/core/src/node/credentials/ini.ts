import { malformed } from './text-file.js';

/** The entries of each section, all under the names that the file gives them. */
export type IniSections = Record<string, Record<string, string>>;

/**
 * Reads an INI file as Python's `configparser` does: names and values are split at the first `=` or `:`, and only whole
 * lines are comments. A value is taken as it stands: quotes stay, and `%` has no meaning.
 *
 * @throws CredentialsFileError that names the line
 */
export function parseIni(text: string, path: string): IniSections {
  // The libraries on npm end a value at ";" or "#" or take its quotes away, so that some secrets would be changed.
  const sections = new Map<string, Map<string, string>>();
  const seen = new Set<string>();
  let header = '';
  text.split(/\r\n|\n|\r/).forEach((raw, index) => {
    const line = raw.trim();
    const fault = (what: string): Error => malformed(path, `line ${index + 1} ${what}`);
    if (line === '' || line.startsWith('#') || line.startsWith(';')) return;
    if (line.startsWith('[')) {
      header = /^\[([^\]]+)\]/.exec(line)?.[1] ?? '';
      if (header === '') throw fault('is no section header');
      if (sections.has(header)) throw fault('begins a section a second time');
      sections.set(header, new Map());
      return;
    }
    const [, name = '', value = ''] = /^([^=:]*)[=:](.*)$/s.exec(line) ?? [];
    if (name.trim() === '') throw fault('is neither a section, nor a comment, nor "name = value"');
    const section = sections.get(header);
    if (!section) throw fault('stands before the first section');
    const identity = JSON.stringify([header, name.trim().toLowerCase()]);
    if (seen.has(identity)) throw fault('gives a value a second time');
    seen.add(identity);
    section.set(name.trim(), value.trim());
  });
  return Object.fromEntries([...sections].map(([name, entries]) => [name, Object.fromEntries(entries)]));
}
