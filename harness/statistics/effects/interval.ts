/** An interval estimate. */
export interface Interval {
  low: number;
  high: number;
  /** The actual level. Small samples and discreteness make it differ from the requested one. 0 if there is no interval. */
  confidence: number;
  /** Whether the requested level is reached. If not, the interval must not support a claim of no change. */
  attained: boolean;
}

/** Whether the interval lies within -gate and +gate, so that a change as large as the gate is excluded. */
export function liesInside(interval: Interval | undefined, gate: number): boolean {
  return interval?.attained === true && interval.low > -gate && interval.high < gate;
}
