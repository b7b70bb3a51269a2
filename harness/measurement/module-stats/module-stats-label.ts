import { type CounterName, counterNames } from './module-stats.ts';

/** What a line of the `stats` text stands for. */
export type LabelMeaning = CounterName | 'wasted' | 'average';

/** Labels of read_file_mod_stats() in kernel/module/stats.c (6.4 to 6.18), in lower case. */
const meanings = new Map<string, LabelMeaning>([
  ['mods ever loaded', 'modcount'],
  ['mods failed on kread', 'failed_kreads'],
  ['mods failed on decompress', 'failed_decompress'],
  ['mods failed on becoming', 'failed_becoming'],
  ['mods failed on load', 'failed_load_modules'],
  ['total module size', 'total_mod_size'],
  ['total mod text size', 'total_text_size'],
  ['failed kread bytes', 'invalid_kread_bytes'],
  ['failed decompress bytes', 'invalid_decompress_bytes'],
  ['failed becoming bytes', 'invalid_becoming_bytes'],
  ['failed kmod bytes', 'invalid_mod_bytes'],
  ['virtual mem wasted bytes', 'wasted'],
]);

/** The labels as the kernel prints them, for messages and tables. */
export const counterLabels: Record<CounterName, string> = {
  modcount: 'Mods ever loaded',
  failed_kreads: 'Mods failed on kread',
  failed_decompress: 'Mods failed on decompress',
  failed_becoming: 'Mods failed on becoming',
  failed_load_modules: 'Mods failed on load',
  total_mod_size: 'Total module size',
  total_text_size: 'Total mod text size',
  invalid_kread_bytes: 'Failed kread bytes',
  invalid_decompress_bytes: 'Failed decompress bytes',
  invalid_becoming_bytes: 'Failed becoming bytes',
  invalid_mod_bytes: 'Failed kmod bytes',
};

/** The counters that are `atomic_t`: 32 bits wide, and wrapping. The others are `atomic_long_t`. */
export const narrowCounters: ReadonlySet<CounterName> = new Set([
  'modcount',
  'failed_kreads',
  'failed_decompress',
  'failed_becoming',
  'failed_load_modules',
]);

/** The meaning of a label in any case and spacing; undefined for one that this version does not know. */
export function labelMeaning(label: string): LabelMeaning | undefined {
  const plain = label.toLowerCase();
  const known = meanings.get(plain);
  if (known) return known;
  return plain.startsWith('average ') || plain.startsWith('avg ') ? 'average' : undefined;
}

/** Whether a word is the name of a file below /sys/kernel/debug/modules/. */
export function isCounterName(word: string): word is CounterName {
  return (counterNames as readonly string[]).includes(word);
}
