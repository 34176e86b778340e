/**
 * Sixteen hexadecimal digits that tell a file or an owner from all others. They are no secret, so they come without
 * Node's crypto module, whose loading takes longer than reading tokens.
 */
export function uniqueName(): string {
  return uniqueDigits() + uniqueDigits();
}

function uniqueDigits(): string {
  return Math.floor(Math.random() * 0x1_0000_0000)
    .toString(16)
    .padStart(8, '0');
}
