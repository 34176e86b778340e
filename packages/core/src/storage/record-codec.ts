/** Turns a record into the text that is stored, and back; for encryption at rest. @group Write your own storage */
export interface RecordCodec {
  /** Returns the text to store for `record`, the record's JSON. */
  seal(record: string, context: SealContext): Promise<string>;
  /** Returns the JSON that was sealed. @throws RecordUnreadableError, CredentialMismatchError */
  open(text: string, context: Pick<SealContext, 'key'>): Promise<string>;
}

/** To what a sealed record is bound. @group Write your own storage */
export interface SealContext {
  /** The credential. */
  readonly key: string;
  /** The record's generation; 0 when it has none. */
  readonly generation: number;
}
