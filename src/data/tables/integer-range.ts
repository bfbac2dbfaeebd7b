const int64 = 2n ** 63n;
const decimal = 10n ** 38n;

/** Whether an integer fits 64 bits, the widest integer of Parquet and Arrow. */
export function fitsInt64(value: bigint): boolean {
  return value < int64 && value >= -int64;
}

/** Whether an integer has at most 38 digits, what a 128-bit decimal holds. */
export function fitsDecimal(value: bigint): boolean {
  return value < decimal && value > -decimal;
}
