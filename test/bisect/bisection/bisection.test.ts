import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { bisectCommits, type Laboratory } from '../../../harness/bisect/bisection/bisect-commits.ts';
import {
  type BisectionRequest,
  beginBisection,
  openBisection,
} from '../../../harness/bisect/bisection/bisection.ts';
import { BisectionLog, readBisectionLog } from '../../../harness/bisect/bisection/bisection-log.ts';
import { writeBisectionReport } from '../../../harness/bisect/bisection/write-report.ts';
import { CommitNames } from '../../../harness/bisect/report/commit-names.ts';
import { parseSearchLog, replay, type SearchLog } from '../../../harness/bisect/search/search-log.ts';
import { KernelTree } from '../../../harness/bisect/tree/kernel-tree.ts';
import { bisectLog, bisectStatus, bisectWhy } from '../../../harness/cli/commands/bisect-reading.ts';
import { readMatrix } from '../../../harness/cli/inputs.ts';
import { listRuns } from '../../../harness/store/run-folder.ts';
import { fakeContext } from '../../fakes/command-context.ts';
import { fakeRecord } from '../../fakes/run-fixture.ts';
import { GitFixture } from '../tree/git-fixture.ts';

const fixture = await GitFixture.create();
t.teardown(() => fixture.remove());
const results = join(fixture.root, 'results');
const { signal } = new AbortController();

const echo = 'print "A Maintainer <m\\@example.org>\\n";';
const commits = [
  await fixture.commit('base', { 'scripts/get_maintainer.pl': echo, MAINTAINERS: 'all\n', x: '0' }),
];
for (let number = 1; number <= 8; number++)
  commits.push(await fixture.commit(`change ${number}`, { x: String(number) }));
const culprit = commits[5]!;

const { file, matrix, workloads } = await readMatrix('bisect');
const cell = matrix.cells[0]!;
const request: BisectionRequest = {
  ...{ matrix, cells: [cell], results, tree: fixture.path, matrixFile: file },
  good: commits[0]!,
  bad: 'HEAD',
  terms: { good: 'good', bad: 'bad' },
  firstParent: false,
  paths: [],
  skip: [commits[2]!],
  fixups: [],
  metric: 'failed_becoming',
  worse: 'higher',
  accelerator: 'tcg',
  jobs: 2,
  command: ['bisect'],
  search: { seed: 1, boots: 800, bootsPerCommit: 60, trustEnds: false, revert: true },
};

/** The change is in every commit from the fifth on, and gone where that is reverted. */
const laboratory: Laboratory = {
  build: async ({ commit, without }) => `${commit} ${without}`,
  boot: async ({ commit, without }, id) => {
    const bad = commits.indexOf(commit) >= 5 && without === undefined;
    return fakeRecord({ id, cell, repetition: 1, order: 0 }, { failed_becoming: bad ? 15 : 0 });
  },
};

const withoutLength = ({ header, observations }: SearchLog) => ({ header, observations });

