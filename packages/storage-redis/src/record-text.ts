import {
  openRecord,
  readLogin,
  type RecordCodec,
  RecordUnreadableError,
  sealRecord,
  StorageUnavailableError,
  type StoredLogin,
  type TokenSet,
} from '@latchkey/core';

/** Writes and reads the text under a record's name: Keyv's envelope, with the generation beside the value. */
export class RecordText {
  readonly #codec: RecordCodec | undefined;
  /** A save that is tried again must be byte for byte the same, which a codec does not give. */
  readonly #written = new WeakMap<TokenSet, { readonly key: string; readonly text: Promise<string> }>();

  /** @throws TypeError for a codec that is none */
  constructor(codec: RecordCodec | undefined) {
    if (codec && (['seal', 'open'] as const).some((name) => typeof codec[name] !== 'function'))
      throw new TypeError('codec must have seal and open: give encryption(keys).');
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
   * @throws RecordUnreadableError, CredentialMismatchError as `openRecord`; StorageUnavailableError for what is no text
   */
  async parse(key: string, text: unknown): Promise<TokenSet> {
    if (typeof text !== 'string') throw new StorageUnavailableError({ message: 'GET gave no text.', retryable: false });
    return openRecord(valueIn(text), key, this.#codec);
  }

  /** Whose tokens a text holds; `undefined` for what is no record. */
  async login(key: string, text: string): Promise<StoredLogin | undefined> {
    try {
      return await readLogin(valueIn(text), key, this.#codec);
    } catch (error) {
      if (error instanceof RecordUnreadableError) return undefined;
      throw error;
    }
  }

  async #format(key: string, tokens: TokenSet): Promise<string> {
    return JSON.stringify({
      value: await sealRecord(tokens, key, this.#codec),
      generation: tokens.generation ?? 0,
    });
  }
}

function valueIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { value?: unknown }).value;
  } catch {
    throw new RecordUnreadableError();
  }
}
