import { UsageError } from '../../errors.ts';
import { parseLogLine } from '../kernel-log/log-line.ts';
import { missingCounters } from './counters.ts';
import { checkModuleStats } from './cross-check.ts';
import { isCounterName, kernelCounter, labelMeaning } from './kernel-counter.ts';
import type { ModuleStats } from './module-stats.ts';
import {
  finding,
  keepUnknown,
  newBlock,
  readDuplicate,
  readValue,
  type StatsBlock,
} from './module-stats-block.ts';

/** MAX_FAILED_MOD_PRINT of kernel/module/stats.c: the list ends before its 112th name. */
const shownNamesLimit = 111;

/** Digits are not counted: a number of any length is one, and too large or not. */
const integer = /^-?\d+$/;

/**
 * Reads the text of /sys/kernel/debug/modules/stats, as the kernel prints it or as it comes out of mail, a web page,
 * a terminal or a log: tabs, spaces or no-break spaces, quote marks, prompts and other lines around it. Also takes
 * the single files as `name value` or `grep . *` prints them. Unknown labels are kept. When several texts follow one
 * another the last counts, with a finding. Findings count their lines from `firstLine`.
 * @throws UsageError STATS_UNRECOGNISED if not one known label is in the text
 */
export function parseModuleStats(text: string, firstLine = 1): ModuleStats {
  const blocks: StatsBlock[] = [];
  let number = firstLine - 1;
  for (const raw of text.split('\n')) {
    number++;
    readLine(blocks, plainText(raw, number), number);
  }
  const block = blocks.at(-1);
  if (!block) {
    throw new UsageError('STATS_UNRECOGNISED', 'not one line of the text is a known module counter', {
      hint: 'Expected lines such as "Mods ever loaded 67" from /sys/kernel/debug/modules/stats (CONFIG_MODULE_STATS, Linux 6.4 and later).',
    });
  }
  const { stats } = block;
  if (blocks.length > 1) {
    stats.findings.push(
      finding(
        'MULTIPLE_STATS',
        'warning',
        `the text holds ${blocks.length} stats; this is the last of them`,
        block.line,
      ),
    );
  }
  reportMissing(block);
  reportTruncation(block, text, number, firstLine);
  stats.findings.push(...checkModuleStats(stats));
  return stats;
}

function plainText(raw: string, number: number): string {
  const decoded = raw.includes('&')
    ? raw.replaceAll('&nbsp;', ' ').replaceAll('&#160;', ' ').replaceAll('&amp;', '&')
    : raw;
  return parseLogLine(decoded, number).text.replaceAll('\t', ' ').trim();
}

function readLine(blocks: StatsBlock[], line: string, number: number): void {
  const words = line.split(' ').filter(word => word !== '');
  const block = blocks.at(-1);
  if (words.length === 0) {
    if (block) block.open = false;
    return;
  }
  if (/^duplicate failed modules:?$/i.test(words.join(' '))) {
    if (block) block.inTable = true;
    return;
  }
  if (readCounter(blocks, words, number)) return;
  if (block?.inTable) readDuplicate(block, words, number);
}

/** Splits `label… value`, `label…: value` and `path/name:value`. */
function splitLabel(words: string[]): { label: string; value: string } | undefined {
  const last = words.at(-1) ?? '';
  const colon = last.lastIndexOf(':');
  if (words.length === 1 && colon > 0) {
    const name = last.slice(last.lastIndexOf('/', colon) + 1, colon);
    return isCounterName(name) ? { label: name, value: last.slice(colon + 1) } : undefined;
  }
  if (words.length < 2 || !integer.test(last)) return undefined;
  const label = words.slice(0, -1).join(' ');
  return { label: label.endsWith(':') ? label.slice(0, -1).trimEnd() : label, value: last };
}

function readCounter(blocks: StatsBlock[], words: string[], number: number): boolean {
  const pair = splitLabel(words);
  if (!pair || !integer.test(pair.value)) return false;
  const fileName = pair.label.slice(pair.label.lastIndexOf('/') + 1);
  const meaning = isCounterName(fileName) ? fileName : labelMeaning(pair.label);
  let block = blocks.at(-1);
  if (meaning === undefined) {
    if (!block?.open || block.inTable || !/^[A-Za-z]/.test(pair.label)) return false;
    keepUnknown(block, pair.label, pair.value, number);
    return true;
  }
  if (meaning === 'average') {
    if (!block || block.inTable) return false;
    const value = readValue(block, pair.label, pair.value, number, 64);
    if (value !== undefined) block.stats.averages[pair.label] = value;
    return true;
  }
  const seen =
    block && (meaning === 'wasted' ? block.stats.wastedBytes : block.stats.counters[meaning]) !== undefined;
  if (!block || seen || (block.inTable && meaning === 'modcount')) {
    block = newBlock(number);
    blocks.push(block);
  }
  block.open = true;
  const bits = meaning === 'wasted' ? 64 : kernelCounter(meaning).bits;
  const value = readValue(block, pair.label, pair.value, number, bits);
  if (value === undefined) {
    if (meaning !== 'wasted') block.refused.add(meaning);
    return true;
  }
  if (meaning === 'wasted') block.stats.wastedBytes = value;
  else block.stats.counters[meaning] = value;
  return true;
}

/** The kernel prints these eleven always; only averages and the table are optional. */
function reportMissing({ stats, refused }: StatsBlock): void {
  const missing = missingCounters(stats.counters).filter(name => !refused.has(name));
  if (missing.length === 0) return;
  const labels = missing.map(name => `"${kernelCounter(name).label}"`).join(', ');
  stats.findings.push(
    finding(
      'STATS_INCOMPLETE',
      'warning',
      `the text lacks ${labels}; if it was cut short, its last number may be too`,
    ),
  );
}

/** The kernel's buffer holds 1024 bytes and 64 a failure, at most 112 of them: longer lists lose their end. */
function reportTruncation(block: StatsBlock, text: string, lastLine: number, firstLine: number): void {
  const { counters, duplicates, findings } = block.stats;
  const failures = (counters.failed_becoming ?? 0n) + (counters.failed_load_modules ?? 0n);
  const bufferSize = 1024 + Number(failures < 112n ? failures : 112n) * 64;
  const full = text.length === bufferSize - 1 && duplicates.length > 0 && block.line === firstLine;
  if (duplicates.length >= shownNamesLimit) {
    findings.push(
      finding(
        'LIST_TRUNCATED',
        'warning',
        `the kernel shows at most ${shownNamesLimit} duplicate modules; there may be more`,
      ),
    );
  } else if ((block.cutRow && block.lastRow === lastLine) || full) {
    findings.push(
      finding('LIST_TRUNCATED', 'warning', 'the list of duplicate modules ends in the middle of a row'),
    );
  }
}
