import type { Finding } from '../finding.ts';
import type { LabelledValues } from './counter-line.ts';
import { readCounterValue } from './counter-value.ts';
import { type Counters, missingCounters } from './counters.ts';
import { checkModuleStats, checkTextAgainstFiles, wastedBytes } from './cross-check.ts';
import type { DuplicateRow } from './duplicate-rows.ts';
import {
  type CounterName,
  counterNames,
  kernelCounter,
  kernelCounters,
  wastedLabel,
} from './kernel-counter.ts';
import type { ModuleStats } from './module-stats.ts';
import { reasonCompleteness } from './reason-completeness.ts';

/** MAX_FAILED_MOD_PRINT of kernel/module/stats.c: the list ends before its 112th name. */
const shownNamesLimit = 111;
const unknownLimit = 64;

/** The last item read, in case the text ends there without a newline. */
interface LastRead {
  /** Takes it back. */
  forget: () => void;
  what: string;
  /** Whether it is a row of the table rather than a number. */
  isRow: boolean;
  /** Returns the expected number if others determine it, to check that it is complete. */
  expected?: (() => bigint | undefined) | undefined;
  value?: bigint;
  /** Tells whether a reason that looks whole is whole. */
  completeness?: () => ReturnType<typeof reasonCompleteness>;
}

/** One stats text while it is being read. */
export class StatsDraft {
  /** 1-based line where it begins. */
  readonly line: number;
  readonly #text: Counters = {};
  readonly #files: Counters = {};
  readonly #averages: Record<string, bigint> = {};
  readonly #duplicates: ModuleStats['duplicates'] = [];
  readonly #unknown: ModuleStats['unknown'] = [];
  readonly #findings: Finding[] = [];
  readonly #refused = new Set<CounterName>();
  #wasted: bigint | undefined;
  /** Position in the order of the kernel's text. */
  #order = -1;
  #last: LastRead | undefined;
  #names = 0;
  #lostRows = 0;

  constructor(line: number) {
    this.line = line;
  }

  /** Whether a label can belong to it: the kernel prints each once, in a fixed order. */
  fits({ meaning, isFile, label }: LabelledValues): boolean {
    if (meaning === 'earlier') return !this.#unknown.some(known => known.label === label);
    if (meaning === 'average') return this.#averages[label] === undefined;
    if (isFile) return meaning === 'wasted' || this.#files[meaning] === undefined;
    return placeOf(meaning) > this.#order;
  }

