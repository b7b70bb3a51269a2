/** An interval estimate. */
export interface Interval {
  low: number;
  high: number;
  /** The level it reaches, which small samples and discreteness make differ from the one asked for; 0 if there is none. */
  confidence: number;
  /** Whether the level asked for is reached; if not, the interval may not support a claim of no change. */
  attained: boolean;
}

/** Whether the interval lies within -gate and +gate, so that a change as large as the gate is excluded. */
export function liesInside(interval: Interval | undefined, gate: number): boolean {
  return interval?.attained === true && interval.low > -gate && interval.high < gate;
}
