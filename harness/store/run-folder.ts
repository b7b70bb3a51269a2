import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InfrastructureError, UsageError } from '../errors.ts';
import { escapeOutput } from '../escape.ts';
import { syncFolder, writeFileAtomically } from '../files/atomic.ts';
import { namesIn } from '../files/existing.ts';
import { makeFolders } from '../files/make-folders.ts';
import type { TrialRecord } from '../measurement/record.ts';
import type { Plan } from '../plan/trial.ts';
import { shellQuote } from '../shell-quote.ts';
import { readJournal } from './journal.ts';
import type { JournalContent } from './journal-content.ts';
import { isRunName, runNameStem } from './run-name.ts';
import type { RunRecord } from './run-record.ts';
import { runFormat } from './run-record-schema.ts';
import { damagedFile, readStoredFile, writeStoredFile } from './stored-file.ts';
import { decodePlan, encodePlan, planFormat, type StoredPlan } from './stored-plan.ts';

/** The contents of a run folder. */
export interface RunContent {
  run: RunRecord;
  plan: Plan;
  records: readonly TrialRecord[];
  /** An incomplete last line of the journal, which is not a record. */
  torn?: JournalContent['torn'];
}

/** The parts of a new run's name. */
export interface RunFolderOptions {
  matrixName: string;
  /** Start of the run. */
  now: Date;
  /** Returns four hexadecimal digits. Default: random. Tests pass their own. */
  suffix?: () => string;
}

const nameAttempts = 100;

