import type { FilePair, InspectedFiles } from './inspected-files.ts';
import type { Inspection, LogInspection, TextFacts } from './inspection.ts';
import type { StatsDifference } from './module-stats/stats-difference.ts';
import { storedValue } from './stored-value.ts';

function jsonIntegers(values: Readonly<Record<string, bigint>>): Record<string, number | string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, storedValue(value)]));
}

function jsonLog({ crash, crashes, duplicateRequests }: LogInspection): Record<string, unknown> {
  return {
    crash: crash && { class: crash.class, title: crash.title },
    crashes: crashes.map(({ class: kind, title, fatal }) => ({ class: kind, title, fatal })),
    duplicateRequests: duplicateRequests.requests,
    callers: duplicateRequests.callers,
  };
}

/** The change between two readings as JSON. */
function differenceJson(difference: StatsDifference): Record<string, unknown> {
  const { counters, wastedBytes, duplicates } = difference;
  return {
    counters: Object.fromEntries(
      counters.map(({ name, before, after, change }) => [
        name,
        {
          before: storedValue(before),
          after: storedValue(after),
          change: change === undefined ? undefined : storedValue(change),
        },
      ]),
    ),
    wastedBytes: wastedBytes === undefined ? undefined : storedValue(wastedBytes),
    duplicates,
  };
}

/** The inspection as one JSON value; integers beyond 2^53 are decimal strings. */
export function inspectionJson(inspection: Inspection): Record<string, unknown> {
  const { lines, undone, releases }: TextFacts = inspection;
  const text = { lines, releases, undone };
  if (inspection.kind === 'log') {
    return { version: 1, kind: 'log', text, ...jsonLog(inspection), findings: inspection.findings };
  }
  const { stats, log, difference } = inspection;
  return {
    version: 1,
    kind: 'stats',
    text,
    counters: jsonIntegers(stats.counters),
    wastedBytes: stats.wastedBytes === undefined ? undefined : storedValue(stats.wastedBytes),
    averages: jsonIntegers(stats.averages),
    duplicates: stats.duplicates,
    unknown: stats.unknown,
    difference: difference && differenceJson(difference),
    log: log && jsonLog(log),
    findings: [...stats.findings, ...(difference?.findings ?? []), ...(log?.findings ?? [])],
  };
}

/** Several inspections as one JSON value: each file as if inspected alone, with its name. */
export function inspectedFilesJson({ files, passedOver, pair }: InspectedFiles): Record<string, unknown> {
  return {
    version: 1,
    kind: 'files',
    files: files.map(({ name, inspection }) => ({ name, ...inspectionJson(inspection) })),
    difference: pair && pairJson(pair),
    passedOver,
  };
}

function pairJson({ before, after, difference, refusal }: FilePair): Record<string, unknown> {
  return { before, after, change: difference && differenceJson(difference), refusal };
}
