import { UsageError } from './errors.ts';

const byteFactors: Record<string, number> = {
  '': 1,
  B: 1,
  K: 1024,
  KB: 1000,
  KIB: 1024,
  M: 1024 ** 2,
  MB: 1000 ** 2,
  MIB: 1024 ** 2,
  G: 1024 ** 3,
  GB: 1000 ** 3,
  GIB: 1024 ** 3,
  T: 1024 ** 4,
  TB: 1000 ** 4,
  TIB: 1024 ** 4,
};

const durationFactors: Record<string, number> = {
  ns: 1,
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  min: 60e9,
  h: 3600e9,
};

const quantity = /^([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]*)$/;

/**
 * Bytes from `2GiB`, `512M`, `1 MB` or a plain number. A single letter is binary, as in QEMU and dd; `MB` is decimal.
 * @throws UsageError SIZE_INVALID
 */
export function parseBytes(text: string | number): number {
  const match = quantity.exec(String(text).trim());
  const factor = match ? byteFactors[(match[2] ?? '').toUpperCase()] : undefined;
  const bytes = match && factor !== undefined ? Number(match[1]) * factor : Number.NaN;
  if (!Number.isSafeInteger(bytes)) {
    throw new UsageError('SIZE_INVALID', `${JSON.stringify(text)} is not a size in whole bytes`, {
      hint: 'Write a number with a unit, such as 512MiB or 2GiB.',
    });
  }
  return bytes;
}

/**
 * Nanoseconds from `5s`, `1.5ms`, `2min`, `1h`. A plain number is refused because its unit would be a guess.
 * @throws UsageError DURATION_INVALID
 */
export function parseDuration(text: string | number): number {
  const match = quantity.exec(String(text).trim());
  const factor = match ? durationFactors[match[2] ?? ''] : undefined;
  const ns = match && factor !== undefined ? Number(match[1]) * factor : Number.NaN;
  if (!Number.isSafeInteger(ns)) {
    throw new UsageError('DURATION_INVALID', `${JSON.stringify(text)} is not a duration`, {
      hint: 'Write a number with a unit, such as 500ms, 5s or 2min.',
    });
  }
  return ns;
}

/** A size for display, in binary units with at most two decimals: `13.58 GiB`. */
export function formatBytes(bytes: number | bigint): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  let value = Number(bytes);
  let index = 0;
  while (Math.abs(value) >= 1024 && index < units.length - 1) {
    value /= 1024;
    index++;
  }
  return `${index === 0 ? value : trimDecimals(value, 2)} ${units[index]}`;
}

/** A duration for display: `1.24 s`, `83 ms`, `2 min 05 s`. */
export function formatDuration(ns: number): string {
  const magnitude = Math.abs(ns);
  if (magnitude < 1e3) return `${Math.round(ns)} ns`;
  if (magnitude < 1e6) return `${trimDecimals(ns / 1e3, 1)} us`;
  if (magnitude < 1e9) return `${trimDecimals(ns / 1e6, magnitude < 1e7 ? 1 : 0)} ms`;
  if (magnitude < 60e9) return `${(ns / 1e9).toFixed(magnitude < 10e9 ? 2 : 1)} s`;
  const seconds = Math.round(ns / 1e9);
  if (magnitude < 3600e9)
    return `${Math.trunc(seconds / 60)} min ${String(Math.abs(seconds % 60)).padStart(2, '0')} s`;
  return `${Math.trunc(seconds / 3600)} h ${String(Math.trunc(Math.abs(seconds % 3600) / 60)).padStart(2, '0')} min`;
}

function trimDecimals(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

/** `1 cell`, `3 cells`, `2 hypotheses`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}
