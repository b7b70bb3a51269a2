import type { CounterName } from '../../harness/measurement/module-stats/kernel-counter.ts';
import type { DuplicateModule } from '../../harness/measurement/module-stats/module-stats.ts';

/** The state that read_file_mod_stats() prints. */
export interface KernelState {
  counters: Record<CounterName, bigint>;
  duplicates: DuplicateModule[];
}

function row(label: string, value: bigint): string {
  return `${label.padStart(25)}\t${value}\n`;
}

function roundedUp(bytes: bigint, count: bigint): bigint {
  return (bytes + count - 1n) / count;
}

/**
 * Prints a state as kernel/module/stats.c of Linux 6.12 does: the formats of its scnprintf() calls, the optional rows,
 * the list that ends before the 112th name, and the buffer of 1024 bytes and 64 a failure that cuts the text.
 */
export function renderKernelStats({ counters: c, duplicates }: KernelState): string {
  const wasted = BigInt.asUintN(
    64,
    c.invalid_kread_bytes + c.invalid_decompress_bytes + c.invalid_becoming_bytes + c.invalid_mod_bytes,
  );
  let text = row('Mods ever loaded', c.modcount);
  text += row('Mods failed on kread', c.failed_kreads);
  text += row('Mods failed on decompress', c.failed_decompress);
  text += row('Mods failed on becoming', c.failed_becoming);
  text += row('Mods failed on load', c.failed_load_modules);
  text += row('Total module size', c.total_mod_size);
  text += row('Total mod text size', c.total_text_size);
  text += row('Failed kread bytes', c.invalid_kread_bytes);
  text += row('Failed decompress bytes', c.invalid_decompress_bytes);
  text += row('Failed becoming bytes', c.invalid_becoming_bytes);
  text += row('Failed kmod bytes', c.invalid_mod_bytes);
  text += row('Virtual mem wasted bytes', wasted);
  const averages: [string, bigint, bigint][] = [
    ['Average mod size', c.total_mod_size, c.modcount],
    ['Average mod text size', c.total_text_size, c.modcount],
    ['Avg fail kread bytes', c.invalid_kread_bytes, c.failed_kreads],
    ['Avg fail becoming bytes', c.invalid_becoming_bytes, c.failed_becoming],
    ['Avg fail decomp bytes', c.invalid_decompress_bytes, c.failed_decompress],
    ['Average fail load bytes', c.invalid_mod_bytes, c.failed_load_modules],
  ];
  for (const [label, bytes, count] of averages) {
    if (bytes !== 0n && count !== 0n) text += row(label, roundedUp(bytes, count));
  }
  if (duplicates.length > 0) {
    text += 'Duplicate failed modules:\n';
    text += `${'Module-name'.padStart(25)}\t${'How-many-times'.padStart(15)}\t${'Reason'.padStart(25)}\n`;
    for (const { name, count, reason } of duplicates.slice(0, 111)) {
      text += `${name.padStart(25)}\t${String(count).padStart(15)}\t${reason.padStart(25)}\n`;
    }
  }
  const failures = BigInt.asUintN(32, c.failed_load_modules + c.failed_becoming);
  const size = 1024 + Number(failures < 112n ? failures : 112n) * 64;
  return text.slice(0, size - 1);
}
