import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { beginBisection } from '../../../harness/bisect/bisection/bisection.ts';
import { nextAction } from '../../../harness/bisect/search/next-action.ts';
import { encodeLine, parseSearchLog, replay } from '../../../harness/bisect/search/search-log.ts';
import { type BisectCommandOptions, bisectCommand } from '../../../harness/cli/commands/bisect.ts';
import { subjectOf } from '../../../harness/cli/commands/bisect-subject.ts';
import { GitFixture } from '../../bisect/tree/git-fixture.ts';
import { fakeContext } from '../../fakes/command-context.ts';

const fixture = await GitFixture.create();
t.teardown(() => fixture.remove());
process.env['MODSTORM_CACHE'] = join(fixture.root, 'cache');
const results = join(fixture.root, 'results');

const commits: string[] = [];
for (let number = 0; number <= 8; number++)
  commits.push(await fixture.commit(`change ${number}`, { x: String(number) }));

const options: BisectCommandOptions = {
  ...{ skip: [], fixup: [], filter: [], accel: 'tcg', revert: true, results },
};

/** A bisection on the disk whose log has all that there is to see, up to its end. */
async function concluded(boots: number): Promise<string> {
  const words = { ...options, tree: fixture.path, good: commits[0]!, bad: 'HEAD', metric: 'failed_becoming' };
  const { folder } = await beginBisection(
    {
      ...(await subjectOf('bisect', words)),
      ...{ firstParent: false, paths: [], skip: [], fixups: [], jobs: 2, command: [], results },
      search: { seed: 1, boots, bootsPerCommit: 60, trustEnds: false, revert: true },
    },
    new AbortController().signal,
  );
  const ledger = replay(parseSearchLog(await readFile(folder.logFile, 'utf8'), 'log'), 'log');
  for (;;) {
    const action = nextAction(ledger);
    if (action.kind === 'conclude') return folder.path;
    const { commit, without, purpose } = action;
    const source = { commit, ...(without !== undefined && { without }), purpose, seconds: 1 };
    const value = commits.indexOf(commit) >= 5 && without === undefined ? 15 : 0;
    const observation =
      action.kind === 'build'
        ? ({ type: 'built', ...source } as const)
        : ({ type: 'booted', ...source, value } as const);
    await appendFile(folder.logFile, encodeLine(observation));
    ledger.observe(observation);
  }
}

t.test('a bisection that has ended says so again, without a build or a boot', async t => {
  const path = await concluded(800);
  const context = fakeContext();
  t.equal(await bisectCommand(undefined, [], { ...options, resume: path }, context), 0);
  t.match(context.output, `first bad commit: ${commits[5]!.slice(0, 12)} ("change 5")`);
  t.match(context.output, /\n\S*-bisect-bisect-\w{4}\/report\n$/);
  t.match(await readFile(join(path, 'report', 'mail.txt'), 'utf8'), `#regzbot introduced: ${commits[5]}`);
});

t.test('one that found nothing ends with 1', async t => {
  const path = await concluded(25);
  const context = fakeContext();
  t.equal(await bisectCommand(undefined, [], { ...options, resume: path }, context), 1);
  t.match(context.output, /^undecided: the limit of boots is reached/);
  await t.rejects(readFile(join(path, 'report', 'mail.txt')), { code: 'ENOENT' });
});

t.test('what goes on cannot be changed, and an event says all itself', async t => {
  const run = (more: Partial<BisectCommandOptions>, matrix?: string, paths: string[] = []) =>
    bisectCommand(matrix, paths, { ...options, ...more }, fakeContext());
  const fixed = { code: 'RESUME_FIXED' };
  await t.rejects(run({ resume: 'latest' }, 'bisect'), fixed);
  await t.rejects(run({ resume: 'latest' }, undefined, ['fs/']), fixed);
  for (const more of [
    ...[{ budget: 3600 }, { seed: 0 }, { trustEnds: true }, { revert: false }, { event: 'ffffffff' }],
    ...[{ skip: ['v1'] }, { good: 'v1' }, { filter: ['vcpus=2'] }, { maxBoots: 9 }, { fixed: true }],
  ])
    await t.rejects(run({ resume: 'latest', ...more }), fixed, JSON.stringify(more));
  await t.rejects(run({ event: 'ffffffff', tree: '.' }), { code: 'BISECT_INCOMPLETE' });
  await t.rejects(run({ event: 'ffffffff' }), { code: 'HISTORY_EMPTY' });
});
