import { escapeText } from '../escape.ts';
import { formatQuantity } from '../judgement/quantity.ts';
import type { MetricSpread, SessionCalibration } from '../judgement/sessions/session-calibration.ts';
import { plural } from '../units.ts';
import { type Column, renderTable } from './text/table.ts';

/** The result of `modstorm calibrate --sessions` as text. */
export function renderSessionCalibration({ runs, spreads, alarms }: SessionCalibration): string {
  const columns: Column[] = [
    { head: ['cell'], align: 'left' },
    { head: ['metric'], align: 'left' },
    ...['sessions', 'sigma', 'in a session', 'two differ by'].map(head => ({
      head: [head],
      align: 'right' as const,
    })),
  ];
  const { still, known } = alarms;
  return [
    `${plural(runs.length, 'session')} of one kernel, ${runs[0] ?? 'none'} to ${runs.at(-1) ?? 'none'}`,
    '',
    ...renderTable(columns, spreads.map(row)),
    '',
    'sigma: standard deviation of the level between sessions; in a session: between its boots',
    'two differ by: two sessions of one kernel differ by more than this in 5 % of cases',
    '',
    `${plural(still.of, 'pair')} of sessions judged as if one were new: ${still.alarms} with an alarm if the host is assumed unchanged,`,
    `${known.alarms} given the spread of the other sessions`,
    'compare finds these sessions by their kernel; more sessions, on other days, improve the estimate',
    '',
  ].join('\n');
}

function row({ cell, metric, unit, sessions, spread, margin }: MetricSpread): string[] {
  const value = (size: number | undefined) => (size === undefined ? '-' : formatQuantity(size, unit));
  return [
    escapeText(cell, { length: 60 }),
    escapeText(metric, { length: 40 }),
    String(sessions),
    value(spread?.deviation),
    value(spread?.within),
    value(margin),
  ];
}
