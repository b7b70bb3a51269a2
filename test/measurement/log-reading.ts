import type { Crash } from '../../harness/measurement/crashes/crash.ts';
import { findCrashes, worstCrash } from '../../harness/measurement/crashes/crash-report.ts';
import type { Finding } from '../../harness/measurement/finding.ts';
import {
  DuplicateRequestCollector,
  type DuplicateRequests,
} from '../../harness/measurement/kernel-log/duplicate-requests.ts';
import { KernelLogCollector } from '../../harness/measurement/kernel-log/kernel-log.ts';
import { eachLogLine } from '../../harness/measurement/kernel-log/log-lines.ts';

/** The crash of a log that a reader must know first. */
export function findCrash(text: string): Crash | null {
  return worstCrash(findCrashes(text));
}

/** The duplicate requests of a log. */
export function parseDuplicateRequests(text: string): DuplicateRequests {
  const collector = new DuplicateRequestCollector();
  for (const line of eachLogLine(text)) collector.add(line);
  return collector.result();
}

/** The findings of a log. */
export function parseKernelLog(text: string): Finding[] {
  const collector = new KernelLogCollector();
  for (const line of eachLogLine(text)) collector.add(line);
  return collector.result();
}