/** The folder of one run, and the names of its files. results/README.md describes the contents. */
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

  /** The folder for the evidence of a trial. It may not exist yet. */
  trialFolder(trial: string): string {
    if (trial === '' || trial.includes('/') || trial.startsWith('.')) {
      throw new Error(`${JSON.stringify(trial)} is not a trial ID: it would leave the run folder`);
    }
    return join(this.path, 'trials', trial);
  }

  /**
   * Creates a folder `<UTC time>-<matrix>-<4 hex>` in `root`. mkdir without `recursive` fails for the second of two
   * processes that draw the same name.
   * @throws InfrastructureError RUN_FOLDER_FAILED
   */
  static async create(root: string, options: RunFolderOptions): Promise<RunFolder> {
    const suffix = options.suffix ?? (() => randomBytes(2).toString('hex'));
    const stem = runNameStem(options.now, options.matrixName);
    try {
      await makeFolders(root);
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
        `${root}: cannot create a run folder: ${(error as Error).message}`,
        {
          hint: 'Check the disk and the permissions, or choose another folder with --results.',
          cause: error,
        },
      );
    }
    throw new InfrastructureError(
      'RUN_FOLDER_FAILED',
      `${root} already holds ${nameAttempts} runs named ${stem}-…`,
      {
        hint: 'Choose another folder with --results.',
      },
    );
  }

  /**
   * Finds a run: by path, by name in `root`, or the newest with `latest`.
   * @throws UsageError RUN_UNKNOWN, which lists the newest runs; RUN_UNBEGUN
   */
  static async open(reference: string, root: string): Promise<RunFolder> {
    const found = await findRun(reference, root);
    if (found) return new RunFolder(found);
    const unbegun = await findUnbegun(reference, root);
    if (unbegun !== undefined) {
      throw new UsageError(
        'RUN_UNBEGUN',
        `${unbegun} has no run.json: its run was killed before its first trial, and left nothing to read`,
        { hint: `Remove it (rm -r ${shellQuote([unbegun])}), and start the run again.` },
      );
    }
    const newest = (await listRuns(root)).slice(0, 3).map(run => run.name);
    const hint =
      newest.length > 0 ? `The newest runs are ${newest.join(', ')}.` : 'Start one with `modstorm run`.';
    const what =
      reference === 'latest'
        ? `${root} has no runs`
        : `${JSON.stringify(reference)} is not a run: neither a folder with a run.json nor a name in ${root}`;
    throw new UsageError('RUN_UNKNOWN', what, { hint });
  }

  /** Writes run.json. */
  async writeRun(record: RunRecord): Promise<void> {
    await writeStoredFile(this.runFile, runFormat, record);
  }
  /** @throws InfrastructureError FILE_MISSING, FILE_DAMAGED, FILE_VERSION */
  readRun(): Promise<RunRecord> {
    return readStoredFile(this.runFile, runFormat);
  }
  /**
   * Loads everything in the folder so far. The run may still be in progress.
   * @throws InfrastructureError FILE_MISSING, FILE_DAMAGED, FILE_VERSION; JOURNAL_MISSING, JOURNAL_DAMAGED,
   * JOURNAL_OTHER_PLAN, JOURNAL_OTHER_RUN
   */
  async load(): Promise<RunContent> {
    const [run, plan] = await Promise.all([this.readRun(), this.readPlan()]);
    if (run.planDigest !== plan.digest) {
      const fault = `planDigest: is ${run.planDigest.slice(0, 12)}, but plan.json has ${plan.digest.slice(0, 12)}`;
      throw damagedFile(this.runFile, fault, 'Restore both files from the same copy, or leave this run out.');
    }
    const { records, torn } = await readJournal(this.journalFile, { run: run.run, plan });
    return { run, plan, records, ...(torn && { torn }) };
  }
  /**
   * Changes whenever one of the three files changes: their sizes and the times of change that the file system keeps.
   * @throws Error ENOENT and others of stat(2)
   */
  async state(): Promise<string> {
    const files = [this.runFile, this.planFile, this.journalFile];
    const found = await Promise.all(files.map(path => stat(path, { bigint: true })));
    return found.map(({ size, ctimeNs }) => `${size}@${ctimeNs}`).join(' ');
  }
  /** Writes plan.json, each cell once. */
  async writePlan(plan: Plan): Promise<void> {
    const format = (stored: StoredPlan) => `${JSON.stringify(stored, null, 1)}\n`;
    await writeStoredFile(this.planFile, planFormat, encodePlan(plan), format);
  }
  /** @throws InfrastructureError FILE_MISSING, FILE_DAMAGED, FILE_VERSION */
  async readPlan(): Promise<Plan> {
    return decodePlan(await readStoredFile(this.planFile, planFormat), this.planFile);
  }
  /** Makes and returns the folder of a trial, empty: what an earlier try left would be read as this one's. */
  async makeTrialFolder(trial: string): Promise<string> {
    const path = this.trialFolder(trial);
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true });
    return path;
  }
  /** Writes a file to report/ and returns its path. */
  async writeReport(name: string, content: string): Promise<string> {
    await mkdir(this.reportFolder, { recursive: true });
    const path = join(this.reportFolder, basename(name));
    await writeFileAtomically(path, escapeOutput(content));
    return path;
  }
}

/** The runs in a folder, newest first. Anything that does not look like a run is ignored. */
export async function listRuns(root: string): Promise<RunFolder[]> {
  const names = await namesIn(root);
  const runs = names.filter(name => isRunName(name) && existsSync(join(root, name, 'run.json')));
  const dated = await Promise.all(
    runs.map(async name => ({ name, made: (await stat(join(root, name))).birthtimeMs })),
  );
  // Sort by the time in the name, and by the file system only within the same second.
  dated.sort((a, b) => compareText(b.name.slice(0, 16), a.name.slice(0, 16)) || b.made - a.made);
  return dated.map(({ name }) => new RunFolder(join(root, name)));
}

async function findRun(reference: string, root: string): Promise<string | undefined> {
  if (reference === 'latest') return (await listRuns(root))[0]?.path;
  const path = basename(reference) === 'run.json' ? dirname(reference) : reference;
  return [resolve(path), resolve(root, path)].find(candidate => existsSync(join(candidate, 'run.json')));
}

/** The folder of a run that never began, by path, by name below `root`, or the newest with `latest` if there is no run. */
async function findUnbegun(reference: string, root: string): Promise<string | undefined> {
  const candidates =
    reference === 'latest'
      ? (await namesIn(root)).reverse().map(name => join(root, name))
      : [resolve(reference), resolve(root, reference)];
  return candidates.find(path => isRunName(basename(path)) && existsSync(join(path, 'trials')));
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

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
