import type { Side } from '../../../harness/judgement/side.ts';
import type { Random } from '../../../harness/random.ts';

const boots = 20;

/** How a host makes the boots of one session, in standard deviations of a boot. */
export interface Host {
  /** Standard deviation of the level of sessions. */
  level: number;
  /** Correlation of a boot with the one before. */
  autocorrelation: number;
}

/** Standard normal, by Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

/** A session of one kernel: 100 MB wasted by a boot, with a standard deviation of 10 MB. */
export function session(
  run: string,
  random: Random,
  host: Host,
  options: { kernel?: string; cells?: number; shift?: number } = {},
): Side {
  const { kernel = 'old', cells = 1, shift = 0 } = options;
  const level = host.level * normal(random) + shift;
  let state = 0;
  const boot = () => {
    const fresh = Math.sqrt(1 - host.autocorrelation ** 2) * normal(random);
    state = host.autocorrelation * state + fresh;
    return Math.round(1e8 + 1e7 * (level + state));
  };
  return {
    kind: 'run',
    name: run,
    run,
    startedAt: undefined,
    facts: { cpu_model: 'x' },
    record: undefined,
    varied: [],
    cells: Array.from({ length: cells }, (_, index) => ({
      id: `c${index}`,
      label: `c${index}`,
      settings: { vcpus: String(index) },
      design: 'fixed-work' as const,
      kernel,
      facts: { workload: 'storm 1' },
      values: new Map([['wasted_bytes', Array.from({ length: boots }, boot)]]),
      order: [],
      underSteal: 0,
      boots: [],
    })),
    workloadMetrics: {},
    gates: {},
  };
}
