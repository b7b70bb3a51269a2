import {
  inspectText,
  type LogInspection,
  type StatsInspection,
} from '../../harness/measurement/inspection.ts';

/** The log that a text holds. */
export function readLog(text: string): LogInspection {
  const inspection = inspectText(text);
  const log = inspection.kind === 'log' ? inspection : inspection.log;
  if (!log) throw new Error('the text is no log');
  return log;
}

/** The stats that a text holds. */
export function readStats(text: string): StatsInspection {
  const inspection = inspectText(text);
  if (inspection.kind !== 'stats') throw new Error('the text holds no stats');
  return inspection;
}

/** The codes of all findings on a text. */
export function codes(text: string): string[] {
  const inspection = inspectText(text);
  return (inspection.kind === 'stats' ? inspection.stats.findings : inspection.findings).map(
    ({ code }) => code,
  );
}
