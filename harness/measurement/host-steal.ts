import type { Finding } from './finding.ts';
import type { HostPressure } from './record.ts';

/**
 * Share of stolen CPU time from which the times of a trial are marked. Guest and harness see stolen time as their own: a
 * workload that the host gave 90 % of its CPUs takes at least 11 % longer, which is the size of a usual gate.
 */
export const heavyStealShare = 0.1;

/** Whether the times of a trial say more about the host than about its guest. */
export function isHeavySteal(pressure: HostPressure | undefined): boolean {
  return (pressure?.stealShare ?? 0) >= heavyStealShare;
}

/** The mark on a trial with heavy steal; empty without. */
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
