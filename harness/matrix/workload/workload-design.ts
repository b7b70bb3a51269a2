/** What ends a workload: its work is done or its time is up. */
export const workloadDesigns = ['fixed-work', 'fixed-time'] as const;

/**
 * What ends a workload. `fixed-work`: every worker does a given amount of work, so that totals (bytes wasted, loads
 * failed) can be compared. `fixed-time`: the workers run until the time is up, so that totals grow with the speed of
 * the kernel, and only rates can be compared.
 */
export type WorkloadDesign = (typeof workloadDesigns)[number];
