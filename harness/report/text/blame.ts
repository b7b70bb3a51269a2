import { escapeText } from '../../escape.ts';
import { type BlamedModule, type BlameRow, failedLoads, needless } from '../../measurement/trace/blame.ts';
import { formatBytes, formatDuration, plural } from '../../units.ts';
import type { BlameReport } from '../blame.ts';
import { type Column, renderTable } from './table.ts';

const kinds: Readonly<Record<BlameRow['kind'], string>> = {
  kernel: 'kernel',
  udev: 'udev',
  program: 'userspace',
};

const columns: readonly Column[] = [
  { head: ['waste'], align: 'right' },
  { head: ['share'], align: 'right' },
  { head: ['calls'], align: 'right' },
  { head: ['loaded'], align: 'right' },
  { head: ['dup', 'early'], align: 'right' },
  { head: ['dup', 'late'], align: 'right' },
  { head: ['merged'], align: 'right' },
  { head: ['failed'], align: 'right' },
  { head: ['waited'], align: 'right' },
  { head: ['who'], align: 'left' },
];

/** Who is to blame: one row for each who asked, and below a sentence for the worst modules. */
export function blameLines(report: BlameReport, rowLimit: number, sentenceLimit: number): string[] {
  const { rows } = report;
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
  const shown = rows.slice(0, rowLimit);
  const lines = renderTable(
    columns,
    shown.map(row => tableRow(row, bytes)),
  );
  if (rows.length > rowLimit) lines.push(`and ${rows.length - rowLimit} more`);
  const sentences = blameSentences(report, sentenceLimit);
  return [...lines, ...(sentences.length > 0 ? ['', ...sentences] : []), '', blameSum(report)];
}

/** A sentence for each of the most wasteful modules. */
export function blameSentences({ rows, boots }: BlameReport, limit: number): string[] {
  return rows
    .flatMap(row => row.modules.filter(module => needless(module) > 0).map(module => ({ row, module })))
    .sort((a, b) => b.module.bytes - a.module.bytes || needless(b.module) - needless(a.module))
    .slice(0, limit)
    .map(({ row, module }) => blameSentence(row, module, boots));
}

function tableRow(row: BlameRow, bytes: number): string[] {
  const { outcomes } = row;
  const number = (count = 0): string => (count === 0 ? '-' : String(count));
  return [
    row.bytes === 0 ? '-' : formatBytes(row.bytes),
    bytes === 0 ? '-' : `${Math.round((100 * row.bytes) / bytes)} %`,
    String(row.attempts),
    number(outcomes.loaded),
    number(outcomes['duplicate-early']),
    number(outcomes['duplicate-late']),
    number(outcomes.merged),
    number(failedLoads(row)),
    row.waitNs === 0 ? '-' : formatDuration(row.waitNs),
    requesterText(row),
  ];
}

/** `udev: modaliases of devices`, `kernel: __sock_create for net-pf-38 < __sys_socket`, `userspace: modprobe < sh`. */
export function requesterText({ kind, who, chain }: BlameRow): string {
  if (kind === 'udev') return `${kinds.udev}: modaliases of devices`;
  const outer = kind === 'kernel' ? chain.slice(1, 3) : chain.slice(0, 3);
  return `${kinds[kind]}: ${[who, ...outer].map(name => escapeText(name, { length: 60 })).join(' < ')}`;
}

/** What a maintainer would write: `254 of 255 loads of kvm were needless: udev, for 255 devices (cpu*), within 31 ms; 254 waited for the first`. */
function blameSentence(row: BlameRow, module: BlamedModule, boots: number): string {
  const name = module.module === '' ? 'an unknown module' : escapeText(module.module, { length: 60 });
  const { outcomes } = module;
  const parts = [
    count(outcomes.merged, 'waited for another load'),
    count(outcomes['duplicate-early'], 'failed before their layout'),
    count(outcomes['duplicate-late'], 'failed after it'),
  ].filter(part => part !== '');
  const waste = module.bytes > 0 ? `, ${formatBytes(module.bytes)} thrown away` : '';
  const perBoot = boots > 1 ? ` in ${plural(boots, 'boot')}` : '';
  return `${needless(module)} of ${plural(module.attempts, 'load')} of ${name}${perBoot}: ${askedBy(row, module)}, within ${formatDuration(module.spanNs)}; ${parts.join(', ')}${waste}`;
}

function askedBy(row: BlameRow, { devices, device }: BlamedModule): string {
  if (row.kind !== 'udev') return requesterText(row);
  if (devices === 0) return 'udev';
  const example = device === undefined ? '' : ` (${escapeText(device, { length: 60 })})`;
  return `udev, for the modalias of ${plural(devices, 'device')}${example}`;
}

function count(number: number | undefined, text: string): string {
  return number === undefined ? '' : `${number} ${text}`;
}

/** How many calls the rows are made of, and whether they add up. */
export function blameSum({ boots, addsUp, attempts }: BlameReport): string {
  const all = `${plural(attempts, 'call')} of finit_module() and init_module() in ${plural(boots, 'traced boot')}`;
  if (addsUp === 'unknown') return `${all}; there are no counters to compare them with.`;
  if (addsUp === boots) return `${all}: failures, bytes and modules add up with what the kernel counted.`;
  return `${all}: in ${plural(boots - addsUp, 'boot')} the ledger differs from what the kernel counted; the findings say by how much.`;
}
