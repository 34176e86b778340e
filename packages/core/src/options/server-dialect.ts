/** A request to the authorization server, before the client proves who it is. Plain data. @group Servers */
export interface TokenRequest {
  /**
   * What it is for: the grant type of a token request, or `device_authorization`, `pushed_authorization`, `revocation`,
   * `introspection`.
   */
  readonly purpose: string;
  /** The client's id. */
  readonly clientId: string;
  /** The fields of the form by their names, `grant_type` among them; a list for a field that comes several times. */
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
  /** Header fields beside those of the protocol; at first those of the option `headers`. */
  readonly headers: Readonly<Record<string, string>>;
  /** How the fields are sent, those that prove who the client is included. */
  readonly format: 'form' | 'json';
}

/** An answer of the authorization server, as it came. Plain data. @group Servers */
export interface TokenAnswer {
  /** What was asked for, as in {@link TokenRequest}. */
  readonly purpose: string;
  /** The HTTP status. */
  readonly status: number;
  /** The header fields, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The object that was sent as JSON, or the fields of a form; empty where it was neither. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The whole text. */
  readonly text: string;
}

/**
 * In what a server differs from the RFCs. What every server may do otherwise without harm is understood without it:
 * answers as a form, errors in other shapes, `scope` as a list, `expires_in` as text.
 *
 * @group Servers
 */
export interface ServerDialect {
  /** Further form fields of each request that redeems a refresh token, such as `scope`. */
  readonly refreshParameters?: Readonly<Record<string, string>> | undefined;
  /**
   * The server's words for a refresh token that has ended, as good as `invalid_grant`: its `error`, or `error: description`
   * as the description begins. Letters may be large or small.
   */
  readonly deadRefreshToken?: readonly string[] | undefined;
  /**
   * How id and secret are written in a Basic header: form-encoded first, as RFC 6749 section 2.3.1 says, or `raw`,
   * as some servers expect. They differ in all but letters, digits and `-._*`. An empty secret is always sent raw.
   *
   * @defaultValue `rfc6749`
   */
  readonly basicEncoding?: 'rfc6749' | 'raw' | undefined;
  /** What the revocation endpoint reads: a form (RFC 7009), or `json`, as Auth0's. @defaultValue `form` */
  readonly revocationFormat?: 'form' | 'json' | undefined;
  /** For a server that refuses PKCE (RFC 7636): a login in a browser goes without. The client then has to prove who it is. */
  readonly pkce?: false | undefined;
  /** For a server that puts no nonce into its id tokens: none is sent. */
  readonly nonce?: false | undefined;
  /**
   * Brings a request into the server's own form: other fields, other names, header fields, a JSON body. Of a renewal it is
   * called before the lock is taken. The client's secret and proofs are added to what it returns. Synchronous; what it
   * throws stops the request before anything is sent.
   */
  request?(request: TokenRequest): Omit<TokenRequest, 'purpose' | 'clientId'>;
  /**
   * Brings an answer into OAuth's names and status (RFC 6749 section 5), before anything else reads it. Synchronous. If it
   * throws or leaves no token, OAuth's names in the answer as it came are tried. If these name none either, the answer of a
   * login or a renewal is kept with the record, and given to this function again at the next call: mend it, and nothing is lost.
   */
  answer?(answer: TokenAnswer): Pick<TokenAnswer, 'status' | 'body'>;
}
