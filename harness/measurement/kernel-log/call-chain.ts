import { frameName, type StackFrame } from './stack-frame.ts';

/** Frames between the report of a request and the caller (kernel/module/dups.c, kernel/module/kmod.c, and the tracer). */
const wrappers = new Set([
  'kmod_dup_request_exists_wait',
  '__request_module',
  '__warn',
  'report_bug',
  'dump_stack',
]);
/** Frames that end a call chain: thread start and system call entry. */
const roots =
  /^(?:kthread|ret_from_fork\w*|do_syscall_64|x64_sys_call|do_int80\w*|entry_\w+|el0\w*|worker_thread|process_one_work|process_scheduled_works|__do_fast_syscall_32|do_fast_syscall_32|invoke_syscall)$/;

/**
 * The functions that asked for a module: a stack without what is above the caller of request_module(), and without the entry
 * code of threads and system calls. From the caller outward.
 */
export function callChain(frames: readonly StackFrame[]): string[] {
  // The tracer has frames of its own above the request.
  const request = frames.findIndex(frame => frame.function === '__request_module');
  const chain: string[] = [];
  for (const frame of frames.slice(request + 1)) {
    if (chain.length === 0 && wrappers.has(frame.function)) continue;
    if (roots.test(frame.function)) break;
    chain.push(frameName(frame));
  }
  return chain;
}
