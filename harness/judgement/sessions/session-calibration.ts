import type { MetricDefinition } from '../../statistics/samples/metric.ts';
import { sessionMargin } from '../../statistics/series/session-difference.ts';
import { type AlarmTally, alarmTally } from '../calibration.ts';
import { compareAcross } from '../compare-sides.ts';
import type { Side } from '../side.ts';
import { type KnownSpread, Sessions } from './sessions.ts';

/** How much one metric of one cell moves between sessions of one kernel. */
export interface MetricSpread extends KnownSpread {
  cell: string;
  metric: string;
  unit: string;
  /** The difference that two such sessions exceed in 5 % of cases; undefined without a spread. */
  margin: number | undefined;
}

/** What sessions of one kernel show about their host. */
export interface SessionCalibration {
  /** Names of the runs, oldest first. */
  runs: string[];
  /** Headlines of every cell. */
  spreads: MetricSpread[];
  /** Verdicts on the pairs of consecutive sessions, between which nothing differs: an alarm is a gated change. */
  alarms: {
    /** If the host is assumed unchanged. */
    still: AlarmTally;
    /** Given the spread of all other sessions. */
    known: AlarmTally;
  };
}

/**
 * Judges sessions of one kernel as if every second one were of a new kernel.
 * @param sides the sessions, oldest first
 * @param sessions all known sessions of the kernel on this host, including these
 * @throws UsageError COMPARE_UNLIKE if the host changed between two sessions
 */
export function calibrateSessions(sides: readonly Side[], sessions: Sessions): SessionCalibration {
  const counts = { pairs: 0, still: 0, known: 0 };
  let definitions: readonly MetricDefinition[] = [];
  for (let place = 0; place + 1 < sides.length; place += 2) {
    const [base, next] = sides.slice(place, place + 2) as [Side, Side];
    const others = new Sessions();
    for (const side of sides) if (side !== next) others.add(side);
    const still = compareAcross(base, next, { assumeStillHost: true }).judgement;
    const known = compareAcross(base, next, { sessions: others }).judgement;
    definitions = still.definitions;
    counts.pairs++;
    counts.still += Number(hasAlarm(still));
    counts.known += Number(hasAlarm(known));
  }
  const last = sides.at(-1);
  const headlines = definitions.filter(({ headline }) => headline);
  return {
    runs: sides.map(({ name }) => name),
    spreads: last === undefined ? [] : headlines.flatMap(headline => spreadsOf(last, headline, sessions)),
    alarms: {
      still: alarmTally(counts.still, counts.pairs),
      known: alarmTally(counts.known, counts.pairs),
    },
  };
}

function hasAlarm({ pairs }: ReturnType<typeof compareAcross>['judgement']): boolean {
  return pairs.some(({ metrics }) =>
    metrics.some(({ definition, result }) => definition.gated && result.changed),
  );
}

function spreadsOf(side: Side, { name, unit }: MetricDefinition, sessions: Sessions): MetricSpread[] {
  return side.cells.flatMap(cell => {
    const known = sessions.ofCell(side, cell, name);
    if (known.sessions === 0) return [];
    const trials = (cell.values.get(name) ?? []).filter(value => value !== null).length;
    const pair = { difference: 0, base: trials, candidate: trials };
    const margin = known.spread && sessionMargin(known.spread, pair, 0.05);
    return [{ cell: cell.label, metric: name, unit, margin, ...known }];
  });
}
