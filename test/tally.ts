/** The results of some tests. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  /** The test program itself ended badly: a crash, incomplete coverage. */
  broken: boolean;
}

export function emptyTally(): Tally {
  return { passed: 0, failed: 0, skipped: 0, broken: false };
}

/** Adds a tally to the total. */
export function addTally(total: Tally, { passed, failed, skipped, broken }: Tally): void {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  total.broken ||= broken;
}

/** Writes a line of the report. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
