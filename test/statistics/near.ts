import type { Test as TapTest } from 'tap';

/** Relative closeness, for numbers printed by other programs with so many digits. */
export function near(t: TapTest, found: number, wanted: number, tolerance = 1e-9, name = ''): void {
  const distance = Math.abs(found - wanted) / (Math.abs(wanted) || 1);
  t.ok(distance <= tolerance, `${name} ${found} is ${wanted}`);
}
