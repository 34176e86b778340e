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
</head>
<body>
<h1>${title}</h1>
<p>${text}</p>
</body>
</html>
`;
}
