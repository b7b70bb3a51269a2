import type { Finding } from '../finding.ts';
import type { StoredValue } from '../record.ts';
import type { TrialEvidence } from '../trial-evidence.ts';
import { parseMetricLines } from './metric-lines.ts';

/** What the memory samples of a guest say about its workload. */
export interface MemoryReading {
  values: Record<string, StoredValue>;
  findings: Finding[];
}

/** The measured part of the workload, by the guest's CLOCK_MONOTONIC, in ns. */
interface Window {
  start: number;
  end: number;
}

/** The source of each metric, and whether a drop of it means use. */
const sources = [
  { name: 'vmalloc_peak_bytes', key: 'vmalloc_used', falls: false },
  { name: 'mapped_peak_bytes', key: 'vmalloc_mapped', falls: false },
  { name: 'memory_peak_bytes', key: 'mem_free', falls: true },
] as const;

/**
 * Peaks of memory in use during the workload, above the level just before it. The preparations of a workload
 * (copies of files) do not belong to its storm. A workload can give the time of its storm as `window_start_ns` and
 * `window_end_ns` in a result file of the format `metrics`; otherwise it is the whole workload.
 */
export function readMemory({ samples, results }: Pick<TrialEvidence, 'samples' | 'results'>): MemoryReading {
  const reading: MemoryReading = { values: {}, findings: [] };
  if (samples.length === 0) return reading;
  const window = findWindow(results);
  for (const { name, key, falls } of sources) {
    const series = samples.flatMap(sample => {
      const value = wholeNumber(sample[key]);
      return value === undefined ? [] : [{ time: wholeNumber(sample['time_ns']), value }];
    });
    const [first] = series;
    if (!first || series.every(({ value }) => value === 0)) continue;
    const before = series.findLast(({ time }) => window && time !== undefined && time <= window.start);
    const base = (before ?? first).value;
    const inside = window ? series.filter(({ time }) => isInside(time, window)) : series.slice(1);
    if (inside.length === 0) continue;
    reading.values[name] = inside.reduce(
      (most, { value }) => Math.max(most, falls ? base - value : value - base),
      0,
    );
  }
  if (Object.keys(reading.values).length === 0) {
    const message = 'no memory sample was taken during the storm: it was too short, so its peak is unknown';
    reading.findings.push({ code: 'MEMORY_UNSAMPLED', severity: 'note', message });
  } else if (!Object.hasOwn(reading.values, 'vmalloc_peak_bytes')) {
    const message =
      'this kernel does not report VmallocUsed (it is 0 or absent), so the peak of vmalloc is unknown';
    reading.findings.push({ code: 'VMALLOC_UNKNOWN', severity: 'note', message });
  }
  return reading;
}

function isInside(time: number | undefined, window: Window): boolean {
  return time !== undefined && time > window.start && time <= window.end;
}

function findWindow(results: TrialEvidence['results']): Window | undefined {
  const bound = (name: string) =>
    ({ name, unit: 'ns', class: 'time', worse: 'none', description: name }) as const;
  for (const { format, text } of results) {
    if (format !== 'metrics') continue;
    const { values } = parseMetricLines(text, [bound('window_start_ns'), bound('window_end_ns')]);
    const [start, end] = [values['window_start_ns'], values['window_end_ns']];
    if (typeof start === 'number' && typeof end === 'number' && start <= end) return { start, end };
  }
  return undefined;
}

function wholeNumber(text: string | undefined): number | undefined {
  const number = text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;
  return number !== undefined && Number.isSafeInteger(number) ? number : undefined;
}
