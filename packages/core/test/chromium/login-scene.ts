import {
  AuthorizationCodeFlow,
  type AuthorizationCodeFlowOptions,
  type AuthorizationRedirect,
  type AuthorizationState,
  MemoryTokenStorage,
} from '@latchkey/core';
import { loopbackRedirect, type LoopbackRedirectOptions } from '@latchkey/core/node';
import type { BrowserContext, Page } from 'playwright-core';
import { ApprovingProvider } from '../scenes/approving-provider.js';

/** A login whose first page is open in Chromium. */
export interface OpenedLogin {
  readonly page: Page;
  readonly redirectUri: string;
}

/** The same, with what `doFlow` keeps to itself. */
export interface BegunLogin {
  readonly flow: AuthorizationCodeFlow;
  readonly page: Page;
  readonly state: AuthorizationState;
  readonly callback: Promise<string>;
}

/** A server that shows its pages for login and consent, and a program on this machine whose user has Chromium. */
export class LoginScene implements AsyncDisposable {
  readonly storage = new MemoryTokenStorage();
  readonly #context: BrowserContext;
  readonly #provider: ApprovingProvider;

  private constructor(context: BrowserContext, provider: ApprovingProvider) {
    this.#context = context;
    this.#provider = provider;
  }

  static async start(context: BrowserContext): Promise<LoginScene> {
    const client = {
      client_id: 'cli',
      client_name: 'A program',
      application_type: 'native' as const,
      token_endpoint_auth_method: 'none' as const,
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['http://127.0.0.1/callback'],
    };
    const features = { devInteractions: { enabled: true } };
    return new LoginScene(context, await ApprovingProvider.start(client, { features }));
  }

  flow(options: Partial<AuthorizationCodeFlowOptions> = {}): AuthorizationCodeFlow {
    return new AuthorizationCodeFlow({
      issuer: this.#provider.issuer,
      clientId: 'cli',
      scope: 'openid offline_access',
      authorizationParameters: { prompt: 'consent' },
      storage: this.storage,
      ...options,
    });
  }

  /** Makes a flow whose `doFlow` opens Chromium. */
  opening(options: LoopbackRedirectOptions = {}): { flow: AuthorizationCodeFlow; opened: Promise<OpenedLogin> } {
    const { redirect, opened } = this.#loopback(options);
    return { flow: this.flow({ redirect }), opened };
  }

  /** Starts a login whose state and callback are seen: its steps are taken one by one. */
  async begin(): Promise<BegunLogin> {
    const { redirect, opened } = this.#loopback({});
    const flow = this.flow();
    let state: AuthorizationState | undefined;
    const start = async (redirectUri: string): Promise<URL> => {
      const started = await flow.startAuthorization({ redirectUri });
      ({ state } = started);
      return new URL(started.url);
    };
    const callback = redirect(start, { redirectUri: undefined, signal: AbortSignal.timeout(120_000) });
    const { page } = await opened;
    return { flow, page, callback, state: state! };
  }

  #loopback(options: LoopbackRedirectOptions): { redirect: AuthorizationRedirect; opened: Promise<OpenedLogin> } {
    let redirect: AuthorizationRedirect | undefined;
    const opened = new Promise<OpenedLogin>((resolve) => {
      const openBrowser = async (url: URL): Promise<void> => {
        const page = await this.#context.newPage();
        await page.goto(url.href);
        resolve({ page, redirectUri: url.searchParams.get('redirect_uri') ?? '' });
      };
      redirect = loopbackRedirect({ openBrowser, showUrl: () => undefined, ...options });
    });
    return { redirect: redirect!, opened };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#provider[Symbol.asyncDispose]();
  }
}

/** Types a name and a password into the server's first page. */
export async function signIn(page: Page): Promise<void> {
  await page.getByPlaceholder('Enter any login').fill('ada');
  await page.getByPlaceholder('and password').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
}

/** Logs in and agrees. */
export async function approve(page: Page): Promise<void> {
  await signIn(page);
  await consent(page);
}

/** Agrees on the server's second page, which leads back to the program. */
export async function consent(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Authorize' }).waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** Declines, on either page. */
export async function cancel(page: Page): Promise<void> {
  await page.getByText('[ Cancel ]').click();
}
