import type { Attempt, AttemptEvidence } from './attempt.ts';
import { judgeAttempt } from './judge-attempt.ts';
import { moduleOfPath, plainModule } from './module-name.ts';
import { type ModuleRequest, ModuleRequests } from './module-requests.ts';
import { nameMergedLoads } from './name-merged.ts';
import { ProcessTree } from './process-tree.ts';
import type { Requester } from './requester.ts';
import { readTraceEvent, type TraceEvent } from './trace-event.ts';
import { parseTraceLine, type TraceLine } from './trace-line.ts';

/** Every attempt to load a module that a trace shows. */
export interface Ledger {
  /** In the order in which they began. */
  attempts: Attempt[];
  /** Calls of request_module(). */
  requests: ModuleRequest[];
  /** Number of events, including those that say nothing about modules. */
  events: number;
  /** Events that the buffer had no room for; what they said is missing. */
  lostEvents: number;
  /** Lines that are neither events nor comments nor stacks. */
  strangeLines: number;
  /** When the workload began, by the mark of the agent. */
  workloadNs?: number;
  /** When the counters were read. */
  collectNs?: number;
}

/** A call that has not returned yet. */
interface OpenAttempt {
  evidence: AttemptEvidence;
  /** As the kernel names it. */
  module?: string;
  /** By the name of the file. */
  fileModule?: string;
  pid: number;
  startNs: number;
  requester: Requester;
}

/** A hostile trace could have any number of calls; a real boot of 255 CPUs has some ten thousand. */
const attemptLimit = 1_000_000;
const lostPattern = /\[(?:LOST )?(\d{1,15}) EVENTS(?: DROPPED)?\]/;
const entriesPattern = /^#\s*entries-in-buffer\/entries-written:\s*(\d{1,15})\/(\d{1,15})/;

/**
 * Makes the ledger from the lines of a trace, in the order of their times, as the file `trace` and `trace-cmd report` have them.
 * A missing event makes an attempt less known, never wrong: what was not seen is undefined.
 */
export class LedgerMaker {
  readonly #tree = new ProcessTree();
  readonly #requests = new ModuleRequests();
  readonly #attempts: Attempt[] = [];
  readonly #open = new Map<number, OpenAttempt>();
  #events = 0;
  #strangeLines = 0;
  #lost = 0;
  #overwritten = 0;
  #lastNs = 0;
  #workloadNs: number | undefined;
  #collectNs: number | undefined;

  /** Adds the next line. */
  add(text: string): void {
    if (this.#requests.takeFrame(text)) return;
    this.#requests.endStack();
    if (text === '' || text.startsWith('#')) {
      const entries = entriesPattern.exec(text);
      if (entries) this.#overwritten = Math.max(0, Number(entries[2]) - Number(entries[1]));
      return;
    }
    const line = parseTraceLine(text);
    if (!line) {
      const lost = lostPattern.exec(text);
      if (lost) this.#lost += Number(lost[1]);
      else this.#strangeLines++;
      return;
    }
    this.#events++;
    this.#lastNs = Math.max(this.#lastNs, line.timeNs);
    const event = readTraceEvent(line);
    if (!event) return;
    this.#tree.see(line.pid, line.task, line.process);
    this.#take(line, event);
  }

  /** The ledger. Calls that are still open end here. */
  finish(): Ledger {
    this.#requests.endStack();
    for (const open of this.#open.values()) this.#close(open, this.#lastNs);
    this.#open.clear();
    nameMergedLoads(this.#attempts);
    return {
      attempts: this.#attempts.sort((a, b) => a.startNs - b.startNs),
      requests: this.#requests.all,
      events: this.#events,
      // The header counts what was overwritten; the lines between the events count the same, CPU by CPU.
      lostEvents: Math.max(this.#lost, this.#overwritten),
      strangeLines: this.#strangeLines,
      ...(this.#workloadNs !== undefined && { workloadNs: this.#workloadNs }),
      ...(this.#collectNs !== undefined && { collectNs: this.#collectNs }),
    };
  }

  #take(line: TraceLine, event: TraceEvent): void {
    const { pid, timeNs } = line;
    const open = this.#open.get(pid);
    switch (event.kind) {
      case 'enter':
        if (event.call !== 'delete_module') this.#begin(line, event.call, event.arguments);
        break;
      case 'exit':
        if (open && event.call === open.evidence.call) this.#end(open, event.result, timeNs);
        break;
      case 'fork':
        this.#tree.fork(pid, event.child, event.name);
        break;
      case 'exec':
        this.#tree.exec(pid, event.program);
        break;
      case 'open':
        this.#tree.open(pid, event.descriptor, event.path);
        break;
      case 'request':
        this.#requests.ask(pid, timeNs, event.name, event.caller);
        break;
      case 'stack':
        this.#requests.beginStack(pid);
        break;
      case 'helper-queued':
        this.#requests.queueHelper(pid, event.helper);
        break;
      case 'helper-started':
        this.#tree.help(pid, this.#requests.startHelper(event.helper));
        break;
      case 'mark':
        if (event.text === 'modstorm: workload') this.#workloadNs ??= timeNs;
        if (event.text === 'modstorm: collect') this.#collectNs ??= timeNs;
        break;
      default:
        if (open) observe(open, event);
    }
  }

  #begin({ pid, timeNs }: TraceLine, call: AttemptEvidence['call'], values: readonly number[]): void {
    const finit = call === 'finit_module';
    const [descriptor = -1, length = 0] = values;
    const path = finit ? this.#tree.pathOf(pid, descriptor) : undefined;
    const fileModule = path === undefined ? undefined : moduleOfPath(path);
    this.#open.set(pid, {
      evidence: {
        call,
        flags: finit ? (values[2] ?? 0) : 0,
        length: finit ? 0 : length,
        laidOut: false,
        initialised: false,
      },
      pid,
      startNs: timeNs,
      requester: this.#tree.requesterOf(pid),
      ...(fileModule !== undefined && { fileModule }),
    });
  }

  #end(open: OpenAttempt, result: number, timeNs: number): void {
    this.#open.delete(open.pid);
    open.evidence.result = result;
    this.#close(open, timeNs);
  }

  #close(open: OpenAttempt, timeNs: number): void {
    if (this.#attempts.length >= attemptLimit) return;
    // The kernel's own name is better: a file may be called anything.
    const name = open.module ?? open.fileModule;
    this.#attempts.push({
      module: name === undefined ? undefined : plainModule(name),
      call: open.evidence.call,
      pid: open.pid,
      startNs: open.startNs,
      durationNs: Math.max(0, timeNs - open.startNs),
      ...judgeAttempt(open.evidence),
      requester: open.requester,
    });
  }
}

/** What an event inside a call shows. The first of each kind counts: an init function may load other modules itself. */
function observe(open: OpenAttempt, event: TraceEvent): void {
  const { evidence } = open;
  switch (event.kind) {
    case 'load':
      evidence.initialised = true;
      open.module = event.module;
      break;
    case 'read':
      evidence.read ??= event.bytes;
      break;
    case 'unpack':
      evidence.unpacked ??= { error: event.error, bytes: event.bytes };
      break;
    case 'lookup':
      open.module ??= event.module;
      break;
    case 'layout':
      evidence.laidOut = true;
      break;
    default:
  }
}

/** The ledger of a whole text. */
export function readLedger(text: string): Ledger {
  const maker = new LedgerMaker();
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    maker.add(text.slice(start, end));
    start = end + 1;
  }
  maker.add(text.slice(start));
  return maker.finish();
}
