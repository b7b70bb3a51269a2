import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { openRegularFile } from './regular-file.ts';

/**
 * JSON with sorted keys and no white space, so that equal values have equal texts. Undefined members are left out; a
 * bigint becomes a decimal string.
 * @throws TypeError for a number that JSON cannot represent (NaN, infinity), since null would be wrong
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member === 'bigint') return member.toString();
    if (typeof member === 'number' && !Number.isFinite(member)) {
      throw new TypeError(`canonical JSON cannot hold ${member}`);
    }
    return isPlainObject(member) ? sortKeys(member) : member;
  });
}

/**
 * SHA-256 of a file of any size, 64 hexadecimal digits.
 * @throws InfrastructureError FILE_IRREGULAR; Error of stat(2), open(2) and read(2)
 */
export async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  const file = await openRegularFile(path);
  await pipeline(file.createReadStream(), hash);
  return hash.digest('hex');
}

/** SHA-256 of the canonical JSON, 64 hexadecimal digits. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sortKeys(value: Record<string, unknown>): Record<string, unknown> {
  const keys = Object.keys(value).sort();
  // A null prototype keeps a member named __proto__ an ordinary member.
  return Object.assign(Object.create(null), Object.fromEntries(keys.map(key => [key, value[key]])));
}
