import { appendFile, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { beginBisection, openBisection } from '../../../harness/bisect/bisection/bisection.ts';
import { readBisectionLog } from '../../../harness/bisect/bisection/bisection-log.ts';
import { nextAction } from '../../../harness/bisect/search/next-action.ts';
import { encodeLine, parseSearchLog, replay } from '../../../harness/bisect/search/search-log.ts';
import { type BisectCommandOptions, bisectCommand } from '../../../harness/cli/commands/bisect.ts';
import { subjectOf } from '../../../harness/cli/commands/bisect-subject.ts';
import { main } from '../../../harness/main.ts';
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
  t.match(context.output, /^undecided: the limit of boots is reached\n.* with a higher --max-boots\n/s);
  await t.rejects(readFile(join(path, 'report', 'mail.txt')), { code: 'ENOENT' });
});

t.test('the limits alone can be changed when it goes on', async t => {
  const path = await concluded(25);
  const lower = fakeContext();
  t.equal(await bisectCommand(undefined, [], { ...options, resume: path, budget: 20 }, lower), 1);
  t.match(lower.output, /^undecided: the time limit is reached\n.* with a higher --budget\n/s);
  const limits = { budget: 9000, maxBoots: 900, maxBootsPerCommit: 7 };
  const { folder } = await openBisection(path, results);
  // No guest can be booted here: it is stopped before it would.
  const stopped = { ...fakeContext(), signal: AbortSignal.abort() };
  await bisectCommand(undefined, [], { ...options, resume: path, ...limits }, stopped).catch(() => undefined);
  const { header } = await readBisectionLog(folder.logFile);
  t.match(header.options, { budgetSeconds: 9000, boots: 900, bootsPerCommit: 7 });
});

/** Runs the program on the tree, which is no kernel, so that its first build refuses; what it wrote down before. */
async function begun(...words: string[]) {
  const { write } = process.stdout;
  const errors = process.stderr.write;
  let output = '';
  process.stdout.write = text => {
    output += text;
    return true;
  };
  process.stderr.write = () => true;
  const root = await mkdtemp(join(fixture.root, 'begun-'));
  const own = ['--tree', fixture.path, '--metric', 'failed_becoming', '--results', root];
  const code = await main(['bisect', 'bisect', ...own, ...words]).finally(() => {
    process.stdout.write = write;
    process.stderr.write = errors;
  });
  const [folder = ''] = await readdir(root);
  const record = JSON.parse(await readFile(join(root, folder, 'bisection.json'), 'utf8'));
  const log = parseSearchLog(await readFile(join(root, folder, 'bisect.ndjson'), 'utf8'), 'log');
  return { code, output, record, ...log };
}

t.test('the words of a command line are written down before anything is built', async t => {
  const plain = await begun('--good', 'HEAD~8', '--bad', 'HEAD');
  t.equal(plain.code, 1);
  t.match(plain.output, /^an end cannot be tested: \w{40}: .* has no module statistics/);
  t.match(plain.record, { terms: { good: 'good', bad: 'bad' }, firstParent: false, cells: [{}] });
  t.match(plain.header, { options: { worse: 'higher', boots: 800, bootsPerCommit: 60, cells: 1 } });
  t.match(plain.observations, [{ type: 'untestable', cause: 'build' }]);

  const patch = join(fixture.root, 'a.patch');
  await writeFile(patch, 'diff');
  const limits = ['--budget', '3h', '--max-boots', '90', '--max-boots-per-commit', '7', '--trust-ends'];
  const skips = ['--skip', 'HEAD~1', '--skip', 'HEAD~4..HEAD~2'];
  const own = await begun(
    ...['--good', 'HEAD~8', '--bad', 'HEAD', '--first-parent', '--seed', '5', '--no-revert'],
    ...[...limits, ...skips, '--fixup', patch],
  );
  t.match(own.record, { firstParent: true, fixups: [{ path: patch, text: 'diff' }] });
  t.match(own.header.options, {
    ...{ budgetSeconds: 3 * 3600, boots: 90, bootsPerCommit: 7, trustEnds: true, seed: 5, revert: false },
  });
  const asked = own.observations.flatMap(one =>
    one.type === 'untestable' && one.cause === 'asked' ? [one.commit] : [],
  );
  t.strictSame(asked.sort(), [commits[7], commits[6], commits[5]].sort());

  const fix = await begun('--bad', 'HEAD~8', '--good', 'HEAD', '--fixed');
  t.match(fix, {
    record: { terms: { good: 'broken', bad: 'fixed' } },
    header: { options: { worse: 'lower' } },
  });
  const neutral = await begun('--old', 'HEAD~8', '--new', 'HEAD');
  t.match(neutral.record, { good: 'HEAD~8', bad: 'HEAD', terms: { good: 'old', bad: 'new' } });
  const part = await begun('--good', 'HEAD~8', '--bad', 'HEAD', '--', 'x');
  t.strictSame(part.record.paths, ['x']);
  t.equal(part.header.commits.filter(({ candidate }) => candidate).length, 8);
});

t.test('what goes on cannot be changed, and an event says all itself', async t => {
  const run = (more: Partial<BisectCommandOptions>, matrix?: string, paths: string[] = []) =>
    bisectCommand(matrix, paths, { ...options, ...more }, fakeContext());
  const fixed = { code: 'RESUME_FIXED' };
  await t.rejects(run({ resume: 'latest' }, 'bisect'), fixed);
  await t.rejects(run({ resume: 'latest' }, undefined, ['fs/']), fixed);
  for (const more of [
    ...[{ seed: 0 }, { trustEnds: true }, { revert: false }, { event: 'ffffffff' }, { firstParent: true }],
    ...[{ skip: ['v1'] }, { good: 'v1' }, { filter: ['vcpus=2'] }, { fixup: ['a.patch'] }, { fixed: true }],
  ])
    await t.rejects(run({ resume: 'latest', ...more }), fixed, JSON.stringify(more));
  await t.rejects(run({ event: 'ffffffff', tree: '.' }), { code: 'BISECT_INCOMPLETE' });
  await t.rejects(run({ event: 'ffffffff' }), { code: 'HISTORY_EMPTY' });
});