  /** Adds a number. */
  take(one: LabelledValues, digits: string, line: number): void {
    const { label, meaning, isFile, atEnd } = one;
    this.#last = undefined;
    if (meaning === 'earlier') {
      this.keepUnknown(label, digits, line);
      return;
    }
    const counter = meaning === 'wasted' || meaning === 'average' ? undefined : meaning;
    if (!isFile && meaning !== 'average') this.#order = Math.max(this.#order, placeOf(meaning));
    const bits = counter ? kernelCounter(counter).bits : 64;
    const { value, finding } = readCounterValue(isFile ? label : `"${label}"`, digits, bits);
    if (finding) this.#findings.push({ ...finding, line });
    if (value === undefined) {
      if (counter) this.#refused.add(counter);
      return;
    }
    const forget = this.#keep(one, counter, value);
    if (!atEnd) return;
    this.#last = {
      forget,
      what: `"${label}"`,
      isRow: false,
      value,
      expected: this.#expectation(meaning, label),
    };
  }

  /** Keeps a number in its place; the answer takes it back. */
  #keep(
    { label, meaning, isFile }: LabelledValues,
    counter: CounterName | undefined,
    value: bigint,
  ): () => void {
    if (counter) {
      const target = isFile ? this.#files : this.#text;
      target[counter] = value;
      return () => delete target[counter];
    }
    if (meaning === 'wasted') {
      this.#wasted = value;
      return () => {
        this.#wasted = undefined;
      };
    }
    this.#averages[label] = value;
    return () => delete this.#averages[label];
  }

  /** Handles a label with an invalid number. */
  refuse({ meaning }: LabelledValues): void {
    this.#last = undefined;
    if (meaning !== 'wasted' && meaning !== 'average' && meaning !== 'earlier')
      this.#order = placeOf(meaning);
  }

  /** Adds a row of the table, if it is complete. */
  takeRow({ row, mayBeCut, strange, words }: DuplicateRow, line: number): void {
    const what = words.slice(0, 1).join(' ');
    const isOpen = mayBeCut !== false || (!row && strange === undefined);
    this.#last = isOpen ? { forget: () => undefined, what, isRow: true } : undefined;
    if (this.#last && mayBeCut === 'unknown')
      this.#last.completeness = () => reasonCompleteness(this.#duplicates, this.#text);
    if (strange !== undefined && strange !== '') {
      const message = `"${strange}" is not one of the kernel's reasons, for ${what}`;
      this.#findings.push({ code: 'UNKNOWN_REASON', severity: 'warning', message, line });
    }
    if (!row) return;
    if (!Number.isSafeInteger(row.count)) {
      const message = `${what} is listed as a duplicate ${words[1]} times`;
      this.#findings.push({ code: 'OUT_OF_RANGE', severity: 'invalid', message, line });
      return;
    }
    this.#duplicates.push(row);
    if (this.#last) this.#last.forget = () => this.#duplicates.pop();
  }

  /** Keeps a label that this version does not know, with a note. */
  keepUnknown(label: string, value: string, line: number): void {
    this.#last = undefined;
    if (this.#unknown.length >= unknownLimit) return;
    this.#unknown.push({ label, value });
    const message = `"${label}" is a label that this version does not know; kept unchanged`;
    this.#findings.push({ code: 'UNKNOWN_LABEL', severity: 'note', message, line });
  }

  /** Counts a row that was begun but not completed. */
  loseRow(): void {
    this.#lostRows++;
  }

  /** Counts a name in the list of the first versions, which had no counts. */
  takeName(): void {
    this.#names++;
  }

  /** Notes that the text ends in the middle of one of its lines. */
  cut(): void {
    const message = 'the text ends in the middle of a line: it was truncated';
    this.#findings.push({ code: 'STATS_CUT', severity: 'warning', message });
  }

  /** Notes that another line follows, so the last number is complete. */
  end(): void {
    this.#last = undefined;
  }

  /**
   * Returns the stats.
   * @param open whether the text ends without a newline
   * @param length characters of the text, if it has nothing else
   */
  finish(open: boolean, length?: number): ModuleStats {
    if (open) this.#checkEnd();
    if (this.#last?.completeness) this.#last = undefined;
    const stats: ModuleStats = {
      kind: 'stats',
      line: this.line,
      counters: inOrder({ ...this.#files, ...this.#text }),
      averages: this.#averages,
      duplicates: this.#duplicates,
      unknown: this.#unknown,
      findings: this.#findings,
    };
    if (this.#wasted !== undefined) stats.wastedBytes = this.#wasted;
    if (this.#names > 0) {
      const message = `the text lists ${this.#names} failed modules without counts, as the first version of the patch did`;
      this.#findings.push({ code: 'NAMES_WITHOUT_COUNTS', severity: 'note', message });
    }
    if (this.#lostRows > 0) {
      const message = `${this.#lostRows} rows of the list of duplicate modules have no reason and are ignored`;
      this.#findings.push({ code: 'ROWS_UNREAD', severity: 'warning', message });
    }
    this.#reportMissing(stats);
    this.#reportTruncation(stats, length);
    this.#findings.push(...checkTextAgainstFiles(this.#text, this.#files), ...checkModuleStats(stats));
    return stats;
  }

  /** The number that others determine; undefined if none do. */
  #expectation(meaning: LabelledValues['meaning'], label: string): (() => bigint | undefined) | undefined {
    if (meaning === 'wasted') return () => wastedBytes(this.#text);
    if (meaning !== 'average') return undefined;
    const counter = kernelCounters.find(({ average }) => average?.toLowerCase() === label.toLowerCase());
    return () => {
      const bytes = counter && this.#text[counter.name];
      const count = counter?.count && this.#text[counter.count];
      return bytes !== undefined && count ? (bytes + count - 1n) / count : undefined;
    };
  }

  /** A text that ends without a newline may be truncated in its last number or word, so that one is not trusted. */
  #checkEnd(): void {
    const last = this.#last;
    if (!last || (last.value !== undefined && last.expected?.() === last.value)) return;
    // Files have no order and no end; if all are present, nothing was cut.
    if (missingCounters(this.#files).length === 0) return;
    const completeness = last.completeness?.();
    if (completeness === 'whole') return;
    if (completeness !== 'unknown') last.forget();
    const message =
      completeness === 'unknown'
        ? `the text ends without a newline in the reason of ${last.what}, which may be truncated: spaces were squeezed`
        : last.isRow
          ? `the list of duplicate modules ends in the middle of the row of ${last.what}`
          : `the text ends without a newline in the number of ${last.what}, which may be truncated and is ignored`;
    const code = last.isRow ? 'LIST_TRUNCATED' : 'STATS_CUT';
    this.#findings.push({ code, severity: 'warning', message });
  }

  /** The kernel always prints these eleven. Only averages and the table are optional. */
  #reportMissing({ counters }: ModuleStats): void {
    const missing = missingCounters(counters)
      .filter(name => !this.#refused.has(name))
      .map(name => kernelCounter(name).label);
    if (this.#wasted === undefined && Object.keys(this.#text).length > 0) missing.push(wastedLabel);
    if (missing.length === 0) return;
    const message = `the text is missing ${missing.map(label => `"${label}"`).join(', ')}`;
    this.#findings.push({ code: 'STATS_INCOMPLETE', severity: 'warning', message });
  }

  /** The kernel's buffer holds 1024 bytes plus 64 per failure, for at most 112 failures: longer lists are truncated. */
  #reportTruncation({ counters, duplicates }: ModuleStats, length: number | undefined): void {
    if (this.#findings.some(({ code }) => code === 'LIST_TRUNCATED')) return;
    const failures = (counters.failed_becoming ?? 0n) + (counters.failed_load_modules ?? 0n);
    const bufferSize = 1024 + Number(failures < 112n ? failures : 112n) * 64;
    const isFull = length === bufferSize - 1 && duplicates.length > 0;
    const message =
      duplicates.length >= shownNamesLimit
        ? `the kernel shows at most ${shownNamesLimit} duplicate modules; there may be more`
        : isFull || this.#last?.isRow
          ? 'the list of duplicate modules ends in the middle of a row'
          : undefined;
    if (message !== undefined) this.#findings.push({ code: 'LIST_TRUNCATED', severity: 'warning', message });
  }
}

function placeOf(meaning: CounterName | 'wasted'): number {
  return meaning === 'wasted' ? counterNames.length : counterNames.indexOf(meaning);
}

function inOrder(counters: Counters): Counters {
  return Object.fromEntries(
    counterNames.flatMap(name => (counters[name] === undefined ? [] : [[name, counters[name]]])),
  );
}
