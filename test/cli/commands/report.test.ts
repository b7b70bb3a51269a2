import { appendFileSync } from 'node:fs';
import t from 'tap';
import { reportCommand } from '../../../harness/cli/commands/report.ts';
import { fakeContext } from '../../fakes/command-context.ts';
import { fakeCell, fakeRun } from '../../fakes/run-fixture.ts';
import { fakeRunContent, writeFakeRun } from '../../fakes/run-folder-fixture.ts';

t.test('the incomplete last line of a journal is mentioned, and is no record', async t => {
  const root = t.testdir();
  const folder = writeFakeRun(
    root,
    fakeRunContent({
      run: fakeRun(),
      cells: [fakeCell('a', 'stats', 1)],
      repetitions: 2,
      measure: () => ({ mods_loaded: 1 }),
    }),
  );
  const report = async () => {
    const context = fakeContext();
    t.equal(await reportCommand(folder, { results: root }, context), 0);
    return context;
  };
  t.notMatch((await report()).errors, /incomplete/);
  appendFileSync(`${folder}/journal.ndjson`, '{"trial":"a-0');
  const torn = await report();
  t.match(
    torn.errors,
    /^modstorm: line 4 of \S+journal\.ndjson is incomplete \(13 bytes\) and is not counted/m,
  );
  t.match(torn.output, /2 passed/);
});
