import { constants } from 'node:fs';
import { cp, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError, hasCode, InfrastructureError } from '../errors.ts';
import { syncFolder, syncTree, writeFileAtomically } from '../files/atomic.ts';
import { canonicalJson, digestOf } from '../files/digest.ts';
import { existingPath, namesIn } from '../files/existing.ts';
import { withFileLock } from '../files/lock.ts';
import { makeFolders } from '../files/make-folders.ts';
import { journalText } from './journal.ts';
import { type MergedContent, namedRun } from './merge-shards.ts';
import { RunFolder } from './run-folder.ts';
import { runNameStem } from './run-name.ts';

/** A merged run on disk. */
export interface MergedFolder {
  folder: RunFolder;
  /** Whether an earlier merge of the same shards, with the same records, has made it. */
  known: boolean;
}

/** The folder in which the drafts of merged runs are made, beside the runs, and the locks on them. */
const mergingFolder = '.merging';

/** How many names are tried: the digits of a name are those of the digest of what was merged. */
const nameAttempts = 8;

/**
 * Writes a merged run into `root`, with the evidence of its trials. The name follows from the shards and their records, so
 * a second merge finds the first, and one that was killed is made again. The folder appears complete or not at all.
 * @param folders the folders of the shards
 * @throws InfrastructureError RUN_FOLDER_FAILED, LOCK_UNWRITABLE
 */
export async function writeMergedRun(
  root: string,
  merged: MergedContent,
  folders: readonly RunFolder[],
): Promise<MergedFolder> {
  const { run } = merged;
  const stem = runNameStem(new Date(run.startedAt), run.matrix.name);
  const digits = digestOf(run.shards);
  try {
    await makeFolders(join(root, mergingFolder));
    for (let attempt = 0; attempt < nameAttempts; attempt++) {
      const name = `${stem}-${digits.slice(4 * attempt, 4 * attempt + 4)}`;
      const found = await publish(root, name, merged, folders);
      if (found !== undefined) return found;
    }
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    throw new InfrastructureError(
      'RUN_FOLDER_FAILED',
      `${root}: cannot write the merged run: ${(error as Error).message}`,
      { hint: 'Check the disk and the permissions, or choose another folder with --results.', cause: error },
    );
  }
  throw new InfrastructureError('RUN_FOLDER_FAILED', `${root} has other runs named ${stem}-…`, {
    hint: 'Choose another folder with --results.',
  });
}

/** The run under this name; undefined if another run has it. */
function publish(
  root: string,
  name: string,
  merged: MergedContent,
  folders: readonly RunFolder[],
): Promise<MergedFolder | undefined> {
  const draft = join(root, mergingFolder, name);
  return withFileLock(`${draft}.lock`, { purpose: `merging ${name}` }, async lock => {
    const folder = new RunFolder(join(root, name));
    if ((await existingPath(folder.path)) !== undefined) {
      const same = await holdsTheSame(folder, merged);
      return same ? { folder, known: true } : undefined;
    }
    // What a merge that was killed left.
    await rm(draft, { recursive: true, force: true });
    await fill(new RunFolder(draft), merged, name, folders);
    await syncTree(draft);
    await lock.verify();
    await rename(draft, folder.path);
    await syncFolder(root);
    return { folder, known: false };
  });
}

async function holdsTheSame(folder: RunFolder, { run }: MergedContent): Promise<boolean> {
  if ((await existingPath(folder.runFile)) === undefined) return false;
  const { shards } = await folder.readRun();
  return shards !== undefined && canonicalJson(shards) === canonicalJson(run.shards);
}

async function fill(
  draft: RunFolder,
  merged: MergedContent,
  name: string,
  folders: readonly RunFolder[],
): Promise<void> {
  await mkdir(draft.path);
  await mkdir(draft.reportFolder);
  await mkdir(join(draft.path, 'trials'));
  for (const folder of folders) await copyEvidence(folder, draft);
  const { plan, records } = merged;
  await draft.writeRun(namedRun(merged, name));
  await draft.writePlan(plan);
  await writeFileAtomically(draft.journalFile, journalText({ run: name, plan }, records));
}

/** Copies the evidence of a shard's trials: files and folders, no links or devices, which another host may have made. */
async function copyEvidence(from: RunFolder, to: RunFolder): Promise<void> {
  const plan = await from.readPlan();
  for (const { id } of plan.trials) {
    const source = from.trialFolder(id);
    if ((await existingPath(source)) === undefined) continue;
    await cp(source, to.trialFolder(id), {
      recursive: true,
      errorOnExist: true,
      force: false,
      mode: constants.COPYFILE_FICLONE,
      filter: async path => {
        const status = await lstat(path);
        return status.isFile() || status.isDirectory();
      },
    });
  }
}

/** Removes the drafts of merges that were killed; what a living process merges is kept. */
export async function removeAbandonedMerges(root: string): Promise<void> {
  const folder = join(root, mergingFolder);
  const names = (await namesIn(folder)).map(name => name.replace(/\.lock$/, ''));
  for (const name of new Set(names)) {
    const draft = join(folder, name);
    try {
      await withFileLock(`${draft}.lock`, { purpose: 'cleaning', wait: false }, () =>
        rm(draft, { recursive: true, force: true }),
      );
    } catch (error) {
      if (!hasCode(error, 'LOCK_HELD')) throw error;
    }
  }
}
