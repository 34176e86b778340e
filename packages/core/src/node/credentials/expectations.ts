import { z } from 'zod';

/** A text that is not blank. Its messages, like those below, never repeat the value. */
export const text = z
  .string({ error: ({ input }) => (input === undefined ? 'is missing' : 'must be a text') })
  .refine((value) => value.trim() !== '', 'must not be empty');

/** An absolute URL. */
export const url = z.url({ error: 'must be an absolute URL' });

/** What a schema makes of a value, or what it expected instead, each with the place it expected it at. */
export type Examined<T> =
  | { readonly value: T }
  | { readonly faults: readonly { readonly place: readonly string[]; readonly expected: string }[] };

/** Examines a value that a person has written. */
export function examine<T>(schema: z.ZodType<T>, value: unknown): Examined<T> {
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data };
  return { faults: result.error.issues.map(({ path, message }) => ({ place: path.map(String), expected: message })) };
}
