import type { Crash } from './crashes/crash.ts';
import { CrashCollector } from './crashes/crash-report.ts';
import type { Finding } from './finding.ts';
import { isBootBanner } from './kernel-log/boot-banner.ts';
import { DuplicateRequestCollector, type DuplicateRequests } from './kernel-log/duplicate-requests.ts';
import { KernelLogCollector } from './kernel-log/kernel-log.ts';
import type { LogLine } from './kernel-log/log-line.ts';

/** The contents of a kernel log. */
export interface LogReading {
  crashes: Crash[];
  duplicateRequests: DuplicateRequests;
  findings: Finding[];
  /** Number of lines that only a kernel prints. */
  kernelLines: number;
  /** Releases of the kernels that printed them, in order, without repetitions. */
  releases: string[];
}

/** Signs of trouble. A matching line that no rule recognises is reported, so that nothing is ignored silently. */
const trouble =
  /^(?:BUG|WARNING|INFO|Oops|UBSAN|KASAN|Unable to handle|Internal error|general protection)\b|\bKernel panic\b|\bduplicate request\b|\bUnknown symbol\b|^Call [Tt]race:|^module(?:-autoload| \S+): /;
/** Lines that look like trouble but are harmless. */
const harmless =
  /---\[ end|^INFO: (?:lockdep is turned off|NMI handler|Stall ended before|recovery required)|^WARNING: (?:Spectre|Unprivileged eBPF|CPU mitigations|kernel not compiled|workqueue cpumask|[Tt]he mand mount|fbcon|See https)/;
const release =
  /^\s*Linux version (\d{1,3}\.\d{1,3}\S{0,120})|(?:Not tainted|Tainted: [A-Z \w()[\]=,]{1,200}?) (\d{1,3}\.\d{1,3}[.\w+~-]{0,120})|^Linux \S{1,255} (\d{1,3}\.\d{1,3}\S{0,120}) #\d/;
const releaseLimit = 8;

/** Reads the lines of one log and applies all collectors to them. */
export class LogReader {
  readonly #requests = new DuplicateRequestCollector();
  readonly #health = new KernelLogCollector();
  readonly #crashes = new CrashCollector();
  readonly #releases = new Set<string>();
  #kernelLines = 0;
  #unread: { count: number; first: LogLine } | undefined;

  /** Adds the next line. */
  add(line: LogLine): void {
    if (line.marked || isBootBanner(line.text) || line.text.startsWith('Kernel panic - '))
      this.#kernelLines++;
    const understood = [this.#requests.add(line), this.#health.add(line), this.#crashes.add(line)].includes(
      true,
    );
    if (!understood && trouble.test(line.text) && !harmless.test(line.text)) {
      if (this.#unread) this.#unread.count++;
      else this.#unread = { count: 1, first: line };
    }
    const found =
      line.text.includes('inux ') || line.text.includes('ainted') ? release.exec(line.text) : null;
    const name = found?.[1] ?? found?.[2] ?? found?.[3];
    if (name !== undefined && this.#releases.size < releaseLimit) this.#releases.add(name);
  }

  /** The result. Reports that are still open end here. */
  result(): LogReading {
    const duplicateRequests = this.#requests.result();
    const { crashes, findings } = this.#crashes.result();
    return {
      crashes,
      duplicateRequests,
      findings: [
        ...duplicateRequests.findings,
        ...this.#health.result(),
        ...findings,
        ...this.#unreadFinding(),
      ],
      kernelLines: this.#kernelLines,
      releases: [...this.#releases],
    };
  }

  #unreadFinding(): Finding[] {
    if (!this.#unread) return [];
    const { count, first } = this.#unread;
    const lines = count === 1 ? '1 line' : `${count} lines`;
    const message = `${lines} reporting a problem that this version does not recognise: "${first.text.trim().slice(0, 120)}"`;
    return [{ code: 'NOT_UNDERSTOOD', severity: 'note', message, line: first.line }];
  }
}

/** Reads the lines of a log. */
export function readLog(lines: Iterable<LogLine>): LogReading {
  const reader = new LogReader();
  for (const line of lines) reader.add(line);
  return reader.result();
}
