import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import { RunFolder } from '../../store/run-folder.ts';
import { isRunName } from '../../store/run-name.ts';

const recordName = 'bisection.json';

/** The folder of a bisection: bisection.json, bisect.ndjson, trials/ with a folder per boot, and report/. */
export class BisectionFolder {
  /** Trials and reports go into the same kind of folder as those of a run. */
  readonly run: RunFolder;

  private constructor(run: RunFolder) {
    this.run = run;
  }

  get path(): string {
    return this.run.path;
  }
  get name(): string {
    return this.run.name;
  }
  get recordFile(): string {
    return join(this.path, recordName);
  }
  get logFile(): string {
    return join(this.path, 'bisect.ndjson');
  }

  /** Creates a folder in `root`. @throws InfrastructureError RUN_FOLDER_FAILED */
  static async create(root: string, matrixName: string, now: Date): Promise<BisectionFolder> {
    return new BisectionFolder(await RunFolder.create(root, { matrixName: `bisect-${matrixName}`, now }));
  }

  /**
   * Finds a bisection by path, by name in `root`, or the newest by `latest`.
   * @throws UsageError BISECT_UNKNOWN
   */
  static async open(reference: string, root: string): Promise<BisectionFolder> {
    const found = reference === 'latest' ? await newest(root) : named(reference, root);
    if (found !== undefined) return new BisectionFolder(new RunFolder(found));
    throw new UsageError(
      'BISECT_UNKNOWN',
      reference === 'latest'
        ? `${root} has no bisections`
        : `${JSON.stringify(reference)} is not a bisection: neither a folder with a ${recordName} nor a name in ${root}`,
      { hint: 'Start one with `modstorm bisect --tree DIR --good REV --bad REV MATRIX --metric M`.' },
    );
  }
}

function named(reference: string, root: string): string | undefined {
  const path = basename(reference) === recordName ? dirname(reference) : reference;
  return [resolve(path), resolve(root, path)].find(candidate => existsSync(join(candidate, recordName)));
}

async function newest(root: string): Promise<string | undefined> {
  const names = existsSync(root) ? await readdir(root) : [];
  const found = names.filter(name => isRunName(name) && existsSync(join(root, name, recordName))).sort();
  const last = found.at(-1);
  return last === undefined ? undefined : join(root, last);
}
