/**
 * Sixteen hexadecimal digits that tell a file or an owner from all others, in threads that draw the same random numbers
 * too. They are no secret, so they come without Node's crypto module, whose loading takes longer than reading tokens.
 */
export function uniqueName(): string {
  return digits(process.hrtime.bigint() & 0xffff_ffffn) + digits(Math.floor(Math.random() * 0x1_0000_0000));
}

function digits(number: number | bigint): string {
  return number.toString(16).padStart(8, '0');
}
