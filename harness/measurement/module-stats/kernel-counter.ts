/**
 * The counters of kernel/module/stats.c (Linux 6.4 and later), in the order in which the text prints them. This is
 * the only place that defines their files, labels, widths and relations.
 */
const table = [
  { name: 'modcount', label: 'Mods ever loaded', bits: 32 },
  { name: 'failed_kreads', label: 'Mods failed on kread', bits: 32 },
  { name: 'failed_decompress', label: 'Mods failed on decompress', bits: 32 },
  { name: 'failed_becoming', label: 'Mods failed on becoming', bits: 32 },
  { name: 'failed_load_modules', label: 'Mods failed on load', bits: 32 },
  {
    name: 'total_mod_size',
    label: 'Total module size',
    bits: 64,
    count: 'modcount',
    average: 'Average mod size',
  },
  {
    name: 'total_text_size',
    label: 'Total mod text size',
    bits: 64,
    count: 'modcount',
    average: 'Average mod text size',
  },
  {
    name: 'invalid_kread_bytes',
    label: 'Failed kread bytes',
    bits: 64,
    count: 'failed_kreads',
    average: 'Avg fail kread bytes',
    wasted: true,
  },
  {
    name: 'invalid_decompress_bytes',
    label: 'Failed decompress bytes',
    bits: 64,
    count: 'failed_decompress',
    average: 'Avg fail decomp bytes',
    wasted: true,
  },
  {
    name: 'invalid_becoming_bytes',
    label: 'Failed becoming bytes',
    bits: 64,
    count: 'failed_becoming',
    average: 'Avg fail becoming bytes',
    wasted: true,
  },
  {
    name: 'invalid_mod_bytes',
    label: 'Failed kmod bytes',
    bits: 64,
    count: 'failed_load_modules',
    average: 'Average fail load bytes',
    wasted: true,
  },
] as const;

/** Name of a counter: its file in /sys/kernel/debug/modules/. */
export type CounterName = (typeof table)[number]['name'];

/** A counter of the kernel. */
export interface KernelCounter {
  name: CounterName;
  /** The label of its line in the `stats` text. */
  label: string;
  /** 32 for an `atomic_t`, which wraps; 64 for an `atomic_long_t` of a 64-bit kernel. */
  bits: 32 | 64;
  /** For a byte counter: the counter of the loads that these bytes belong to. */
  count?: CounterName;
  /** For a byte counter: the label of its average per load. */
  average?: string;
  /** Whether it is one of the four that add up to `Virtual mem wasted bytes`. */
  wasted?: boolean;
}

/** All counters, in the order of the `stats` text. */
export const kernelCounters: readonly KernelCounter[] = table;

/** The names of all counters, in the same order. */
export const counterNames: readonly CounterName[] = kernelCounters.map(({ name }) => name);

/** The counters whose sum the kernel prints as `Virtual mem wasted bytes`. */
export const wastedCounters: readonly CounterName[] = kernelCounters
  .filter(({ wasted }) => wasted)
  .map(({ name }) => name);

/** The label of that sum. */
export const wastedLabel = 'Virtual mem wasted bytes';

const byName = new Map<string, KernelCounter>(kernelCounters.map(counter => [counter.name, counter]));
const byLabel = new Map(kernelCounters.map(counter => [counter.label.toLowerCase(), counter]));

/** The counter of this name. */
export function kernelCounter(name: CounterName): KernelCounter {
  // biome-ignore lint/style/noNonNullAssertion: every CounterName is a row of the table
  return byName.get(name)!;
}

/** Whether a word is the name of a counter file in /sys/kernel/debug/modules/. */
export function isCounterName(word: string): word is CounterName {
  return byName.has(word);
}

/**
 * Labels of the first versions of the patch on the mailing list (March 2023). They counted different things from
 * the merged version, so they are shown unchanged and never mapped to a current counter.
 */
export const earlierLabels: readonly string[] = [
  'Modules loaded',
  'Invalid kread bytes',
  'Invalid decompress bytes',
  'Invalid becoming bytes',
  'Invalid kmod bytes',
  'Invalid mod bytes',
];

/** The meaning of a label in the `stats` text. */
export type LabelMeaning = CounterName | 'wasted' | 'average' | 'earlier';

/** The meaning of a label in any case; undefined for one that this version does not know. */
export function labelMeaning(label: string): LabelMeaning | undefined {
  const plain = label.toLowerCase();
  const counter = byLabel.get(plain);
  if (counter) return counter.name;
  if (plain === wastedLabel.toLowerCase()) return 'wasted';
  if (earlierLabels.some(earlier => earlier.toLowerCase() === plain)) return 'earlier';
  return plain.startsWith('average ') || plain.startsWith('avg ') ? 'average' : undefined;
}
