import { createHash } from 'node:crypto';

/**
 * Takes code and state out of the address bar and the tab's history: a tab that is reloaded or restored would show an
 * old code to the next login at the same port, and end it.
 */
const script = "history.replaceState(null, '', location.origin + location.pathname)";
const hash = createHash('sha256').update(script).digest('base64');

/** Allows the pages their style and their one script, and nothing else. */
export const contentSecurityPolicy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`;

/** What a person sees after the redirect. No page repeats anything of the request. */
export const pages = {
  received: page(
    'You are nearly done',
    'The login has reached the program. You can close this window and go back to it.',
  ),
  declined: page('The login was declined', 'The program has been told. You can close this window and go back to it.'),
  incomplete: page('This is no answer to a login', 'The program is still waiting. Go back to the window of the login.'),
  used: page('This login is over', 'Go back to the program. To log in again, start there.'),
  elsewhere: page('There is nothing here', 'This address serves one login of a program on this machine.'),
};

function page(title: string, text: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 20vh auto; padding: 0 1rem; color: #222; background: #fff }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #1a1a1a } }
</style>
<script>${script}</script>
</head>
<body>
<h1>${title}</h1>
<p>${text}</p>
</body>
</html>
`;
}
