import type { Finding } from '../finding.ts';
import { callChain } from './call-chain.ts';
import type { LogLine } from './log-line.ts';
import { parseFrame, type StackFrame } from './stack-frame.ts';

/** All duplicate requests of a log. */
export interface DuplicateRequests {
  /** Sum over all names. */
  total: number;
  /** Per requested name, most frequent first. */
  requests: DuplicateRequest[];
  /** Per name and call chain; empty if the kernel printed no traces. */
  callers: DuplicateRequestCaller[];
  findings: Finding[];
}

/** A splat whose trace may still follow. */
interface OpenTrace {
  name: string;
  context: string;
  started: boolean;
  frames: StackFrame[];
}

const request = /module-autoload: duplicate request for module {1,2}(\S{1,255})(?:\s|$)/;
/** Maximum number of distinct names and open splats, so that a guest cannot exhaust memory. */
const nameLimit = 10_000;
const openLimit = 512;
const frameLimit = 64;

/**
 * Counts the kernel's reports of duplicate requests in the lines of one log, printed as a warning line or as a WARN
 * splat, and folds the traces of splats by caller. Interleaved splats of several CPUs are neither lost nor counted twice:
 * only message lines count, and the kernel prints one per request in both forms.
 */
export class DuplicateRequestCollector {
  readonly #counts = new Map<string, number>();
  readonly #callers = new Map<string, DuplicateRequestCaller>();
  readonly #open: OpenTrace[] = [];
  #interleaved = 0;

  /** Adds the next line. Returns true if it reports a request or belongs to such a report. */
  add(line: LogLine): boolean {
    const name = requestedName(line);
    if (name === undefined) return this.#takeTrace(line);
    this.#takeRequest(name, line);
    return true;
  }

  /** The result. Traces that are still open end here. */
  result(): DuplicateRequests {
    for (const trace of [...this.#open]) this.#close(trace);
    return summarise(this.#counts, this.#callers, this.#interleaved);
  }

  #takeRequest(name: string, line: LogLine): void {
    if (this.#counts.has(name) || this.#counts.size < nameLimit) {
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    }
    // The plain warning has the prefix of pr_fmt (`module: `). Only the WARN form begins with the message.
    if (!line.text.startsWith('module-autoload')) return;
    const [oldest] = this.#open;
    if (oldest && this.#open.length >= openLimit) this.#close(oldest);
    this.#open.push({ name, context: line.caller ?? '', started: false, frames: [] });
  }

  #takeTrace(line: LogLine): boolean {
    if (this.#open.length === 0) return false;
    const mine = this.#open.filter(trace => trace.context === (line.caller ?? ''));
    if (line.text.includes('Call Trace:')) {
      const next = mine.find(trace => !trace.started);
      if (next) next.started = true;
      return next !== undefined;
    }
    if (line.text.includes('---[ end trace')) {
      const first = mine.find(trace => trace.frames.length > 0) ?? mine.find(trace => trace.started);
      if (first) this.#close(first);
      return first !== undefined;
    }
    const running = mine.filter(trace => trace.started);
    const frame = running.length > 0 ? parseFrame(line.text) : undefined;
    if (!frame?.reliable) return mine.length > 0;
    if (running.length > 1) this.#interleaved++;
    const trace = traceForFrame(running, frame);
    if (trace && trace.frames.length < frameLimit) trace.frames.push(frame);
    return true;
  }

  #close(trace: OpenTrace): void {
    this.#open.splice(this.#open.indexOf(trace), 1);
    foldTrace(this.#callers, trace);
  }
}

/** The module of a report, which mail or a terminal may have broken. */
function requestedName({ text, continuation }: LogLine): string | undefined {
  if (!/module-|duplicate/.test(text)) return undefined;
  const whole = request.exec(text);
  if (whole || continuation === undefined) return whole?.[1];
  return (request.exec(`${text} ${continuation}`) ?? request.exec(text + continuation))?.[1];
}

/** Every trace begins in __request_module: a trace that has not reached it cannot own a frame further out. */
function traceForFrame(running: OpenTrace[], frame: StackFrame): OpenTrace | undefined {
  if (frame.function === '__request_module')
    return running.find(trace => trace.frames.length === 0) ?? running[0];
  const begun = running.filter(trace => trace.frames.length > 0);
  const candidates = begun.length > 0 ? begun : running;
  return candidates.reduce((least, trace) => (trace.frames.length < least.frames.length ? trace : least));
}

function foldTrace(callers: Map<string, DuplicateRequestCaller>, trace: OpenTrace): void {
  if (!trace.started) return;
  const chain = callChain(trace.frames);
  const caller = chain[0] ?? 'unknown';
  const key = JSON.stringify([trace.name, chain]);
  const known = callers.get(key);
  if (known) known.count++;
  else if (callers.size < nameLimit) callers.set(key, { name: trace.name, caller, chain, count: 1 });
}

function byCount(left: { count: number; name: string }, right: { count: number; name: string }): number {
  return right.count - left.count || (left.name < right.name ? -1 : left.name > right.name ? 1 : 0);
}

function summarise(
  counts: Map<string, number>,
  callers: Map<string, DuplicateRequestCaller>,
  interleaved: number,
): DuplicateRequests {
  const requests = [...counts].map(([name, count]) => ({ name, count })).sort(byCount);
  const total = requests.reduce((sum, { count }) => sum + count, 0);
  const findings: Finding[] = [];
  if (interleaved > 0) {
    const message = `${interleaved} stack frames came from interleaved splats; counts are correct, but call chains may be mixed up`;
    findings.push({ code: 'TRACES_INTERLEAVED', severity: 'note', message });
  }
  return { total, requests, callers: [...callers.values()].sort(byCount), findings };
}

/** A duplicate request as the kernel printed it, per requested name. */
export interface DuplicateRequest {
  name: string;
  count: number;
}

/** The caller of a duplicate request, from the WARN form of the report (module.enable_dups_trace=1). */
export interface DuplicateRequestCaller {
  /** The requested name: an alias such as `crypto-aes` or `net-pf-16-proto-12`, rarely the file name. */
  name: string;
  /** First function above request_module() and its wrappers: `run_request [test_kmod]`. */
  caller: string;
  /** From the caller outward, reliable frames only, without the entry code of threads and system calls. */
  chain: string[];
  count: number;
}
