import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Journal, readJournal } from '../../harness/store/journal.ts';
import { dyingCache, dyingRun, fillThing } from '../fakes/dying-writer.ts';
import { everyDeath, foldersIn } from '../fakes/every-death.ts';
import { fakeRecord } from '../fakes/run-fixture.ts';

/*
 * What is promised to be on disk survives the death of modstorm at every single step of the file system, and what was half
 * done is either invisible or cleaned up by the next process.
 */

t.test('an entry of the cache is whole or not there, and the next process makes it', async t => {
  const steps = await everyDeath('publish', foldersIn(t.testdir()), async ({ step, folder, promised }) => {
    const cache = dyingCache(folder);
    const found = await cache.find('k');
    t.ok(found === undefined || found === 'thing', `step ${step}: not half an entry`);
    if (promised.length > 0) t.equal(found, 'thing', `step ${step}: what was promised is there`);
    t.equal(await cache.obtain('k', { purpose: 'making it again' }, fillThing), 'thing', `step ${step}`);
    const left = readdirSync(join(folder, 'things')).filter(name => name !== 'k');
    // A whole entry is found without the lock, which the next cleaner removes with the drafts of the dead.
    if (found === undefined) t.strictSame(left, [], `step ${step}: nothing is left beside the entry`);
  });
  t.ok(steps >= 15, `${steps} steps were tried`);
});

t.test('a record that was promised is in the journal, and the run goes on', async t => {
  const steps = await everyDeath('append', foldersIn(t.testdir()), async ({ step, folder, promised }) => {
    const path = join(folder, 'journal.ndjson');
    const { journal, content } = await Journal.resume(path, dyingRun);
    const known = content.records.map(({ trial }) => trial);
    t.strictSame(known.slice(0, promised.length), promised, `step ${step}: nothing promised is lost`);
    t.ok(
      known.length <= promised.length + 1,
      `step ${step}: at most the record that was being written besides`,
    );
    const missing = dyingRun.plan.trials.filter(({ id }) => !known.includes(id));
    for (const trial of missing) await journal.append(fakeRecord(trial, { mods_loaded: 1 }));
    await journal.close();
    const { records } = await readJournal(path, dyingRun);
    t.equal(records.length, dyingRun.plan.trials.length, `step ${step}: the run is whole again`);
    t.strictSame(readdirSync(folder), ['journal.ndjson'], `step ${step}: no lock is left`);
  });
  t.ok(steps >= 20, `${steps} steps were tried`);
});

t.test('a file that is replaced is old or new, never a mixture', async t => {
  const old = 'the old text';
  const prepare = (step: number) => {
    const folder = foldersIn(root)(step);
    writeFileSync(join(folder, 'file'), old);
    return folder;
  };
  const root = t.testdir();
  const seen = new Set<string>();
  const steps = await everyDeath('replace', prepare, async ({ step, folder, promised }) => {
    const text = readFileSync(join(folder, 'file'), 'utf8');
    seen.add(text);
    t.ok(text === old || text === 'the new text, which is longer', `step ${step}: ${text}`);
    if (promised.length > 0) t.not(text, old, `step ${step}: what was promised is there`);
  });
  t.ok(steps >= 5, `${steps} steps were tried`);
  t.equal(seen.size, 2, 'deaths before and after the change were among them');
});
