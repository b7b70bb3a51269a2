import type { RunComparison } from '../judgement/judgement.ts';
import type { Outcome } from '../measurement/record.ts';
import type { JudgedMetric } from '../statistics/verdicts/metric-verdict.ts';
import { plural } from '../units.ts';
import type { CellReport, ReportModel } from './report-model.ts';
import type { RunReport } from './run-report.ts';

/** The status of a case, in the terms of test reports. `skipped` means undecided, never passed. */
export type CaseStatus = 'passed' | 'failed' | 'error' | 'skipped';

/** One line of a test report: a cell that was booted, or a verdict. All texts are hostile: escape them. */
export interface OutcomeCase {
  suite: 'cells' | 'verdicts';
  name: string;
  status: CaseStatus;
  /** The reason why it did not pass, or the result; one sentence. */
  sentence: string;
  /** Details: how each boot ended that did not pass. */
  details: readonly string[];
  /** Total time of its boots, ns; 0 for a verdict. */
  durationNs: number;
}

/** One case per cell and per verdict of a run. */
export function casesOfRun(report: RunReport): OutcomeCase[] {
  const { model, content, verdict } = report;
  const durations = new Map<string, number>();
  for (const { cell, durationNs } of content.records)
    durations.set(cell, (durations.get(cell) ?? 0) + durationNs);
  const cells = model.cells.map(cell => cellCase(cell, report, durations.get(cell.cell.id) ?? 0));
  if (verdict.kind === 'judged') return [...cells, ...casesOfComparison(verdict.comparison)];
  if (verdict.kind === 'none') return cells;
  const unknown = verdict.kind === 'unknown';
  const sentence = verdict.kind === 'unknown' ? verdict.error.message : verdict.sentence;
  return [
    ...cells,
    { ...noDetails, suite: 'verdicts', name: 'verdict', status: unknown ? 'error' : 'skipped', sentence },
  ];
}

/** One case per pair and headline that was measured on any side. */
export function casesOfComparison({ judgement }: RunComparison): OutcomeCase[] {
  return judgement.pairs.flatMap(({ pair, metrics }) =>
    metrics
      .filter(({ definition, result: { comparison } }) => {
        return definition.headline && comparison.base.n + comparison.candidate.n > 0;
      })
      .map(metric => verdictCase(pair.name, metric)),
  );
}

const noDetails = { details: [], durationNs: 0 };

/** Only what fails the run fails here: a regression of an ungated metric is skipped, with its sentence. */
function verdictCase(pair: string, { definition, result, sentence }: JudgedMetric): OutcomeCase {
  const passed = result.verdict === 'UNCHANGED' || result.verdict === 'IMPROVED';
  const regressed = result.verdict === 'REGRESSED' && definition.gated;
  const gate = result.verdict === 'REGRESSED' && !definition.gated ? ' (not gated)' : '';
  return {
    ...noDetails,
    suite: 'verdicts',
    name: `${pair}: ${definition.name}`,
    status: passed ? 'passed' : regressed ? 'failed' : 'skipped',
    sentence: `${result.verdict}${gate}: ${sentence}`,
  };
}

/** Whether an outcome is the fault of the kernel or its workload, or of the host. */
const faults: Readonly<Record<Outcome['kind'], CaseStatus>> = {
  passed: 'passed',
  failed: 'failed',
  timeout: 'failed',
  crashed: 'failed',
  invalid: 'error',
  infrastructure: 'error',
  interrupted: 'skipped',
};

function cellCase(cell: CellReport, { model }: RunReport, durationNs: number): OutcomeCase {
  const troubled = model.troubled.filter(one => one.cell.id === cell.cell.id);
  const statuses = new Set(troubled.map(({ record }) => faults[record.outcome.kind]));
  const worst = (['failed', 'error', 'skipped'] as const).find(status => statuses.has(status));
  const complete = cell.passed > 0 && cell.missing === 0 && cell.metrics.size > 0;
  const status = worst ?? (complete ? 'passed' : 'skipped');
  return {
    suite: 'cells',
    name: cell.cell.label,
    status,
    sentence: `${plural(cell.planned, 'boot')}: ${countsOfCell(cell)}`,
    details: troubled.map(({ record, reproduce }) => {
      const reason = reasonOf(record.outcome);
      return `${record.trial} ${record.outcome.kind}${reason && `: ${reason}`}; again: ${reproduce}`;
    }),
    durationNs,
  };
}

/** The known reason why a boot did not pass; empty if unknown. Hostile text: escape it. */
export function reasonOf(outcome: Outcome): string {
  if (outcome.kind === 'crashed') return outcome.title;
  return 'reason' in outcome ? outcome.reason : '';
}

/** `7 passed, 1 crashed`; includes boots that were spared or not run. */
export function countsOf({
  outcomes,
  spared,
  missing,
}: Pick<ReportModel, 'outcomes' | 'spared' | 'missing'>): string {
  const parts = Object.entries(outcomes).map(([kind, count]) => `${count} ${kind}`);
  if (spared > 0) parts.push(`${spared} spared`);
  if (missing > 0) parts.push(`${missing} not run`);
  return parts.join(', ') || 'none finished';
}

/** `countsOf` for one cell. It also says if its boots measured nothing. */
export function countsOfCell(cell: CellReport): string {
  const counts = countsOf({ ...cell, spared: cell.spared?.count ?? 0 });
  return cell.passed > 0 && cell.metrics.size === 0 ? `${counts}, nothing measured` : counts;
}
