import { callChain } from '../kernel-log/call-chain.ts';
import { plainFunction, type StackFrame } from '../kernel-log/stack-frame.ts';

/** One call of request_module(). */
export interface ModuleRequest {
  /** The requested alias or name. */
  name: string;
  startNs: number;
  /** The functions that asked, from the caller outward. */
  chain: string[];
}

/** A hostile trace could have any number; a real boot has some hundred. */
const requestLimit = 1_000_000;
const frameLimit = 64;
/** ` => name [module]`, with an offset or an address as some options and trace-cmd add them. */
const framePattern =
  /^ {0,30}=> ([A-Za-z_.][\w.$]{0,510})(?:\+0x[0-9a-f]+\S*)?(?: \[([\w-]{1,63})\])?(?: (?:<[0-9a-f]+>|\([0-9a-f]+\)))?\s*$/;

/**
 * The requests of a trace, with their stacks, and the helper processes that the kernel started for them: the task that asks
 * queues a helper next, and the new task names the same helper when it starts (kernel/umh.c).
 */
export class ModuleRequests {
  readonly all: ModuleRequest[] = [];
  /** The last request of each task whose helper has not been queued. */
  readonly #asking = new Map<number, ModuleRequest>();
  readonly #helpers = new Map<string, ModuleRequest>();
  #last: { pid: number; request: ModuleRequest } | undefined;
  #stack: { request: ModuleRequest; frames: StackFrame[] } | undefined;

  ask(pid: number, startNs: number, name: string, caller: string): void {
    const request: ModuleRequest = { name, startNs, chain: [plainFunction(caller)] };
    if (this.all.length < requestLimit) this.all.push(request);
    this.#asking.set(pid, request);
    this.#last = { pid, request };
  }

  /** The frames that follow are a stack of this task. */
  beginStack(pid: number): void {
    this.endStack();
    if (this.#last?.pid !== pid) return;
    this.#stack = { request: this.#last.request, frames: [] };
    this.#last = undefined;
  }

  /** Whether the line is a frame of a stack. */
  takeFrame(line: string): boolean {
    const match = framePattern.exec(line);
    if (!match) return false;
    if (this.#stack && this.#stack.frames.length < frameLimit) {
      const frame: StackFrame = { function: plainFunction(match[1] ?? ''), reliable: true };
      if (match[2] !== undefined) frame.module = match[2];
      this.#stack.frames.push(frame);
    }
    return true;
  }

  /** Another line than a frame ends a stack. */
  endStack(): void {
    if (!this.#stack) return;
    const chain = callChain(this.#stack.frames);
    if (chain.length > 0) this.#stack.request.chain = chain;
    this.#stack = undefined;
  }

  queueHelper(pid: number, helper: string): void {
    const request = this.#asking.get(pid);
    if (!request) return;
    this.#asking.delete(pid);
    this.#helpers.set(helper, request);
  }

  /** The request that the helper was queued for; undefined for helpers of other kinds. */
  startHelper(helper: string): ModuleRequest | undefined {
    const request = this.#helpers.get(helper);
    this.#helpers.delete(helper);
    return request;
  }
}
