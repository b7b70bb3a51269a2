import { scaleLinear } from 'd3-scale';
import { stack } from 'd3-shape';
import { mean, sum } from 'simple-statistics';
import type { BootStats } from '../../judgement/side.ts';
import type { TrialPhase } from '../../measurement/record.ts';
import { formatBytes, formatDuration, plural } from '../../units.ts';
import { workloadText } from '../commit/environment.ts';
import { modulesOf, sharesOf, timesText } from '../duplicate-share.ts';
import { rankTotals } from '../folded.ts';
import { countsOf, countsOfCell } from '../outcome-case.ts';
import type { CellReport, ReportModel } from '../report-model.ts';
import type { RunReport } from '../run-report.ts';
import { Footnotes } from '../text/footnotes.ts';
import { troubleLines } from '../text/trouble.ts';
import { facts, fold, html, section, table, wordHead } from './markup.ts';

/** How the boots of each cell ended, and what a reader must know before trusting their numbers. */
export function cellsPart({ cells }: ReportModel): string {
  const notes = new Footnotes();
  const rows = cells.map(cell => [
    html(cell.cell.label, 300),
    String(cell.passed),
    `<td class="text">${html(`${countsOfCell(cell)}${notes.add(cell)}`)}</td>`,
  ]);
  const lines = notes.lines();
  return section(plural(cells.length, 'cell'), [
    table('cells and how their boots ended', ['cell', 'n', wordHead('outcomes')], rows),
    ...(lines.length > 0 ? [`<pre>${html(lines.join('\n'))}</pre>`] : []),
  ]);
}

/** Boots that did not pass: title, last lines of the console, evidence, the command that boots the cell again. */
export function troublePart({ troubled }: ReportModel, path: string): string {
  const lines = troubleLines(troubled, path);
  return lines.length === 0
    ? ''
    : section('Boots that did not pass', [`<pre>${html(lines.join('\n'))}</pre>`]);
}

const phases: readonly TrialPhase[] = ['start', 'boot', 'prepare', 'workload', 'collect', 'shutdown'];

/** How long the phases of a boot took, on average over the boots of a cell that passed. */
export function phasesPart({ model, content }: RunReport): string {
  const bars = model.cells.flatMap(({ cell }) => {
    const records = content.records.filter(one => one.cell === cell.id && one.outcome.kind === 'passed');
    const means = phases.map(phase => {
      const times = records.flatMap(({ phasesNs }) => phasesNs[phase] ?? []);
      return times.length === 0 ? 0 : mean(times);
    });
    return means.some(one => one > 0) ? [{ label: cell.label, means }] : [];
  });
  if (bars.length === 0) return '';
  const longest = bars.reduce((most, { means }) => Math.max(most, sum(means)), 0);
  const across = scaleLinear([0, longest], [0, 100]);
  const layers = stack<(typeof bars)[number], number>()
    .keys(phases.keys())
    .value(({ means }, phase) => means[phase] ?? 0)(bars);
  const key = phases.map((phase, index) => `<span class="key p${index + 1}"></span>${phase}`).join('');
  const rows = bars.map(({ label, means }, bar) => {
    const words = phases
      .map((phase, index) => ({ phase, ns: means[index] ?? 0 }))
      .filter(({ ns }) => ns > 0)
      .map(({ phase, ns }) => `${phase} ${formatDuration(ns)}`)
      .join(', ');
    const boxes = layers.flatMap((layer, index) => {
      const [start = 0, end = 0] = layer[bar] ?? [];
      if (start === end) return [];
      const width = across(end - start).toFixed(2);
      return `<rect class="p${index + 1}" x="${across(start).toFixed(2)}%" width="${width}%" height="16"/>`;
    });
    return (
      `<div>${html(label, 300)}</div><svg height="16" role="img" aria-label="${html(`${label}: ${words}`, 400)}">${boxes.join('')}</svg>` +
      `<div class="value">${formatDuration(sum(means))}</div>`
    );
  });
  return section('Phases of a boot', [
    `<p class="legend">Mean of the boots that passed: ${key}</p>`,
    fold(plural(bars.length, 'cell'), `<div class="rows">${rows.join('\n')}</div>`, {
      open: bars.length <= 12,
    }),
  ]);
}

