import type { HistoryPoint, HistorySeries } from '../../harness/judgement/history/history-series.ts';

/** One point per night from 1 January 2026 on, with these centres; default: a new kernel each night. */
export function fakePoints(
  centres: readonly number[],
  kernelOf: (night: number) => string | undefined = night => `kernel-${night}`,
): HistoryPoint[] {
  return centres.map((centre, night) => ({
    run: `night-${night}`,
    startedAt: new Date(Date.UTC(2026, 0, 1 + night, 3)).toISOString(),
    centre,
    n: 8,
    least: centre,
    greatest: centre,
    kernel: kernelOf(night),
  }));
}

/** A series of a time, for which higher is worse, with these points. */
export function fakeSeries(
  points: HistoryPoint[],
  more: Partial<HistorySeries['definition']> = {},
): HistorySeries {
  return {
    cell: 'vcpus=8',
    settings: { kernel: 'lts', vcpus: '8', workload: 'storm', 'workload.module': 'xfs' },
    definition: {
      name: 'boot_kernel_ns',
      unit: 'ns',
      class: 'time',
      worse: 'higher',
      family: 'boot',
      headline: true,
      gated: false,
      gate: { atLeast: 1e6, relative: 0.01 },
      ...more,
    },
    facts: {},
    points,
    beginsAnew: [],
  };
}
