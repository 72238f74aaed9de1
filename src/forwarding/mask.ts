/** The positions of the bits of a mask, lowest first. */
export function bitsOf(mask: number): readonly number[] {
  return Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => ((mask >>> bit) & 1) === 1);
}

/** A number written into the bits of a mask, which need not stand side by side. */
export function withNumber(number: number, mask: number): number {
  let mark = 0;
  for (const [index, bit] of bitsOf(mask).entries()) if ((number >>> index) & 1) mark |= 1 << bit;
  return mark >>> 0;
}

/** The number that {@link withNumber} wrote. */
export function numberOf(mark: number, mask: number): number {
  let number = 0;
  for (const [index, bit] of bitsOf(mask).entries()) if ((mark >>> bit) & 1) number |= 1 << index;
  return number >>> 0;
}
