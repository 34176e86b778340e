import type { Configuration } from 'oidc-provider';

type DeviceFlow = NonNullable<NonNullable<Configuration['features']>['deviceFlow']>;
type Pages = Pick<DeviceFlow, 'userCodeInputSource' | 'userCodeConfirmSource' | 'successSource'>;

/** What the embedded server shows a person around the login: enter the code, compare it, done. */
export const devicePages: Pages = {
  userCodeInputSource(ctx, form, _out, error) {
    if (error?.name === 'AbortedError') {
      ctx.body = page('Not logged in', '<p>The terminal has been told. You can close this page.</p>');
      return;
    }
    const problem = error ? '<p>That did not work. Is the code right, and has it not been used?</p>' : '';
    const button = '<button type="submit" form="op.deviceInputForm">Continue</button>';
    ctx.body = page('Enter the code', `${problem}${form}${button}`);
  },
  userCodeConfirmSource(ctx, form, _client, _device, userCode) {
    ctx.body = page(
      'Does the terminal show this code?',
      `<p><code>${userCode}</code></p>${form}
      <button type="submit" form="op.deviceConfirmForm" autofocus>Yes, continue</button>
      <button type="submit" form="op.deviceConfirmForm" name="abort" value="yes">No</button>`,
    );
  },
  successSource(ctx) {
    ctx.body = page('Logged in', '<p>You can close this page and go back to the terminal.</p>');
  },
};

/** Tells the person what is wrong where no program can be told, such as a redirect URI that the server does not know. */
export const errorPage: NonNullable<Configuration['renderError']> = (ctx, { error, error_description: why }) => {
  const text = `${error}: ${why ?? ''}`.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  ctx.type = 'html';
  ctx.body = page('That did not work', `<p>${text}</p>`);
};

function page(title: string, content: string): string {
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <style>
      body { font: 1.1em system-ui, sans-serif; max-width: 24em; margin: 3em auto; text-align: center }
      code { font-size: 2em }
      input, button { font: inherit; padding: 0.4em 1em; margin: 0.4em }
    </style>
  </head>
  <body><h1>${title}</h1>${content}</body>
</html>`;
}
