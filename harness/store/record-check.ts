import type { Outcome, TrialRecord } from '../measurement/record.ts';

const outcomeKinds: ReadonlySet<string> = new Set<Outcome['kind']>([
  'passed',
  'failed',
  'invalid',
  'timeout',
  'crashed',
  'infrastructure',
  'interrupted',
]);

/**
 * What is wrong with a journal line that should be a trial record; undefined when it can be used. Only what readers
 * rely on is looked at: further members may come with later versions.
 */
export function recordFault(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is not an object';
  const record = value as Partial<TrialRecord>;
  if (record.version !== 1)
    return `has version ${JSON.stringify(record.version)}, and this modstorm reads version 1`;
  for (const name of ['trial', 'cell', 'startedAt'] as const) {
    if (typeof record[name] !== 'string' || record[name] === '') return `has no ${name}`;
  }
  for (const name of ['repetition', 'order', 'durationNs'] as const) {
    if (!Number.isFinite(record[name])) return `has no number as ${name}`;
  }
  if (!record.outcome || !outcomeKinds.has(record.outcome.kind)) return 'has no known outcome';
  for (const name of ['duplicates', 'duplicateRequests', 'findings'] as const) {
    if (!Array.isArray(record[name])) return `has no list of ${name}`;
  }
  return metricFault(record.metrics);
}

const integerText = /^-?\d{1,40}$/;

function metricFault(metrics: unknown): string | undefined {
  if (typeof metrics !== 'object' || metrics === null || Array.isArray(metrics)) return 'has no metrics';
  for (const [name, value] of Object.entries(metrics)) {
    const good =
      typeof value === 'number'
        ? Number.isFinite(value)
        : typeof value === 'string' && integerText.test(value);
    if (!good) return `has ${JSON.stringify(value) ?? String(value)} as ${name}, which is no number`;
  }
  return undefined;
}
