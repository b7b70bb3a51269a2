import { writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../../harness/files/atomic.ts';
import { ContentCache } from '../../harness/files/content-cache.ts';
import { readableText } from '../../harness/files/existing.ts';
import { Journal } from '../../harness/store/journal.ts';
import { mergeShards } from '../../harness/store/merge-shards.ts';
import { type MergedFolder, writeMergedRun } from '../../harness/store/merged-folder.ts';
import { listRuns } from '../../harness/store/run-folder.ts';
import { dieAtStep } from './dying-files.ts';
import { fakeCell, fakePlan, fakeRecord } from './run-fixture.ts';

/*
 * A program that writes what modstorm writes, and dies at one step of it: `dying-writer.js SCENARIO FOLDER STEP`. It prints
 * a line for everything that is promised to be on disk.
 */

/** The place in which `publish` makes its entry. */
const dyingPlace = { name: 'things', folder: 'things', verified: true } as const;

/** The cache in which `publish` makes its entry of two files. */
export function dyingCache(folder: string): ContentCache<string> {
  return new ContentCache(dyingPlace, folder, async entry => {
    const [one, two] = [await readableText(join(entry, 'a')), await readableText(join(entry, 'b'))];
    return one !== undefined && one === two ? one : undefined;
  });
}

/** Fills the entry of `publish`. */
export async function fillThing(draft: string): Promise<void> {
  await writeFile(join(draft, 'a'), 'thing');
  await writeFile(join(draft, 'b'), 'thing');
}

/** The run of which `append` writes the journal. */
export const dyingRun = { run: 'r', plan: fakePlan([fakeCell('c1', 'stats', 1)], 4) };

/** Merges the shards that `writeDyingShards` has put there. */
export async function mergeDying(folder: string): Promise<MergedFolder> {
  const folders = await listRuns(join(folder, 'shards'));
  const shards = await Promise.all(
    folders.map(async shard => ({ ...(await shard.load()), path: shard.name })),
  );
  return writeMergedRun(join(folder, 'results'), mergeShards(shards, []), folders);
}

const scenarios: Record<string, (folder: string) => Promise<void>> = {
  publish: async folder => {
    promise(await dyingCache(folder).obtain('k', { purpose: 'making a thing' }, fillThing));
  },
  append: async folder => {
    const path = join(folder, 'journal.ndjson');
    const journal = await Journal.create(path, dyingRun);
    for (const trial of dyingRun.plan.trials.slice(0, 2)) {
      await journal.append(fakeRecord(trial, { mods_loaded: 1 }));
      promise(trial.id);
    }
    await journal.close();
    const { journal: resumed } = await Journal.resume(path, dyingRun);
    for (const trial of dyingRun.plan.trials.slice(2)) {
      await resumed.append(fakeRecord(trial, { mods_loaded: 1 }));
      promise(trial.id);
    }
    await resumed.close();
  },
  merge: async folder => {
    const { folder: merged } = await mergeDying(folder);
    promise(merged.name);
  },
  replace: async folder => {
    await writeFileAtomically(join(folder, 'file'), 'the new text, which is longer');
    promise('new');
  },
};

function promise(what: string): void {
  writeSync(1, `${what}\n`);
}

const [, program, scenario = '', folder = '', step = ''] = process.argv;
if (program === import.meta.filename) {
  await dieAtStep(Number(step));
  await scenarios[scenario]?.(folder);
}
