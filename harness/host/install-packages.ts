import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InfrastructureError } from '../errors.ts';
import { escapeText } from '../escape.ts';
import { type ProgramResult, runProgram } from '../process/program.ts';
import type { HostReport } from './inspect-host.ts';
import { packagesFor } from './packages.ts';

/** Options of `installMissing`. The functions are replaced in tests. */
export interface InstallOptions {
  /** Receives one line of progress at a time. */
  onLine: (line: string) => void;
  signal?: AbortSignal | undefined;
  run?: typeof runProgram | undefined;
  /** Milliseconds from any origin, to limit the output rate. */
  now?: (() => number) | undefined;
  /** Age of the host's package lists in ms; undefined if there are none. */
  listsAge?: (() => Promise<number | undefined>) | undefined;
}

const staleMs = 24 * 3600 * 1000;
/** Lines that are always shown, and lines of which one per second is enough. */
const important = /^(Need to get|Fetched |E: |W: |dpkg: |Waiting for cache lock)/;
const progress = /^(Get:|Setting up |Unpacking )/;
const progressMs = 1000;
/** Printed in every container without /dev/pts. Only apt's log is lost. */
const harmless = 'E: Can not write log';

/**
 * Installs what is missing in the report, with apt as root. Nothing else on the host is changed. If dpkg is in use, waits
 * up to five minutes.
 * @throws InfrastructureError HOST_INCOMPLETE (with the command as hint) if we cannot install
 * @throws InfrastructureError PACKAGE_INSTALL_FAILED with apt's output
 */
export async function installMissing(report: HostReport, options: InstallOptions): Promise<void> {
  const missing = report.tools.filter(tool => tool.path === undefined).map(tool => tool.need);
  if (missing.length === 0) return;
  if (report.manager !== 'apt' || !report.isRoot) throw incomplete(report);
  const packages = packagesFor(missing, 'apt');
  const apt = (args: string[]) => runApt(args, options);
  const age = await (options.listsAge ?? listsAge)();
  let isFresh = false;
  if (age === undefined || age > staleMs) {
    options.onLine('reading package lists …');
    isFresh = (await apt(['update'])).code === 0;
  }
  options.onLine(`installing ${packages.join(' ')}`);
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  let result = await apt(install);
  if (result.code !== 0 && !isFresh) {
    options.onLine('that failed; trying again with fresh package lists …');
    await apt(['update']);
    result = await apt(install);
  }
  if (result.code === 0) return;
  throw new InfrastructureError('PACKAGE_INSTALL_FAILED', `apt-get could not install ${packages.join(' ')}`, {
    evidence: result.stderr || result.stdout.slice(-2000),
    hint: `Try it manually: ${report.cure ?? 'apt-get install'}`,
  });
}

/** The error for a host that lacks something we cannot install. */
export function incomplete(report: HostReport): InfrastructureError {
  const names = report.tools.filter(tool => tool.path === undefined).map(tool => tool.need.name);
  return new InfrastructureError('HOST_INCOMPLETE', `missing on this host: ${names.join(', ')}`, {
    hint: report.cure
      ? `Run: ${report.cure}`
      : 'Install them with the package manager of this system; `modstorm doctor` shows what each is for.',
  });
}

function runApt(args: string[], options: InstallOptions): Promise<ProgramResult> {
  const now = options.now ?? (() => performance.now());
  let shown = Number.NEGATIVE_INFINITY;
  return (options.run ?? runProgram)(
    'apt-get',
    ['-o', 'DPkg::Lock::Timeout=300', '-o', 'APT::Color=0', ...args],
    {
      environment: { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
      accept: 'any',
      // dpkg must not be killed in the middle of a package.
      graceNs: 60e9,
      onLine: line => {
        const time = now();
        const isDue = progress.test(line) && time - shown >= progressMs;
        if (!isDue && (!important.test(line) || line.startsWith(harmless))) return;
        shown = time;
        options.onLine(escapeText(line.trimEnd(), { length: 200 }));
      },
      signal: options.signal,
    },
  );
}

/** Age of the newest package list of the host. */
async function listsAge(): Promise<number | undefined> {
  const folder = '/var/lib/apt/lists';
  const names = await readdir(folder).catch(() => []);
  const times = await Promise.all(
    names
      .filter(name => name.includes('Packages'))
      .map(async name => (await stat(join(folder, name))).mtimeMs),
  );
  return times.length === 0 ? undefined : Date.now() - Math.max(...times);
}
