import {
  type CounterName,
  counterNames,
  earlierLabels,
  isCounterName,
  kernelCounters,
  type LabelMeaning,
  labelMeaning,
  wastedLabel,
} from './kernel-counter.ts';

/** A label in a line, and the numbers after it. */
export interface LabelledValues {
  /** As spelled in the text, with single spaces; for a file, its name. */
  label: string;
  meaning: LabelMeaning;
  /** Whether it is a single file of debugfs rather than a line of the `stats` text. */
  isFile: boolean;
  /** The digits as in the text; two for a table of before and after. Empty if there is no number. */
  values: string[];
  /** Whether the line ends with the label or the last digit. */
  atEnd: boolean;
  /** Whether there is a word instead of the number. */
  isRefused: boolean;
}

/** Maximum number of values per label: before and after. */
const valueLimit = 2;

const labels = [
  ...kernelCounters.map(({ label }) => label),
  ...kernelCounters.flatMap(({ average }) => average ?? []),
  ...earlierLabels,
  wastedLabel,
];
const spelled = [...labels.map(label => label.replaceAll(' ', '\\s+')), ...counterNames].sort(
  (one, other) => other.length - one.length,
);
/** Not within a longer word or path such as `my_modcount` or `modcount.c`. */
const known = new RegExp(`(?<![\\w-])(?:${spelled.join('|')})(?![\\w-])`, 'gi');
/** Separators between a label and its number. */
const separator = /^[\s:|=,;"'`[\]{}()*\u2026.]*(?:->|=>)?[\s"'`]*/;
const between = /^[\s|,;"'`]*(?:->|=>|\u2192)?[\s|,;"'`]*/;
/** A number, also hexadecimal or with separators of thousands, that does not go on as something else. */
const number = /^(0x[0-9a-fA-F]{1,16}|-?\d{1,3}(?:[,'_]\d{3}){1,10}|-?\d{1,200})(?!\.\d|[\w%])/;

/** The known labels of a line with their numbers, in order. A joined line has several; two columns repeat a label. */
export function readCounterLine(text: string): LabelledValues[] {
  const found: LabelledValues[] = [];
  for (const match of text.matchAll(known)) {
    const [spelling] = match;
    const label = spelling.replace(/\s+/g, ' ');
    const isFile = isCounterName(label.toLowerCase());
    const meaning = isFile ? (label.toLowerCase() as CounterName) : labelMeaning(label);
    if (meaning === undefined) continue;
    const rest = text.slice(match.index + spelling.length);
    // `grep -n` puts the line number between name and value.
    const numbered = isFile ? /^:\d{1,6}(?=:-?\d)/.exec(rest)?.[0] : undefined;
    found.push({ label, meaning, isFile, ...readValues(rest.slice(numbered?.length ?? 0)) });
  }
  return found;
}

function readValues(text: string): Pick<LabelledValues, 'values' | 'atEnd' | 'isRefused'> {
  const values: string[] = [];
  let rest = text;
  while (values.length < valueLimit) {
    const gap = (values.length === 0 ? separator : between).exec(rest)?.[0] ?? '';
    const digits = number.exec(rest.slice(gap.length));
    if (!digits?.[1] || (values.length > 0 && gap === '')) break;
    values.push(decimal(digits[1]));
    rest = rest.slice(gap.length + digits[0].length);
  }
  if (values.length > 0) return { values, atEnd: rest === '', isRefused: false };
  return { values, atEnd: rest.trim() === '', isRefused: /^[\s:|=]*\S+[\s|]*$/.test(rest) };
}

/** Digits without separators of thousands; hexadecimal ones in decimal. */
function decimal(digits: string): string {
  return digits.startsWith('0x') ? BigInt(digits).toString() : digits.replace(/[,'_]/g, '');
}

/** A line of the same form with a label that this version does not know: words, spaces, a number. */
export function readUnknownLine(text: string): { label: string; value: string } | undefined {
  const match = /^\s*([A-Za-z][A-Za-z_ ()-]{2,60}?)(?:\s*[:|=]\s*|\s+)(-?\d{1,40})\s*[|]?\s*$/.exec(text);
  if (!match?.[1] || !match[2]) return undefined;
  return { label: match[1].trim().replace(/\s+/g, ' '), value: match[2] };
}