const mostModules = 30;
const mostCallers = 20;

/** Failed duplicate loads by module and reason, on average over the boots of each side. */
export function duplicatesPart(sides: readonly { name: string; boots: readonly BootStats[] }[]): string {
  const measured = sides.filter(({ boots }) => boots.length > 0);
  const shares = measured.map(({ boots }) => sharesOf(boots));
  const names = modulesOf(shares);
  if (names.length === 0) return '';
  const rows = names.slice(0, mostModules).map(name => [
    html(name, 100),
    ...shares.flatMap(share => {
      const own = share.get(name);
      return [own ? timesText(own.times) : '0', `<td class="text">${html(own?.reason ?? '')}</td>`];
    }),
  ]);
  const heads = measured.flatMap(({ name, boots }) => [
    html(`${name} (n=${boots.length})`),
    wordHead('reason'),
  ]);
  const rest = names.length - mostModules;
  return section('Failed duplicate loads by module', [
    table('failed duplicate loads by module and reason', ['module', ...heads], rows),
    '<p class="legend">Times in a boot, mean of the boots of all cells of a side; the reasons are those of the kernel.</p>',
    ...(rest > 0 ? [`<p>and ${plural(rest, 'module')} more</p>`] : []),
  ]);
}

/** Who made duplicate requests for modules; over all boots. */
export function callersPart(cells: readonly CellReport[]): string {
  const requests = cells.flatMap(({ callers, duplicateRequests }) =>
    callers.length > 0
      ? callers.map(({ name, chain, total }) => ({ name, chain: chain.join(' < '), total }))
      : duplicateRequests.map(({ name, total }) => ({ name, chain: 'not recorded', total })),
  );
  const found = rankTotals(requests, ({ name, chain }) => JSON.stringify([name, chain]));
  if (found.length === 0) return '';
  const rows = found
    .slice(0, mostCallers)
    .map(({ item: { name, chain }, total }) => [
      html(name, 100),
      String(total),
      `<td class="text">${html(chain, 400)}</td>`,
    ]);
  const rest = found.length - mostCallers;
  return section('Duplicate requests and their callers', [
    table('duplicate requests by caller', ['requested', 'times', wordHead('by')], rows),
    ...(rest > 0 ? [`<p>and ${rest} more</p>`] : []),
  ]);
}

/** Where and how the run was made. */
export function environmentPart(model: ReportModel, path: string): string {
  const { run } = model;
  const cells = model.cells.map(({ cell }) => cell);
  const kernels = run.kernels.map(
    ({ kernel, config, release, buildId, origin }) =>
      `${release} (${kernel}, ${config}${buildId === undefined ? '' : `, build ${buildId}`}), ${origin}`,
  );
  const emulated =
    run.accelerator.accelerator === 'tcg' ? ': emulated, times are those of the translator' : '';
  const pairs: [string, string][] = [
    ['boots', `${model.planned} planned: ${countsOf(model)}; in ${formatDuration(model.elapsedNs)}`],
    ['started', run.startedAt],
    ['kernels', [...new Set(kernels)].join('\n') || 'unknown'],
    ['guests', `${run.accelerator.accelerator.toUpperCase()}${emulated} (${run.accelerator.reason})`],
    ['QEMU', run.qemu.version],
    [
      'host',
      `${run.host.cpuModel}, ${plural(run.host.cores, 'core')}, ${formatBytes(run.host.memoryBytes)}, Linux ${run.host.kernel}`,
    ],
    [
      'workloads',
      Object.entries(run.workloads)
        .map(([name, version]) => workloadText(name, version, cells))
        .join('\n'),
    ],
    ['seed', String(run.seed)],
    ['command', ['modstorm', ...run.command].join(' ')],
    ['modstorm', `${run.tool.version}${run.tool.revision === undefined ? '' : ` ${run.tool.revision}`}`],
    ['run', path],
  ];
  return section('Environment', [facts(pairs), fold('the matrix', `<pre>${html(run.matrix.text)}</pre>`)]);
}
