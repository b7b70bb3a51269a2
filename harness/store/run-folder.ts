import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InfrastructureError, UsageError } from '../errors.ts';
import { syncFolder, writeFileAtomically } from '../files/atomic.ts';
import { readJsonFile } from '../files/json-file.ts';
import type { TrialRecord } from '../measurement/record.ts';
import type { Plan } from '../plan/trial.ts';
import { readJournal } from './journal.ts';
import type { RunRecord } from './run-record.ts';
import { decodePlan, encodePlan, type StoredPlan } from './stored-plan.ts';

/** What names a new run. */
export interface RunFolderOptions {
  matrixName: string;
  /** Start of the run. */
  now: Date;
  /** Four hexadecimal digits; drawn when left out. Tests hand in their own. */
  suffix?: () => string;
}

const runName = /^\d{8}T\d{6}Z-.*-[0-9a-f]{4}$/;
const nameAttempts = 100;

/** The folder of one run and the names of all that is in it. results/README.md describes the contents. */
export class RunFolder {
  /** Absolute. */
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /** `20261121T033000Z-quick-3fa9`. */
  get name(): string {
    return basename(this.path);
  }
  get runFile(): string {
    return join(this.path, 'run.json');
  }
  get planFile(): string {
    return join(this.path, 'plan.json');
  }
  get journalFile(): string {
    return join(this.path, 'journal.ndjson');
  }
  get reportFolder(): string {
    return join(this.path, 'report');
  }

  /** The folder for the evidence of one trial; it may not exist yet. */
  trialFolder(trial: string): string {
    if (trial === '' || trial.includes('/') || trial.startsWith('.')) {
      throw new Error(`${JSON.stringify(trial)} is no trial id: it would leave the run folder`);
    }
    return join(this.path, 'trials', trial);
  }

  /**
   * Makes a new folder `<UTC time>-<matrix>-<4 hex>` below `root`. mkdir without `recursive` decides between two
   * processes that draw the same name.
   * @throws InfrastructureError RUN_FOLDER_FAILED
   */
  static async create(root: string, options: RunFolderOptions): Promise<RunFolder> {
    const suffix = options.suffix ?? (() => randomBytes(2).toString('hex'));
    const stem = `${timestamp(options.now)}-${slug(options.matrixName)}`;
    try {
      await mkdir(root, { recursive: true });
      for (let attempt = 0; attempt < nameAttempts; attempt++) {
        const folder = new RunFolder(join(root, `${stem}-${suffix()}`));
        if (!(await makeFolder(folder.path))) continue;
        await mkdir(join(folder.path, 'trials'));
        await mkdir(folder.reportFolder);
        await syncFolder(root);
        return folder;
      }
    } catch (error) {
      throw new InfrastructureError(
        'RUN_FOLDER_FAILED',
        `${root}: cannot make a run folder: ${(error as Error).message}`,
        {
          hint: 'Check the disk and the permissions, or name another folder with --results.',
          cause: error,
        },
      );
    }
    throw new InfrastructureError(
      'RUN_FOLDER_FAILED',
      `${root} already holds ${nameAttempts} runs named ${stem}-…`,
      {
        hint: 'Name another folder with --results.',
      },
    );
  }

  /**
   * Finds a run: by path, by name below `root`, or the newest with `latest`.
   * @throws UsageError RUN_UNKNOWN, naming the newest runs that there are
   */
  static async open(reference: string, root: string): Promise<RunFolder> {
    const found = await findRun(reference, root);
    if (found) return new RunFolder(found);
    const newest = (await listRuns(root)).slice(0, 3).map(run => run.name);
    const hint =
      newest.length > 0 ? `The newest runs are ${newest.join(', ')}.` : 'Make one with `modstorm run`.';
    const what =
      reference === 'latest'
        ? `${root} holds no run`
        : `${JSON.stringify(reference)} is no run: not a folder with a run.json, and not a name below ${root}`;
    throw new UsageError('RUN_UNKNOWN', what, { hint });
  }

  /** Writes run.json. */
  async writeRun(record: RunRecord): Promise<void> {
    await writeFileAtomically(this.runFile, `${JSON.stringify(record, null, 2)}\n`);
  }
  /** @throws InfrastructureError FILE_MISSING, FILE_DAMAGED, FILE_VERSION */
  readRun(): Promise<RunRecord> {
    return readJsonFile<RunRecord>(this.runFile, 1);
  }
  /**
   * All that the folder holds of a run so far; a run that goes on may be loaded too.
   * @throws InfrastructureError FILE_MISSING, FILE_DAMAGED, FILE_VERSION, JOURNAL_MISSING, JOURNAL_DAMAGED
   */
  async load(): Promise<RunContent> {
    const [run, plan, { records }] = await Promise.all([
      this.readRun(),
      this.readPlan(),
      readJournal(this.journalFile),
    ]);
    return { run, plan, records };
  }
  /** Writes plan.json, each cell once. */
  async writePlan(plan: Plan): Promise<void> {
    await writeFileAtomically(this.planFile, `${JSON.stringify(encodePlan(plan), null, 1)}\n`);
  }
  /** @throws InfrastructureError FILE_MISSING, FILE_DAMAGED, FILE_VERSION */
  async readPlan(): Promise<Plan> {
    return decodePlan(await readJsonFile<StoredPlan>(this.planFile, 1), this.planFile);
  }
  /** Makes and returns the folder of a trial. */
  async makeTrialFolder(trial: string): Promise<string> {
    const path = this.trialFolder(trial);
    await mkdir(path, { recursive: true });
    return path;
  }
  /** Writes a file below report/ and returns its path. */
  async writeReport(name: string, content: string): Promise<string> {
    await mkdir(this.reportFolder, { recursive: true });
    const path = join(this.reportFolder, basename(name));
    await writeFileAtomically(path, content);
    return path;
  }
}

/** The runs below a folder, newest first; what does not look like a run is left out. */
export async function listRuns(root: string): Promise<RunFolder[]> {
  const names = await readdir(root).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] as string[];
    throw error;
  });
  const runs = names.filter(name => runName.test(name) && existsSync(join(root, name, 'run.json')));
  const dated = await Promise.all(
    runs.map(async name => ({ name, made: (await stat(join(root, name))).birthtimeMs })),
  );
  // The second in the name decides; the file system only between runs of one second.
  dated.sort((a, b) => compareText(b.name.slice(0, 16), a.name.slice(0, 16)) || b.made - a.made);
  return dated.map(({ name }) => new RunFolder(join(root, name)));
}

async function findRun(reference: string, root: string): Promise<string | undefined> {
  if (reference === 'latest') return (await listRuns(root))[0]?.path;
  const path = basename(reference) === 'run.json' ? dirname(reference) : reference;
  return [resolve(path), resolve(root, path)].find(candidate => existsSync(join(candidate, 'run.json')));
}

async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** `20261121T033000Z`: sorts by time and holds no character that a shell or Windows minds. */
function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '')}Z`;
}

function slug(name: string): string {
  return (
    name
      .replaceAll(/[^A-Za-z0-9._]+/g, '-')
      .replaceAll(/^[-.]+|-+$/g, '')
      .slice(0, 40) || 'matrix'
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A run as its folder holds it. */
export interface RunContent {
  run: RunRecord;
  plan: Plan;
  records: readonly TrialRecord[];
}
