/** What somebody granted to a client, from login or credentials on through all renewals. */
export interface Grant {
  readonly clientId: string;
  readonly subject: string;
  readonly scope: string | undefined;
  readonly audience?: string | undefined;
  readonly nonce?: string | undefined;
  /** Ends all tokens of the grant. */
  revoked: boolean;
}
