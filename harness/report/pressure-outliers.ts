import { quantileSorted } from 'simple-statistics';
import type { Metric } from '../measurement/metric.ts';
import type { HostPressure, TrialRecord } from '../measurement/record.ts';
import { type CellSamples, passedValues } from '../store/sample.ts';
import type { FoldedFinding } from './folded.ts';

/** A boot that measured a time, with the pressure on the host meanwhile. */
interface TimedBoot {
  time: number;
  pressure: HostPressure;
}

/** Fewer boots have no outliers: their quartiles would be single values. */
const leastBoots = 5;
/** The host must have been busier by this share than for every other boot of the cell. */
const leastDifference = 0.05;

/** The pressures that slow a guest down, with their descriptions. */
const pressures = [
  ['stealShare', 'of the CPU time of the host went to its hypervisor (steal)'],
  ['waitShare', 'of the time other tasks waited for a CPU (PSI)'],
] as const;

/**
 * A note on each time of a cell that has slow outliers which the host explains: a value above the upper fence of Tukey
 * (third quartile + 1.5 interquartile ranges), measured while the host was busier than for every value within the fence.
 * The value stays in the sample. Pure.
 */
export function explainOutliers(samples: CellSamples, times: readonly Metric[]): FoldedFinding[] {
  const records = samples.records.filter(({ outcome }) => outcome.kind === 'passed');
  return times.flatMap(({ name }) => {
    const boots = timedBoots(passedValues(samples, name), records);
    const sentence = explanation(boots);
    if (!sentence) return [];
    const message = `${name}: ${sentence.text}`;
    return [{ code: 'PRESSURE_OUTLIER', severity: 'note' as const, message, trials: sentence.trials }];
  });
}

function timedBoots(values: readonly unknown[], records: readonly TrialRecord[]): TimedBoot[] {
  return records.flatMap(({ hostPressure }, place) => {
    const time = values[place];
    return hostPressure && (typeof time === 'number' || typeof time === 'bigint')
      ? [{ time: Number(time), pressure: hostPressure }]
      : [];
  });
}

function explanation(boots: readonly TimedBoot[]): { text: string; trials: number } | undefined {
  if (boots.length < leastBoots) return undefined;
  const ordered = boots.map(({ time }) => time).sort((a, b) => a - b);
  const [first, third] = [quantileSorted(ordered, 0.25), quantileSorted(ordered, 0.75)];
  const fence = third + 1.5 * (third - first);
  const usual = boots.filter(({ time }) => time <= fence);
  const outliers = boots.filter(({ time }) => time > fence);
  for (const [name, words] of pressures) {
    const elsewhere = Math.max(...usual.map(({ pressure }) => pressure[name] ?? 0));
    const explained = outliers.filter(({ pressure }) => (pressure[name] ?? 0) >= elsewhere + leastDifference);
    const least = Math.min(...explained.map(({ pressure }) => pressure[name] ?? 0));
    if (explained.length === 0) continue;
    const boot = explained.length === 1 ? 'slow boot is an outlier' : 'slow boots are outliers';
    return {
      text: `${explained.length} ${boot}; meanwhile ${percent(least)} or more ${words}, at most ${percent(elsewhere)} during the others`,
      trials: explained.length,
    };
  }
  return undefined;
}

function percent(value: number): string {
  return `${Math.round(value * 100)} %`;
}
