import { HarnessError } from '../../errors.ts';
import type { Finding } from '../finding.ts';
import { metrics } from '../metric-table.ts';
import type { StoredValue } from '../record.ts';
import type { TrialEvidence } from '../trial-evidence.ts';
import type { LoadRequests } from './load-requests.ts';
import { missingMetrics, parseMetricLines } from './metric-lines.ts';
import {
  parseStressNgOutput,
  parseStressNgYaml,
  stressNgCountsSuccesses,
  stressNgHasModule,
} from './stress-ng.ts';

/** What a workload reports about itself. */
export interface WorkloadReading {
  values: Record<string, StoredValue>;
  /** What it reports about its requests to load a module. */
  requests: LoadRequests;
  findings: Finding[];
  /** Why, according to itself, it did not do what it should. */
  invalid?: string;
}

/** Reads the result files of a workload and its output. */
export function readWorkloadResults(evidence: TrialEvidence): WorkloadReading {
  const result: WorkloadReading = {
    values: {},
    requests: { elapsedNs: evidence.exit?.wallNs },
    findings: [],
  };
  for (const { format, text } of evidence.results) {
    if (format === 'metrics') {
      const lines = parseMetricLines(text, evidence.expected.metrics);
      Object.assign(result.values, lines.values);
      result.findings.push(...lines.findings);
    }
    if (format === 'stress-ng') readStressNg(result, text);
  }
  readRequests(result, evidence.expected.succeeded);
  const output = parseStressNgOutput(evidence.output);
  if (output.skipped > 0 || (output.reasons.length > 0 && output.passed === 0)) {
    const why = output.reasons[0] === undefined ? '' : `: ${output.reasons[0]}`;
    result.invalid ??= `stress-ng skipped its module stressor${why}`;
  }
  const own = new Set(metrics.map(({ name }) => name));
  const declared = evidence.expected.metrics.filter(({ name }) => !own.has(name));
  result.findings.push(...missingMetrics(result.values, declared));
  return result;
}

/** Reads the successes that a workload counts, and the duration of its storm if it reports one. */
function readRequests({ values, requests }: WorkloadReading, succeeded: string | undefined): void {
  if (succeeded === undefined) return;
  if (requests.attempted === undefined) requests.succeeded = values[succeeded];
  const storm = values['storm_ns'];
  if (typeof storm === 'number') requests.elapsedNs = storm;
}

function readStressNg(result: WorkloadReading, text: string): void {
  try {
    const report = parseStressNgYaml(text);
    const stressor = report.stressors.find(({ name }) => name === 'module');
    if (!stressNgHasModule(report.version)) {
      result.invalid ??= `stress-ng ${report.version} has no --module: 0.15.07 or later is needed`;
    } else if (!stressor) {
      result.invalid ??= 'stress-ng ran no module stressor, according to its YAML';
    } else {
      result.values['stress_ng_ops'] = stressor.ops;
      result.requests.elapsedNs = stressor.wallSeconds * 1e9;
      if (!stressNgCountsSuccesses(report.version)) result.requests.attempted = stressor.ops;
    }
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    result.findings.push({ code: error.code, severity: 'warning', message: error.message });
  }
}
