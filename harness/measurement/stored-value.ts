import type { StoredValue } from './record.ts';

/** A number if it is exact as a double, else its decimal digits. */
export function storedValue(value: bigint): StoredValue {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= -BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : value.toString();
}
