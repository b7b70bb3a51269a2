import type { CellReport } from './report-model.ts';

/** Which number answers which question; the metrics that a line is about, and its text. */
const lines = [
  {
    names: ['wasted_bytes'],
    text: [
      'wasted: what failed loads allocated and freed again, added up: traffic, not memory in use at any time.',
    ],
  },
  {
    names: ['memory_peak_bytes', 'mapped_peak_bytes', 'vmalloc_peak_bytes'],
    text: [
      'memory peak: the most seen in use at one time by modules and loaders, above the level before; looks of some',
      'milliseconds apart miss what is shorter. report.json has vmalloc alone.',
    ],
  },
] as const;

/** What tells traffic from peak use, for a report that has both: they answer different questions. */
export function memoryLegend(cells: readonly CellReport[]): string[] {
  const has = (names: readonly string[]) => names.some(name => cells.some(cell => cell.metrics.has(name)));
  return lines.every(({ names }) => has(names)) ? lines.flatMap(({ text }) => text) : [];
}
