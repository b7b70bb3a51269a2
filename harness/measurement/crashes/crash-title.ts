/**
 * Functions that report, lock, allocate or wait for somebody else: never the name of a bug. After the manner of
 * syzkaller's pkg/report/linux.go, with anchored names.
 */
const skipped = new RegExp(
  `^(?:${[
    '_*asan_\\w*|_*msan_\\w*|_*ubsan_\\w*|\\w*kasan\\w*|\\w*kmsan\\w*|__sanitizer\\w*|check_memory_region\\w*|kfence_\\w*',
    'print_address_description\\w*|print_report|end_report|dump_stack\\w*|show_stack\\w*|sched_show_task|show_regs\\w*',
    'panic|nmi_panic|check_panic_on_warn|__warn\\w*|warn_slowpath\\w*|warn_alloc|report_bug\\w*|fixup_bug\\w*|handle_bug',
    '\\w*exc_\\w+|asm_exc_\\w+|asm_sysvec_\\w+|sysvec_\\w+|invalid_op|do_error_trap|do_trap|die|die_addr|die_body|__die\\w*|oops_end|oops_begin',
    'page_fault_oops|no_context|bad_area\\w*|__bad_area\\w*|do_user_addr_fault|do_kern_addr_fault|do_page_fault|kernelmode_fixup_or_oops',
    'lockdep\\w*|\\w*lock_acquire|\\w*lock_release|__lock_\\w+|lock_class\\w*|print_\\w*(?:bug|deadlock|bad|usage|irq|circular)\\w*|check_\\w*deadlock|validate_chain|mark_lock\\w*|reacquire_held_locks',
    '_*(?:raw_)?(?:spin|read|write)_(?:try)?(?:un)?lock\\w*|do_raw_\\w+|native_queued_\\w+|queued_\\w+_slowpath|pv_queued_\\w+',
    '_*mutex_(?:try)?(?:un)?lock\\w*|_*(?:down|up)(?:_read|_write|_timeout|_killable|_interruptible)?\\w*|rwsem_\\w+|osq_(?:un)?lock',
    'refcount_\\w+|_*list_(?:add|del|replace|move|splice)\\w*|mem(?:cpy|cmp|set|chr|move)\\w*|_*str(?:n|l|s)?(?:cmp|cpy|len|str|chr|cat)\\w*',
    '_*copy_(?:to|from)_user\\w*|_*(?:put|get)_user\\w*|_*might_(?:fault|sleep)\\w*|___might_sleep|__might_resched|__schedule_bug',
    '\\w*printk\\w*|vprintk\\w*|\\w*snprintf|string|pointer|va_format|dev_(?:info|notice|warn|err|alert|crit|emerg)|_dev_\\w+',
    '__x86_indirect_thunk_\\w*|__x86_return_thunk|debug_smp_processor_id|check_preemption_disabled|preempt_\\w+|kfree|kvfree|vfree',
  ].join('|')})$`,
);

/** Waiting and scheduling, which every hung task shows first. */
const waiting =
  /sched|_lock|_slowlock|down|rwsem|completion|kthread|wait|context_switch|__switch_to|cancel_delayed_work|io_schedule/;

/** Whoever these call is the one that loops: entry points of system calls, work items, timers, softirqs, threads. */
const anchors =
  /^(?:process_one_work|process_scheduled_works|do_syscall_\w+|x64_sys_call|do_fast_syscall_\w+|\w*netif_receive_skb\w*|\w*do_softirq\w*|handle_softirqs|call_timer_fn|\w*run_timers\w*|run_timer_softirq|run_ksoftirqd|smpboot_thread_fn|kthread|start_secondary|cpu_startup_entry|ret_from_fork\w*|vfs_(?:write|read|iter_read|iter_write|ioctl|open)|do_dentry_open|do_mmap|handle_mm_fault|__do_fault|__fput|task_work_run|do_one_initcall|\w*smp_call_function\w*|entry_SYSCALL\w*)$/;

const interrupts =
  /^(?:asm_)?(?:sysvec|common_interrupt|exc_nmi|nmi|default_do_nmi|end_repeat_nmi)\w*$|apic_timer_interrupt|^(?:rcu|tick|hrtimer|update_process_times|__hrtimer|scheduler_tick|sched_tick|print_cpu_stall|nmi_|trigger_|arch_trigger|check_cpu_stall|__sysvec|irq_|instr_sysvec)\w*/;

/** The first function that may lend its name to a bug. */
export function guiltyFunction(functions: readonly string[], skip?: RegExp): string | undefined {
  return functions.find(name => !skipped.test(name) && !(skip?.test(name) ?? false));
}

/** For hung tasks: waits for RCU and for the network lock are one bug each; else the first that is not waiting. */
export function hungFunction(functions: readonly string[]): string | undefined {
  for (const name of functions) {
    if (/^synchronize_(?:rcu|srcu|net|sched)/.test(name)) return 'synchronize_rcu';
    if (name.includes('rtnl_lock')) return 'rtnl_lock';
  }
  return functions.find(name => !waiting.test(name) && !skipped.test(name));
}

/** For stalls and lockups: the callee of the first entry point, since the top of the stack is random. */
export function stalledFunction(functions: readonly string[]): string | undefined {
  const relevant = functions.filter(name => !interrupts.test(name));
  let previous: string | undefined;
  for (const name of relevant) {
    if (anchors.test(name)) {
      if (name.includes('smp_call_function')) return 'smp_call_function';
      if (previous !== undefined) return previous.replace(/^__(?:x64|ia32|do|se)_sys_/, 'sys_');
      return name;
    }
    previous = name;
  }
  return guiltyFunction(relevant);
}

/** Takes out what differs between boots: addresses, line numbers, CPUs, other numbers. At most 160 characters. */
export function normaliseTitle(title: string): string {
  return title
    .slice(0, 400)
    .replace(/([A-Za-z_][\w.]{0,255})\+0x[0-9a-f]+\/0x[0-9a-f]+/g, '$1')
    .replace(/CPU#?\d+/g, 'CPU')
    .replace(/(\.[chS]):\d+/g, '$1:LINE')
    .replace(/\b0x[0-9a-fA-F]+\b|\b(?:(?=[0-9a-f]*\d)[0-9a-f]{8,}|[0-9a-f]{12,})\b/g, 'ADDR')
    .replace(/(^|[^\w.-])-?\d+(?![\w-])/g, '$1NUM')
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/\s+/g, ' ')
    .replace(/[.\s]+$/, '')
    .slice(0, 160);
}
