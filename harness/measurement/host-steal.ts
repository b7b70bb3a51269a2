import type { Finding } from './finding.ts';
import type { HostPressure } from './record.ts';

/**
 * The share of stolen CPU time at which the times of a trial are marked. Guest and harness cannot see stolen time: a workload
 * with 90 % of its CPU time takes at least 11 % longer, which is the size of a typical gate.
 */
export const heavyStealShare = 0.1;

/** Whether the times of a trial say more about the host than about its guest. */
export function isHeavySteal(pressure: HostPressure | undefined): boolean {
  return (pressure?.stealShare ?? 0) >= heavyStealShare;
}

/** The finding for a trial with heavy steal; empty otherwise. */
export function stealFindings(pressure: HostPressure | undefined): Finding[] {
  if (!pressure || !isHeavySteal(pressure)) return [];
  const percent = Math.round(pressure.stealShare * 100);
  return [
    {
      code: 'HOST_STEAL',
      severity: 'warning',
      message: `the hypervisor of the host took ${percent} % of its CPU time (steal) during the trial: do not trust its times`,
    },
  ];
}
