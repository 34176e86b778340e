/** A sealed record as it is stored. All but `sealed` is readable, and what `latchkey` says is authenticated. */
export interface Envelope {
  readonly latchkey: {
    readonly version: 1;
    readonly key: string;
    readonly generation: number;
    readonly key_id: string;
    readonly key_check: string;
  };
  readonly iv: string;
  /** Bytes of `sealed`. */
  readonly length: number;
  readonly sealed: string;
}

/** Reads an envelope from text, or from what a store made of the text; `undefined` when it is none. */
export function readEnvelope(stored: unknown): Envelope | undefined {
  try {
    const value: unknown = typeof stored === 'string' ? JSON.parse(stored) : stored;
    return isEnvelope(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Tells a whole text from a torn one. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isEnvelope(value: unknown): value is Envelope {
  const { latchkey, iv, length, sealed } = (value ?? {}) as Partial<Record<keyof Envelope, unknown>>;
  const { key, generation, key_id, key_check } = (latchkey ?? {}) as Partial<Record<string, unknown>>;
  const texts = [key, key_id, key_check, iv, sealed].every((text) => typeof text === 'string');
  return texts && typeof generation === 'number' && typeof length === 'number';
}
