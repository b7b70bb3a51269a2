import type { RunComparison } from '../../judgement/judgement.ts';
import type { Side, SideCell } from '../../judgement/side.ts';
import { shellQuote } from '../../shell-quote.ts';
import type { RunRecord } from '../../store/run-record.ts';
import { formatBytes } from '../../units.ts';
import { asciiText, mailWidth, paragraph, plainText } from './mail-text.ts';

/** Settings that the sentence about the guests mentions; those that vary are in the tables. */
type GuestCell = Pick<SideCell, 'settings'>;

/** Where a comparison was measured and how to reproduce it; one line per side that was measured separately. */
export function comparisonEnvironment({ base, next }: RunComparison): string[] {
  if (base.name === next.name && base.record) return runEnvironment(base.record, base.cells);
  return [
    ...sideEnvironment('before', base),
    ...sideEnvironment('after', next),
    ...againLines(['modstorm', 'compare', base.name, next.name]),
  ];
}

/** Where a run was measured, and the command to reproduce it. */
export function runEnvironment(run: RunRecord, cells: readonly GuestCell[]): string[] {
  return [...paragraph(`${describeRun(run, cells)}.`), ...againLines(commandOf(run))];
}

function sideEnvironment(name: string, side: Side): string[] {
  if (side.record) {
    const text = `${name}: ${describeRun(side.record, side.cells)}.`;
    return [...paragraph(text), ...againLines(commandOf(side.record))];
  }
  const label = plainText(side.name, 100);
  if (side.kind === 'text') return paragraph(`${name}: ${label}, modules/stats of one boot`);
  const facts = Object.entries(side.facts ?? {}).map(([fact, value]) => `${fact} ${value}`);
  return paragraph(`${name}: baseline ${label}${facts.map(fact => `, ${plainText(fact)}`).join('')}`);
}

/** `Linux 6.12.95 (lts, stats, build 69bc6058f06a), 4 vCPU 1 GiB guests, workload storm (version 1), TCG …, AMD EPYC, 2 cores`. */
function describeRun(run: RunRecord, cells: readonly GuestCell[]): string {
  const kernels = run.kernels.map(({ kernel, config, release, buildId }) => {
    const words = [kernel, config, ...(buildId === undefined ? [] : [`build ${buildId.slice(0, 11)}`])];
    return `Linux ${plainText(release)} (${words.map(word => plainText(word)).join(', ')})`;
  });
  const guest = [`${settingsOf(cells, 'vcpus')} vCPU`, settingsOf(cells, 'memory')].filter(one => one !== '');
  const { accelerator } = run.accelerator;
  const emulated = accelerator === 'tcg' ? ' (emulated: times are those of the translator)' : '';
  return [
    ...new Set(kernels),
    `guests of ${guest.join(' and ')}`,
    ...Object.entries(run.workloads).map(([name, version]) => workloadText(name, version, cells)),
    `QEMU ${plainText(run.qemu.version.split(' ')[0] ?? '', 20)} ${accelerator.toUpperCase()}${emulated}`,
    `on ${plainText(run.host.cpuModel)}, ${run.host.cores} cores, ${formatBytes(run.host.memoryBytes)}`,
  ].join(', ');
}

/** `workload storm (version 1, module=xfs, workers=16)`: with the parameters that all of its cells share. */
export function workloadText(name: string, version: number, cells: readonly GuestCell[]): string {
  const own = cells.filter(({ settings }) => settings['workload'] === name);
  const prefix = 'workload.';
  const shared = Object.entries(own[0]?.settings ?? {}).flatMap(([key, value]) => {
    const isShared = key.startsWith(prefix) && own.every(({ settings }) => settings[key] === value);
    return isShared ? [`${key.slice(prefix.length)}=${value}`] : [];
  });
  return plainText(`workload ${name} (${[`version ${version}`, ...shared].join(', ')})`, 160);
}

/** The values of an axis over all cells: `1, 2, 4`. */
function settingsOf(cells: readonly GuestCell[], axis: string): string {
  const values = [...new Set(cells.flatMap(({ settings }) => settings[axis] ?? []))];
  return plainText(values.join('/'), 40);
}

/** The command of the run; runs of version 0.1.0 also recorded the name of the npm script. */
function commandOf({ command }: RunRecord): string[] {
  return ['modstorm', ...(command[0] === 'modstorm' ? command.slice(1) : command)];
}

/** Room for a word of a command on a line of its own, behind the indentation and before the backslash. */
const wordRoom = mailWidth - '    '.length - ' \\'.length;
/** Room for a part of a longer word: `$ a="$a"'...'`. */
const partRoom = mailWidth - `$ a="$a"''`.length;
/** Longer commands are cut: nothing of them can be trusted to run. */
const mostCharacters = 2000;

/** A command on lines that a shell joins again. A word that is too long for a line, such as a path, is put together before. */
function againLines(command: readonly string[]): string[] {
  const lines: string[] = [];
  const words = command.map((word, index) => {
    const quoted = asciiText(shellQuote([word]), mostCharacters);
    if (quoted.length <= wordRoom) return quoted;
    const name = String.fromCharCode('a'.charCodeAt(0) + (index % 26));
    lines.push(
      ...partsOf(asciiText(word, mostCharacters)).map((part, at) => {
        return `$ ${name}=${at === 0 ? '' : `"$${name}"`}${shellQuote([part])}`;
      }),
    );
    return `"$${name}"`;
  });
  let line = '$';
  for (const word of words) {
    if (`${line} ${word} \\`.length <= mailWidth) line += ` ${word}`;
    else {
      lines.push(`${line} \\`);
      line = `    ${word}`;
    }
  }
  return [...lines, line];
}

/** Pieces of a word that fit a line also when they are quoted. */
function partsOf(word: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (const character of word) {
    if (part !== '' && shellQuote([part + character]).length > partRoom) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  return [...parts, part];
}
