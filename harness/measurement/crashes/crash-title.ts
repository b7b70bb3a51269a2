/**
 * Functions that report, lock, allocate or wait on behalf of others: never the name of a bug. Modelled on
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
    '(?:__)?folio_(?:unlock|lock|get|put|alloc\\w*)|_*lock_timer_base|_*mod_timer|_*(?:del_timer|timer_delete)\\w*|_*try_to_(?:del_timer|grab_pending)\\w*|fast_dput|dput|ihold|iput(?:_final)?|drop_nlink|ida_free|mark_buffer_dirty',
    '_*copy_(?:to|from)_iter\\w*|_*copy_(?:page|folio)_(?:to|from)_iter\\w*|_*copy(?:in|out)|crc\\w*|\\w*_crc\\d\\w*|xas_\\w+|xa_load|rb_\\w+|__rb_\\w+|rhashtable_lookup\\w*|cleanup_srcu_struct',
    '__phys_addr\\w*|_*fortify_(?:panic|report)|skb_(?:panic|over_panic|under_panic)|kobject_\\w+|kref_\\w+|klist_\\w+|sysfs_remove_\\w+|device_(?:add|del|destroy|unregister)|put_device|register_lock_class|assign_lock_key',
    'alloc_page\\w*|_*alloc_(?:frozen_)?pages\\w*|_*k[mvz]?alloc\\w*|_*kv?[mzc]alloc\\w*|krealloc\\w*|_*kmem_cache_\\w+|\\w*slab_\\w+|allocate_slab|new_slab|find_lock_entries|truncate_inode_pages\\w*|_*filemap_(?:get|alloc)_folio\\w*|find_or_create_page|_*do_read_cache_(?:folio|page)|read_cache_(?:folio|page)\\w*|pagecache_get_page|grab_cache_page\\w*|object_err|check_heap_object|memdup\\w*|kmemdup\\w*|kstrdup\\w*|kasprintf|kvasprintf',
    'debug_object\\w*|(?:timer|work)_is_static_object|stack_trace_\\w+|arch_stack_walk|walk_stackframe|dump_backtrace|ref_tracker_\\w+|atomic\\w*_(?:inc|dec|read|set|add|sub|or|and|xor|fetch|xchg|cmpxchg)\\w*|(?:set|clear|change|test)_bit\\w*|_*wake_up\\w*|complete',
    '_*flush_work\\w*|_*cancel_work\\w*|(?:flush|drain|destroy)_workqueue|_*queue_(?:delayed_)?work\\w*|insert_work|wait_for_completion\\w*|finish_wait|kthread_stop|usb_(?:submit|kill)_urb|usb_control_msg',
    'do_(?:kernel|translation)_fault|do_mem_abort|el1h?_\\w+|_*do_kernel_fault|die_kernel_fault|exc_\\w+|trap_\\w+|handle_exception|bug_handler|program_check_exception|unwind_backtrace|rust_helper_BUG|do_invalid_op|__dump_stack|read_word_at_a_time|\\w*vscnprintf|hex_string|kfree_skb\\w*|add_uevent_var|rollback_registered\\w*|devres_release_all|tty_unregister_device|usb_kill_anchored_urbs|hwrng_unregister|sk_(?:stop|reset)_timer\\w*|device_remove_file|look_up_lock_class|hlock_class|perf_trace_\\w+|__seqprop_assert|warn_bogus_irq_restore|kvasprintf_const|mutex_remove_waiter|(?:_raw_)?(?:spin|read|write)_\\w*lock\\w*|rust_begin_unwind|\\w*hwasan\\w*|_*bh_(?:enable|disable)\\w*|_*local_bh_\\w+|trace_(?:hard|soft)irqs?_\\w+|(?:un)?lock_page|do_error|get_taint|print_tainted|__stack_chk_fail',
    // Rust: functions that a panic passes through before it is reported.
    '__rustc::\\w+|core::(?:panicking|option|result|slice::index|str|cell)::(?:[\\w:]*panic[\\w:]*|\\w*_fail(?:ed)?\\w*)|core::panicking::[\\w:]+',
    '__x86_indirect_thunk_\\w*|__x86_return_thunk|debug_smp_processor_id|check_preemption_disabled|debug_check_no_locks_(?:held|freed)|preempt_\\w+|kfree|kvfree|vfree',
  ].join('|')})$`,
);

/** Waiting and scheduling, which every hung task shows first. */
const waiting =
  /sched|_lock|_slowlock|down|rwsem|completion|kthread|wait|context_switch|__switch_to|cancel_delayed_work|io_schedule/;

