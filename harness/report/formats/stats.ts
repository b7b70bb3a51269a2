import { escapeText } from '../../escape.ts';
import type { BootStats } from '../../judgement/side.ts';
import type { Cell } from '../../matrix/matrix.ts';
import {
  type CounterName,
  kernelCounters,
  wastedCounters,
  wastedLabel,
} from '../../measurement/module-stats/kernel-counter.ts';
import type { TrialRecord } from '../../measurement/record.ts';
import type { RunRecord } from '../../store/run-record.ts';
import { formatBytes } from '../../units.ts';
import type { Exporter } from '../exporter.ts';
import type { RunReport } from '../run-report.ts';

/** For a commit message: one boot of each cell, as the kernel reports it. */
export const exporter: Exporter = { run: renderStatsReport };

/** Width of a label in read_file_mod_stats() of kernel/module/stats.c, then a tab, as terminals show it. */
const labelWidth = 25;
const tab = 8;

/** The labels of all lines of the `stats` text, in their order. */
export const statsLabels: readonly string[] = [
  ...kernelCounters.map(({ label }) => label),
  wastedLabel,
  ...kernelCounters.flatMap(({ average: label }) => label ?? []),
];

/**
 * The counters of one boot as the lines of the `stats` text, in its order. Averages are rounded up as the kernel does. Counters
 * that are not known have no line.
 */
export function statsLines(stats: BootStats): [label: string, value: bigint][] {
  const value = (name: CounterName) => {
    const text = stats.counters[name];
    return text === undefined ? undefined : BigInt(text);
  };
  const wasted = wastedCounters.map(value).filter(bytes => bytes !== undefined);
  const lines: [label: string, value: bigint | undefined][] = [
    ...kernelCounters.map(({ label, name }): [string, bigint | undefined] => [label, value(name)]),
    [
      wastedLabel,
      wasted.length < wastedCounters.length ? undefined : wasted.reduce((sum, bytes) => sum + bytes, 0n),
    ],
    ...kernelCounters.flatMap(({ name, count, average: label }): [string, bigint | undefined][] =>
      count && label ? [[label, average(value(name), value(count))]] : [],
    ),
  ];
  return lines.filter((line): line is [string, bigint] => line[1] !== undefined);
}

/**
 * The text of /sys/kernel/debug/modules/stats as a terminal shows it, tabs as blanks: the layout of the commit message
 * of df3e764d8e5c.
 */
export function renderStatsTable(stats: BootStats): string {
  const text = statsLines(stats).map(([label, number]) => row([label, `${number}`]));
  if (stats.duplicates.length === 0) return text.join('\n');
  const rows = stats.duplicates.map(({ name, count, reason }) =>
    row([escapeText(name, { length: 60 }), String(count).padStart(15), reason.padStart(25)]),
  );
  const head = row(['Module-name', 'How-many-times'.padStart(15), 'Reason'.padStart(25)]);
  return [...text, 'Duplicate failed modules:', head, ...rows].join('\n');
}

function average(total: bigint | undefined, count: bigint | undefined): bigint | undefined {
  return total && count ? (total + count - 1n) / count : undefined;
}

/** Cells of a row with tabs between them, the first aligned right, as a terminal with stops at every 8 shows them. */
function row([first = '', ...others]: readonly string[]): string {
  let line = first.padStart(labelWidth);
  for (const cell of others) line = line.padEnd((Math.floor(line.length / tab) + 1) * tab) + cell;
  return line;
}

/**
 * The boots of a run in the style of the commit message of df3e764d8e5c: for each cell, the boot with the median waste (the
 * lower of two), its start-up line, the stats text, and separately the modules that the kernel itself requested twice.
 */
function renderStatsReport({ content: { run, plan, records } }: RunReport): string {
  const blocks = plan.cells.map(cell => {
    const passed = records.filter(record => record.cell === cell.id && record.outcome.kind === 'passed');
    return [escapeText(`${cell.label}: ${describeMachine(run, cell)}`), ...describeBoot(passed)].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

function describeMachine(run: RunRecord, cell: Cell): string {
  const kernels = run.kernels.filter(one => one.kernel === cell.kernel);
  // Kernels with the same name and different configs share a source, and so the origin and release.
  const kernel = kernels[0];
  const linux = kernel ? `Linux ${kernel.release} (${kernel.origin})` : `kernel ${cell.kernel}`;
  const { accelerator } = run.accelerator;
  return `${linux}, ${cell.vcpus} vCPU ${formatBytes(cell.memoryBytes)} guest, QEMU ${run.qemu.version}, ${accelerator.toUpperCase()}`;
}

function describeBoot(passed: readonly TrialRecord[]): string[] {
  const median = medianBoot(passed);
  const record = median ?? passed[0];
  if (!record) return ['no boot of this cell passed'];
  const choice = median === undefined ? 'the first boot' : 'the boot with the median waste';
  const which = passed.length === 1 ? 'the only boot' : `${choice} of ${passed.length}`;
  const lines = [`trial ${escapeText(record.trial)}, ${which}`, '', ...startUpLine(record)];
  if (!record.counters) return [...lines, 'this boot has no module statistics'];
  lines.push(renderStatsTable({ counters: record.counters.after, duplicates: record.duplicates }));
  if (record.duplicateRequests.length > 0) {
    lines.push('', 'Duplicate requests by the kernel itself (its log, module-autoload):');
    for (const { name, count } of record.duplicateRequests)
      lines.push(row([escapeText(name, { length: 60 }), String(count).padStart(15)]));
  }
  return lines;
}

/** Of the boots that measured their waste. */
function medianBoot(passed: readonly TrialRecord[]): TrialRecord | undefined {
  const sorted = passed
    .flatMap(record => {
      const waste = record.metrics['wasted_bytes'];
      return waste === undefined ? [] : [{ record, waste: BigInt(waste) }];
    })
    .sort((a, b) => Number(a.waste - b.waste) || a.record.order - b.record.order);
  return sorted[Math.floor((sorted.length - 1) / 2)]?.record;
}

/** `Startup finished in 19.143s (kernel) + 7.078s (userspace) = 26.221s`: until the agent starts, and until the guest is quiet. */
function startUpLine({ metrics, bootNs }: TrialRecord): string[] {
  const settle = metrics['settle_ns'];
  if (bootNs === undefined || settle === undefined) return [];
  const userspace = Number(settle);
  return [
    `Startup finished in ${seconds(bootNs)} (kernel) + ${seconds(userspace)} (userspace) = ${seconds(bootNs + userspace)}`,
    '',
  ];
}

/** Times in the format of systemd-analyze: `19.143s`, `1min 25.958s`. */
function seconds(ns: number): string {
  const ms = Math.round(ns / 1e6);
  const minutes = Math.floor(ms / 60_000);
  return `${minutes > 0 ? `${minutes}min ` : ''}${((ms % 60_000) / 1000).toFixed(3)}s`;
}
