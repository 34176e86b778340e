import process from 'node:process';

/**
 * Takes code and state out of the address bar and the tab's history: a tab that is reloaded or restored would show an
 * old code to the next login at the same port, and end it.
 */
const script = "history.replaceState(null, '', location.origin + location.pathname)";

/** Allows the pages their style and their one script, and nothing else. */
export function contentSecurityPolicy(): string {
  const { createHash } = process.getBuiltinModule('node:crypto'); // most programs that import this module need none of it
  const hash = createHash('sha256').update(script).digest('base64');
  return `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`;
}

const back = (program: string): string => `You can close this window and go back to ${program}.`;
const again = (program: string): string => `Go back to ${program}, which says why, and log in again from there.`;

/** Title and text of each page. No page repeats anything of the request. */
const texts = {
  worked: ['You are logged in', (program: string) => `The login worked. ${back(program)}`],
  received: ['You are nearly done', (program: string) => `The login has reached ${program}. ${back('it')}`],
  declined: ['The login was declined', (program: string) => `Nothing was stored. ${back(program)}`],
  refused: ['The server refused the login', (program: string) => `Nothing was stored. ${again(program)}`],
  failed: [
    'The login did not work',
    (program: string) => `The server sent you back, and then gave no tokens that can be used. ${again(program)}`,
  ],
  foreign: [
    'This is the answer to another login',
    (program: string) =>
      `It may come from an old window, or from somebody else, so nothing was stored. Go back to ${program} and log in again from there.`,
  ],
  incomplete: [
    'This is no answer to a login',
    (program: string) => `Still waiting: go back to the window of the login, or to ${program}.`,
  ],
  used: ['This login is over', (program: string) => `To log in again, start in ${program}.`],
  elsewhere: ['There is nothing here', () => 'This address serves one login of a program on this machine.'],
} as const;

/** What a person may see after the redirect. */
export type CallbackPage = keyof typeof texts;

const symbols: Partial<Record<CallbackPage, string>> = { worked: '✓', received: '✓' };

/** Writes a page, which names the program. */
export function callbackPage(kind: CallbackPage, program: string | undefined): string {
  const [title, text] = texts[kind];
  const name = program === undefined ? undefined : escaped(program);
  const symbol = symbols[kind] ?? '!';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${name === undefined ? title : `${title} – ${name}`}</title>
<style>
:root { --back: #fff; --text: #222; --mark: #${symbol === '!' ? 'a33b00' : '1a6b32'} }
@media (prefers-color-scheme: dark) { :root { --back: #1a1a1a; --text: #ddd; --mark: #${symbol === '!' ? 'ffa766' : '7fd494'} } }
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 15vh auto; padding: 0 1rem; overflow-wrap: anywhere; color: var(--text); background: var(--back) }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .75rem 0 }
p { margin: 0 }
.mark { width: 2.5rem; border: 2px solid; border-radius: 50%; text-align: center; font: bold 1.4rem/2.5rem system-ui, sans-serif; color: var(--mark) }
</style>
<script>${script}</script>
</head>
<body>
<main>
<div class="mark" aria-hidden="true">${symbol}</div>
<h1>${title}</h1>
<p>${text(name ?? 'the program')}</p>
</main>
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
