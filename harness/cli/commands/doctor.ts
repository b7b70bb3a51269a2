import { exitCodes } from '../../exit-code.ts';
import { type HostReport, type HostTool, inspectHost, realHost } from '../../host/inspect-host.ts';
import { incomplete, installMissing } from '../../host/install-packages.ts';
import { cacheFolder } from '../../project.ts';
import { formatBytes } from '../../units.ts';
import type { CommandContext } from '../context.ts';
import { renderError } from '../render-error.ts';
import { type CacheCheck, checkCache } from './cache-check.ts';
import { cachePlaces } from './cache-cleaning.ts';

/** Options of `modstorm doctor`. */
export interface DoctorOptions {
  install?: boolean | undefined;
  /** Print nothing on stdout if nothing is missing. */
  brief?: boolean | undefined;
  json?: boolean | undefined;
  /** Also check for what only modstorm's own tests need. */
  tests?: boolean | undefined;
}

/** The command's side effects; replaced in tests. */
export interface DoctorDependencies {
  inspect: (forTests?: boolean) => Promise<HostReport>;
  install: typeof installMissing;
  /** Undefined: do not check the cache. */
  checkCache?: (() => Promise<CacheCheck>) | undefined;
}

/**
 * `modstorm doctor`: what this host has, what it lacks, and how to install each missing item.
 * @returns 0 if nothing is missing, else 3
 * @throws InfrastructureError PACKAGE_INSTALL_FAILED, INTERRUPTED
 */
export async function doctorCommand(
  options: DoctorOptions,
  context: Pick<CommandContext, 'stdout' | 'stderr' | 'environment' | 'signal'>,
  dependencies: DoctorDependencies = {
    inspect: forTests => inspectHost(realHost(context.environment), forTests),
    install: installMissing,
    checkCache: () => checkCache(cacheFolder(context.environment), cachePlaces),
  },
): Promise<number> {
  let report = await dependencies.inspect(options.tests);
  if (options.install && !isComplete(report)) {
    if (report.manager === 'apt' && report.isRoot) {
      const onLine = (line: string) => context.stderr(`modstorm: ${line}\n`);
      await dependencies.install(report, { onLine, signal: context.signal });
      report = await dependencies.inspect(options.tests);
    }
  }
  const complete = isComplete(report);
  const check = options.brief ? undefined : await dependencies.checkCache?.();
  if (options.json) context.stdout(`${JSON.stringify(toJson(report, check), null, 2)}\n`);
  else if (!(options.brief && complete)) context.stdout(renderHostReport(report, check));
  if (complete) return exitCodes.success;
  context.stderr(renderError(incomplete(report)));
  return exitCodes.infrastructure;
}

function isComplete(report: HostReport): boolean {
  return report.tools.every(tool => tool.path !== undefined);
}

/** The human-readable table. */
export function renderHostReport(report: HostReport, check?: CacheCheck): string {
  const rows = report.tools.map(toolRow);
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = [
    row(width, 'host', `${report.system}, ${report.cores} cores, load ${report.load.toFixed(1)}`),
    row(
      width,
      'memory',
      `${formatBytes(report.memory.freeBytes)} free of ${formatBytes(report.memory.totalBytes)}`,
    ),
    row(width, 'cache', `${report.cache.folder}, ${formatBytes(report.cache.freeBytes)} free`),
    ...(check ? cacheLines(check, width) : []),
    ...acceleratorLines(report, width),
    '',
    ...rows.map(([name, text]) => row(width, name, text)),
    '',
    ...report.warnings.map(warning => `warning: ${warning}`),
  ];
  const missing = report.tools.filter(tool => tool.path === undefined).length;
  if (missing === 0) lines.push('Nothing is missing.');
  else lines.push(`${missing} missing.${report.cure ? ` To fix all of them:\n\n    ${report.cure}\n` : ''}`);
  return `${lines.join('\n')}\n`;
}

/** Damaged entries do not count as missing: they are recreated when they are needed. */
function cacheLines({ whole, unsaid, damaged }: CacheCheck, width: number): string[] {
  const counts = [`${whole} entries whole`, `${damaged.length} damaged`];
  if (unsaid > 0) counts.push(`${unsaid} of older versions, checked when they are used`);
  return [
    row(width, '', counts.join(', ')),
    ...damaged.map(({ path, damage }) =>
      row(width, '', `DAMAGED, recreated when needed: ${path}: ${damage}`),
    ),
  ];
}

function row(width: number, name: string, text: string): string {
  return `${name.padEnd(width)}  ${text}`;
}

function toolRow(tool: HostTool): [name: string, text: string] {
  const { need, path, version, cure } = tool;
  if (path !== undefined) return [need.name, `ok       ${path}${version ? ` (${version})` : ''}`];
  return [need.name, `MISSING  ${need.purpose}${cure ? `: ${cure}` : ''}`];
}

/** KVM never counts as missing: without it, guests are emulated. */
function acceleratorLines(report: HostReport, width: number): string[] {
  const { device, detail, cure, proof } = report.accelerator;
  if (device !== 'usable') {
    const lines = [row(width, 'kvm', `no: ${detail}; guests are emulated (TCG), which is slower but works`)];
    if (cure) lines.push(row(width, '', `fix: ${cure}`));
    return lines;
  }
  const words = proof
    ? `${proof.usable ? 'proved' : 'NOT USABLE'} on ${proof.at.slice(0, 10)}: ${proof.reason}`
    : 'not tested yet; the first `modstorm run` boots a guest to find out';
  return [row(width, 'kvm', `${detail}, which alone proves nothing; ${words}`)];
}

function toJson(report: HostReport, check: CacheCheck | undefined): unknown {
  const { tools, manager, cure, ...rest } = report;
  return {
    version: 1,
    complete: isComplete(report),
    ...rest,
    packageManager: manager ?? null,
    cure: cure ?? null,
    cacheCheck: check ?? null,
    tools: tools.map(({ need, path, version, cure: own }) => ({
      name: need.name,
      purpose: need.purpose,
      path: path ?? null,
      version: version ?? null,
      cure: own ?? null,
    })),
  };
}