t.test('a bisection is begun, carried out, told and read again', async t => {
  const stored = await beginBisection(request, signal);
  t.strictSame(await openBisection('latest', results), stored);
  t.strictSame(await listRuns(results), [], 'it is no run');
  const { log, content } = await BisectionLog.resume(stored.folder.logFile);
  const ledger = replay(content, 'log');
  t.strictSame([...ledger.untestable.keys()], [commits[2]], 'what was to be skipped is');
  const conclusion = await bisectCommits({
    ...{ ledger, laboratory, metric: 'failed_becoming', signal },
    append: observation => log.append(observation),
  });
  await log[Symbol.asyncDispose]();
  t.match(conclusion, { kind: 'found', culprits: [culprit], revert: { kind: 'restored' } });

  const tree = await KernelTree.open(fixture.path);
  const names = new CommitNames(await tree.describe(commits));
  const text = await writeBisectionReport(
    { stored, conclusion: conclusion!, ledger, names, workloads, cells: [cell] },
    signal,
  );
  t.match(text, `first bad commit: ${culprit.slice(0, 12)} ("change 5")\n`);
  t.match(text, / {2}before +6 +0 +0 +0\n {2}after +6 +15 +15 +15\n/);
  const report = (name: string) => readFile(join(stored.folder.path, 'report', name), 'utf8');
  t.equal(await report('bisect.txt'), text);
  t.match(await report('bisect.html'), /<svg [\s\S]*change 5/);
  const mail = await report('mail.txt');
  t.match(mail, `\n#regzbot introduced: ${culprit}\n`);
  t.match(mail, /^To: A Developer <a@example\.org>\nCc: A Maintainer <m@example\.org>,/);

  t.match(mail, '\nGuests: workload storm, config stats, 2 vCPUs, 512 MiB.\n');

  const context = fakeContext();
  const copy = join(fixture.root, 'copied.ndjson');
  await bisectLog('latest', { results }, context);
  await writeFile(copy, context.output);
  const { header, observations } = parseSearchLog(context.output, 'copy');
  t.strictSame({ header, observations }, await readBisectionLog(stored.folder.logFile).then(withoutLength));
  const status = fakeContext();
  await bisectStatus('latest', { results }, status);
  await bisectStatus(copy, { results }, status);
  t.match(status.output, /^first bad commit: \w{12} \("change 5"\)/);
  t.match(status.output, /\nfirst bad commit: \w{12}\n/, 'a log alone knows no subjects');
  const why = fakeContext();
  await bisectWhy(culprit.slice(0, 7), 'latest', { results }, why);
  await bisectWhy('HEAD~3', copy, { results }, why).catch(error => t.equal(error.code, 'BISECT_REVISION'));
  t.match(why.output, /"change 5"\)\n {2}\d+ boots: 15 15[\s\S]*bad with a probability of /);
  const byName = fakeContext();
  await bisectWhy('HEAD~3', stored.folder.name, { results }, byName);
  t.equal(byName.output, why.output, 'a revision of the tree names a commit too');
});

t.test('several commits that cannot be told apart are a range for regzbot', async t => {
  const stored = await beginBisection({ ...request, skip: [commits[4]!] }, signal);
  const { log, content } = await BisectionLog.resume(stored.folder.logFile);
  const ledger = replay(content, 'log');
  const conclusion = await bisectCommits({
    ...{ ledger, laboratory, metric: 'failed_becoming', signal },
    append: observation => log.append(observation),
  });
  await log[Symbol.asyncDispose]();
  const names = new CommitNames(await (await KernelTree.open(fixture.path)).describe(commits));
  await writeBisectionReport(
    { stored, conclusion: conclusion!, ledger, names, workloads, cells: [cell] },
    signal,
  );
  const mail = await readFile(join(stored.folder.path, 'report', 'mail.txt'), 'utf8');
  t.match(mail, `#regzbot introduced: ${commits[3]}..${commits[5]}\n`);
});

t.test('a good commit beside the history is replaced by the one where the ways part', async t => {
  await fixture.git('checkout', '--quiet', '-b', 'aside', commits[3]!);
  await fixture.commit('aside', { z: '1' });
  await fixture.git('checkout', '--quiet', 'master');
  const { record } = await beginBisection({ ...request, good: 'aside' }, signal);
  t.match(record, { good: 'aside', forkPoint: commits[3] });
  t.equal((await beginBisection(request, signal)).record.forkPoint, undefined);
});

t.test('what cannot be bisected is refused before a folder is made', async t => {
  const elsewhere = join(fixture.root, 'none');
  const begin = (more: Partial<BisectionRequest>) =>
    beginBisection({ ...request, results: elsewhere, ...more }, signal);
  await t.rejects(begin({ bad: 'nowhere' }), { code: 'BISECT_REVISION' });
  await t.rejects(begin({ good: 'HEAD', bad: commits[0]! }), { code: 'BISECT_RANGE' });
  await t.rejects(begin({ paths: ['fs/'] }), { code: 'BISECT_RANGE', message: /touches fs/ });
  await t.rejects(begin({ skip: ['v1..v2'] }), { code: 'BISECT_REVISION' });
  await t.rejects(begin({ fixups: ['/none'] }), { code: 'KERNEL_PATCH_UNREADABLE' });
  await t.rejects(openBisection('latest', elsewhere), { code: 'BISECT_UNKNOWN' });
});
