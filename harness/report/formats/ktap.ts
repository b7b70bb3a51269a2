import { escapeText } from '../../escape.ts';
import { groupBy } from '../../statistics/samples/group.ts';
import type { Exporter } from '../exporter.ts';
import { casesOfComparison, casesOfRun, type OutcomeCase } from '../outcome-case.ts';

/** KTAP version 1 (Documentation/dev-tools/ktap.rst) for kernel CI systems: cells and verdicts as two nested tests. */
export const exporter: Exporter = {
  run: report => render(casesOfRun(report)),
  comparison: comparison => render(casesOfComparison(comparison)),
};

function render(cases: readonly OutcomeCase[]): string {
  const suites = [...groupBy(cases, ({ suite }) => suite)];
  const lines = suites.flatMap(([suite, own], index) => [
    '  KTAP version 1',
    `  # Subtest: ${suite}`,
    `  1..${own.length}`,
    ...own.flatMap(caseLines).map(line => `  ${line}`),
    `${suiteResult(own)} ${index + 1} ${suite}${own.every(isSkipped) ? ' # SKIP nothing could be said' : ''}`,
  ]);
  const plan = suites.length === 0 ? '1..0 # SKIP no cells' : `1..${suites.length}`;
  return `${['KTAP version 1', plan, ...lines].join('\n')}\n`;
}

function suiteResult(cases: readonly OutcomeCase[]): string {
  return cases.some(isFailed) ? 'not ok' : 'ok';
}

function isFailed({ status }: OutcomeCase): boolean {
  return status === 'failed' || status === 'error';
}

function isSkipped({ status }: OutcomeCase): boolean {
  return status === 'skipped';
}

/** Diagnostics precede the result that they belong to. */
function caseLines(one: OutcomeCase, index: number): string[] {
  const failed = isFailed(one);
  const diagnostics = failed ? [one.sentence, ...one.details].map(line => `# ${plain(line)}`) : [];
  const skip = isSkipped(one) ? ` # SKIP ${plain(one.sentence)}` : '';
  return [...diagnostics, `${failed ? 'not ok' : 'ok'} ${index + 1} ${plain(one.name)}${skip}`];
}

/** KTAP has no escapes: a `#` in a description would begin a directive. */
function plain(value: string): string {
  return escapeText(value).replaceAll('#', '\\x23').trim();
}
