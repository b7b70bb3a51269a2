import { BuildError } from '../errors.ts';

/** The value of a Kconfig option as written: `y`, `m`, `n`, a number, or a quoted string with its quotes. */
export type OptionValue = string;

/** An option requested by a fragment. */
export interface RequestedOption {
  /** With its prefix: `CONFIG_MODULE_STATS`. */
  name: string;
  value: OptionValue;
  /** Name of the fragment and its 1-based line, for messages. */
  fragment: string;
  line: number;
  /** Whether it is only requested if the kernel knows the option (see parseFragment). */
  whereKnown: boolean;
}

/** Merged fragments: the options by name, in the order in which they were first requested. */
export type MergedConfig = Map<string, RequestedOption>;

const assignment = /^(CONFIG_[A-Za-z0-9_]+)=(.*)$/;
const unset = /^# (CONFIG_[A-Za-z0-9_]+) is not set$/;
const whereKnownMark = /^# where known\b/;

/**
 * Parses a fragment in the syntax of .config files. A comment `# where known: …` makes the options up to the next
 * empty line optional: only kernels in which they can be set must have them, because options come and go between versions.
 * @throws BuildError KERNEL_FRAGMENT_INVALID with the fragment and line
 */
export function parseFragment(text: string, fragment: string): RequestedOption[] {
  let whereKnown = false;
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.trimEnd();
    if (line === '') whereKnown = false;
    if (whereKnownMark.test(line)) whereKnown = true;
    const found = parseLine(line);
    if (!found) {
      if (line === '' || line.startsWith('#')) return [];
      throw new BuildError(
        'KERNEL_FRAGMENT_INVALID',
        `${fragment}:${index + 1}: ${JSON.stringify(line)} is neither an option nor a comment`,
        { hint: 'Write CONFIG_NAME=value or # CONFIG_NAME is not set, with comments on lines of their own.' },
      );
    }
    return [{ ...found, fragment, line: index + 1, whereKnown }];
  });
}

/** Options of a finished .config: name to value; options that are not set are absent. */
export function parseConfig(text: string): Map<string, OptionValue> {
  const options = new Map<string, OptionValue>();
  for (const line of text.split('\n')) {
    const found = parseLine(line);
    if (found && found.value !== 'n') options.set(found.name, found.value);
  }
  return options;
}

/**
 * Merges a base and fragments. A fragment may override the base, but two fragments must agree.
 * @throws BuildError KERNEL_FRAGMENTS_CONFLICT with the option and both places
 */
export function mergeFragments(base: RequestedOption[], fragments: RequestedOption[]): MergedConfig {
  const merged: MergedConfig = new Map(base.map(option => [option.name, option]));
  const asked = new Map<string, RequestedOption>();
  for (const option of fragments) {
    const earlier = asked.get(option.name);
    if (earlier && earlier.value !== option.value) {
      throw new BuildError(
        'KERNEL_FRAGMENTS_CONFLICT',
        `${option.name} is ${earlier.value} in ${placeOf(earlier)} and ${option.value} in ${placeOf(option)}`,
        { hint: 'Do not combine these two fragments, or make them agree.' },
      );
    }
    if (earlier && !earlier.whereKnown) continue;
    asked.set(option.name, option);
    merged.set(option.name, option);
  }
  return merged;
}

/** The text that Kconfig reads: one line per option, sorted by name, so that equal configs have equal texts. */
export function renderConfig(merged: MergedConfig): string {
  return [...merged.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, value }) => (value === 'n' ? `# ${name} is not set\n` : `${name}=${value}\n`))
    .join('');
}

/** An option that Kconfig dropped. */
export interface DroppedOption {
  requested: RequestedOption;
  /** What the kernel has instead; `n` if it is not set or unknown. */
  resulting: OptionValue;
}

/** Requested options that are not in the result. Optional ones only count if the kernel allows setting them. */
export function findDropped(
  merged: MergedConfig,
  resulting: Map<string, OptionValue>,
  knows: (name: string) => boolean,
): DroppedOption[] {
  return [...merged.values()]
    .filter(option => (resulting.get(option.name) ?? 'n') !== option.value)
    .filter(option => !option.whereKnown || knows(option.name))
    .map(requested => ({ requested, resulting: resulting.get(requested.name) ?? 'n' }));
}

/** `stats.config:3`. */
export function placeOf(option: RequestedOption): string {
  return `${option.fragment}:${option.line}`;
}

function parseLine(line: string): { name: string; value: OptionValue } | undefined {
  const [, name, value] = assignment.exec(line) ?? [];
  if (name !== undefined && value !== undefined) return { name, value };
  const off = unset.exec(line)?.[1];
  return off === undefined ? undefined : { name: off, value: 'n' };
}