/** The callees of these are the ones that loop: entry points of system calls, work items, timers, softirqs, threads. */
const anchors = new RegExp(
  `^(?:${[
    'process_one_work|process_scheduled_works|kthread|start_secondary|cpu_startup_entry|ret_from_fork\\w*|smpboot_thread_fn|run_ksoftirqd',
    'do_syscall_\\w+|x64_sys_call|do_fast_syscall_\\w+|do_int80\\w*|invoke_syscall|el0_svc\\w*|entry_\\w+|exit_to_user\\w*|\\w*netif_receive_skb\\w*',
    '\\w*do_softirq\\w*|handle_softirqs|call_timer_fn|\\w*run_timers\\w*|run_timer_softirq|\\w*hrtimer_run\\w*|tasklet_(?:hi_)?action\\w*|\\w*smp_call_function\\w*',
    '\\w*vfs_(?:write|read|iter_read|iter_write|ioctl|open)|do_iter_\\w+|call_(?:read|write)_iter|new_sync_(?:read|write)|call_mmap|mmap_region|do_mmap|do_dentry_open|ksys_ioctl',
    '(?:__x64_|__ia32_|__se_|__do_)?(?:compat_)?(?:sys_|SyS_)ioctl|compat_\\w*ioctl|blkdev_ioctl|____sys_(?:send|recv)msg|sock_(?:sendmsg|recvmsg|release|mmap|ioctl|do_ioctl)|sock_sendmsg_nosec|__sock_(?:release|sendmsg)|\\w*setsockopt|sk_common_release',
    'rtnetlink_rcv_msg|nfnetlink_rcv_msg|netlink_dump|__do_fault|do_page_fault|handle_mm_fault|__fput|task_work_run|do_one_initcall',
  ].join('|')})$`,
);

const interrupts =
  /^(?:asm_)?(?:sysvec|common_interrupt|exc_nmi|nmi|default_do_nmi|end_repeat_nmi)\w*$|apic_timer_interrupt|^(?:rcu|tick|hrtimer|update_process_times|__hrtimer|scheduler_tick|sched_tick|print_cpu_stall|nmi_|trigger_|arch_trigger|check_cpu_stall|__sysvec|irq_|instr_sysvec)\w*/;

/** Prefixes that SYSCALL_DEFINE() and its callers add to the name of a system call. */
const syscallPrefix =
  /^(?:__se_sys_|__do_sys_|ksys_|_{2,4}sys_|compat_S[yY]S_|S[yY]S_|SYSC_|sys_|__(?:x64|ia32|arm64)_)(?=\w)/;

/** The name of a function for titles: system calls lose their wrapper prefixes. */
function titleName(name: string): string {
  // A plain C++ function: `_Z`, the length of its name, the name.
  const length = /^_Z(\d{1,3})/.exec(name)?.[1];
  if (length !== undefined) return name.slice(2 + length.length, 2 + length.length + Number(length));
  return name.replace(syscallPrefix, '');
}

/** The first function that may name a bug. */
export function guiltyFunction(functions: readonly string[], skip?: RegExp): string | undefined {
  const guilty = functions.find(name => !skipped.test(name) && !(skip?.test(name) ?? false));
  return guilty === undefined ? undefined : titleName(guilty);
}

/** For hung tasks: waits for RCU and for the network lock are one bug each, else the first that is not waiting. */
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
      return titleName(previous ?? name);
    }
    previous = name;
  }
  return guiltyFunction(relevant);
}

/** Removes parts that differ between boots: addresses, line numbers, CPUs, other numbers. At most 160 characters. */
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
