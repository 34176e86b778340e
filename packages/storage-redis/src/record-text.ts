import {
  AuthFlowError,
  CredentialMismatchError,
  type RecordCodec,
  RecordUnreadableError,
  TokenSet,
} from '@latchkey/core';

/** Writes and reads the text under a record's name: Keyv's envelope, with the generation beside the value. */
export class RecordText {
  readonly #codec: RecordCodec | undefined;
  /** A save that is tried again must be byte for byte the same, which a codec does not give. */
  readonly #written = new WeakMap<TokenSet, { readonly key: string; readonly text: Promise<string> }>();

  constructor(codec: RecordCodec | undefined) {
    this.#codec = codec;
  }

  /** The text for `tokens`; always the same for one token set. */
  format(key: string, tokens: TokenSet): Promise<string> {
    const known = this.#written.get(tokens);
    if (known?.key === key) return known.text;
    const text = this.#format(key, tokens);
    this.#written.set(tokens, { key, text });
    text.catch(() => this.#written.delete(tokens));
    return text;
  }

  /**
   * The tokens in a text.
   *
   * @throws RecordUnreadableError when it is no record; CredentialMismatchError when it is another
   * credential's; what the codec throws as an error of Latchkey.
   */
  async parse(key: string, text: string): Promise<TokenSet> {
    const tokens = await this.#parse(key, text);
    const owner = tokens.stamp?.key;
    if (owner !== undefined && owner !== key) throw new CredentialMismatchError();
    return owner === undefined ? tokens.withStamp({ ...tokens.stamp, key }) : tokens;
  }

  async #format(key: string, tokens: TokenSet): Promise<string> {
    const generation = tokens.generation ?? 0;
    const record = JSON.stringify(tokens.withStamp({ ...tokens.stamp, key }));
    const value = this.#codec ? await this.#codec.seal(record, { key, generation }) : record;
    return JSON.stringify({ value, generation });
  }

  async #parse(key: string, text: string): Promise<TokenSet> {
    try {
      const { value } = JSON.parse(text) as { value?: unknown };
      const record = this.#codec && typeof value === 'string' ? await this.#codec.open(value, { key }) : value;
      if (this.#codec && typeof value !== 'string') throw new RecordUnreadableError();
      return TokenSet.from(record);
    } catch (error) {
      throw error instanceof AuthFlowError ? error : new RecordUnreadableError();
    }
  }
}
