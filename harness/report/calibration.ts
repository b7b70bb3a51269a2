import { escapeText } from '../escape.ts';
import { type AlarmTally, alarmTally, type Calibration } from '../judgement/calibration.ts';
import type { CalibrationEntry } from '../store/calibration-log.ts';
import { plural } from '../units.ts';
import { blockText } from './text/blocks.ts';
import { type Column, renderTable } from './text/table.ts';

/** The input of the calibration report. */
export interface CalibrationReport {
  run: string;
  cells: number;
  calibration: Calibration;
  /** All calibrations of this host under the same conditions, including this one. */
  host: readonly CalibrationEntry[];
}

/** A calibration as text: false alarms, what they say about the true rate, and the tests of each metric. */
export function renderCalibration({ run, cells, calibration, host }: CalibrationReport): string {
  const { pairs, perSide, alpha, verdicts, tests, metrics, sentences, unfinished, impossible } = calibration;
  const columns: Column[] = [
    { head: ['metric'], align: 'left' },
    { head: ['tests'], align: 'right' },
    { head: [`p <= ${alpha}`], align: 'right' },
    { head: ['expected', 'at most'], align: 'right' },
    { head: ['true rate', 'at most'], align: 'right' },
  ];
  const rows = Object.entries(metrics).map(([name, tally]) => [
    escapeText(name, { length: 40 }),
    String(tally.of),
    String(tally.alarms),
    (tally.of * alpha).toFixed(1),
    percent(tally.upper),
  ]);
  const blocks = [
    [
      `${escapeText(run)}: A/A, ${plural(pairs, 'pair')} of ${plural(cells, 'cell')}, ${plural(perSide, 'boot')} per side, nothing differs`,
    ],
    unfinished > 0
      ? [`${plural(unfinished, 'pair')} unfinished, not judged; continue with --resume ${escapeText(run)}`]
      : [],
    rows.length > 0 ? renderTable(columns, rows) : [],
    sentences.map(sentence => `FALSE ALARM: ${sentence}`),
    [
      `verdicts: ${tallyLine(verdicts)}`,
      `single tests, uncorrected: ${tallyLine(tests)}${tests.of > 0 ? `; at most about ${(tests.of * alpha).toFixed(1)} are expected` : ''}`,
      ...impossibleLines(impossible),
      ...hostLines(host),
      'Bounds have 95 % confidence. The metrics of one boot are not independent, so the bound for single tests is rough.',
    ],
  ];
  return blockText(blocks);
}

/** Tests that could not have raised an alarm are not evidence, so the tallies leave them out. */
function impossibleLines({ verdicts, tests }: Calibration['impossible']): string[] {
  const lines: string[] = [];
  if (verdicts > 0)
    lines.push(
      `${plural(verdicts, 'verdict')} left out: with so few boots per side no alarm was possible; raise --per-side`,
    );
  if (tests > 0)
    lines.push(`${plural(tests, 'single test')} left out: too few boots, or the same value in every boot`);
  return lines;
}

function hostLines(host: readonly CalibrationEntry[]): string[] {
  if (host.length < 2) return [];
  const sum = (of: 'alarms' | 'of') => host.reduce((total, entry) => total + entry.verdicts[of], 0);
  return [
    `this host so far, ${plural(host.length, 'calibration')}: ${tallyLine(alarmTally(sum('alarms'), sum('of')))}`,
  ];
}

function tallyLine({ alarms, of, upper }: AlarmTally): string {
  if (of === 0) return 'none could have raised an alarm, so the rate is unknown';
  return `${plural(alarms, 'false alarm')} in ${of}, so the true rate is at most ${percent(upper)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
