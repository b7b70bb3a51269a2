import { escapeText } from '../../escape.ts';
import type { Exporter } from '../exporter.ts';
import { casesOfComparison, casesOfRun, type OutcomeCase } from '../outcome-case.ts';

/** TAP version 14: one test point per cell and per verdict; open verdicts are skipped. */
export const exporter: Exporter = {
  run: report => render(casesOfRun(report)),
  comparison: comparison => render(casesOfComparison(comparison)),
};

function render(cases: readonly OutcomeCase[]): string {
  const plan = cases.length === 0 ? '1..0 # SKIP no cells' : `1..${cases.length}`;
  return `${['TAP version 14', plan, ...cases.flatMap(pointLines)].join('\n')}\n`;
}

function pointLines(one: OutcomeCase, index: number): string[] {
  const point = `${index + 1} - ${description(`${one.suite}: ${one.name}`)}`;
  if (one.status === 'skipped') return [`ok ${point} # SKIP ${description(one.sentence)}`];
  if (one.status === 'passed') return [`ok ${point}`];
  // JSON strings are YAML strings.
  return [
    `not ok ${point}`,
    '  ---',
    `  message: ${JSON.stringify(escapeText(one.sentence))}`,
    `  severity: ${one.status === 'failed' ? 'fail' : 'error'}`,
    ...(one.details.length > 0
      ? ['  boots:', ...one.details.map(detail => `    - ${JSON.stringify(escapeText(detail))}`)]
      : []),
    '  ...',
  ];
}

/** Foreign text after a test point: an unescaped `#` would start a directive. */
function description(value: string): string {
  return escapeText(value).replaceAll('\\', '\\\\').replaceAll('#', '\\#').trim();
}
