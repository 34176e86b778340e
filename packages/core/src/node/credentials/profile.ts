import type { ServerEndpoints } from '../../options/server-endpoints.js';
import type { SettingsTree } from './settings-tree.js';

/** A profile: options of a flow, and what belongs to no option. What no source gives is absent. @group Credentials */
export interface Profile {
  /** The name of the profile. */
  readonly profile: string;
  /** The client's id: `oauth2.client_id`. */
  readonly clientId: string;
  /** The client's secret: `oauth2.client_secret`. */
  readonly clientSecret?: string;
  /** The server by host name: `oauth2.domain`. */
  readonly domain?: string;
  /** The server by its issuer: `oauth2.issuer`. */
  readonly issuer?: string;
  /**
   * The server by `oauth2.token_endpoint`, with `authorization_endpoint`, `device_authorization_endpoint`,
   * `revocation_endpoint` and `issuer` where they are given.
   */
  readonly server?: ServerEndpoints;
  /** What tokens are for: `oauth2.audience`. */
  readonly audience?: string;
  /** Scopes, separated by spaces: `oauth2.scope`. */
  readonly scope?: string;
  /** Where the server redirects to: `oauth2.redirect_uri`. */
  readonly redirectUri?: string;
  /** The person's or machine's name at the server: `oauth2.username`. */
  readonly username?: string;
  /** The password that goes with it: `oauth2.password`. */
  readonly password?: string;
  /** A token to begin with: `oauth2.access_token`. */
  readonly accessToken?: string;
  /** A token to begin with: `oauth2.refresh_token`. */
  readonly refreshToken?: string;
  /** A token to begin with: `oauth2.id_token`. */
  readonly idToken?: string;
  /** All other settings, under their own names; those of the environment are texts. */
  readonly other: SettingsTree;
}
