import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { bisectCommits, type Laboratory } from '../../../harness/bisect/bisection/bisect-commits.ts';
import {
  type BisectionRequest,
  beginBisection,
  type StoredBisection,
  setLimits,
} from '../../../harness/bisect/bisection/bisection.ts';
import { BisectionLog } from '../../../harness/bisect/bisection/bisection-log.ts';
import { CommitNames } from '../../../harness/bisect/report/commit-names.ts';
import { conclusionLines } from '../../../harness/bisect/report/conclusion-text.ts';
import type { BootTarget, Target } from '../../../harness/bisect/search/action.ts';
import type { Conclusion } from '../../../harness/bisect/search/conclusion.ts';
import { replay } from '../../../harness/bisect/search/search-log.ts';
import { KernelTree } from '../../../harness/bisect/tree/kernel-tree.ts';
import { SourceRepository } from '../../../harness/bisect/tree/source-repository.ts';
import { readMatrix } from '../../../harness/cli/inputs.ts';
import { BuildError } from '../../../harness/errors.ts';
import { runProgram } from '../../../harness/process/program.ts';
import { fakeRecord } from '../../fakes/run-fixture.ts';
import { GitFixture } from '../tree/git-fixture.ts';

// The options of a search, from its beginning to its conclusion over real git repositories; only compiler and guest are fakes.

const { file, matrix } = await readMatrix('bisect');
const cell = matrix.cells[0]!;
const { signal } = new AbortController();
const loader = 'kernel/module/main.c';

/** Compiles and boots what a revision really has: its Makefile may be broken, its loader says what a boot counts. */
class TreeLaboratory implements Laboratory {
  readonly #sources: SourceRepository;
  /** Each build in the order made: stage and commit, and the Makefile that was compiled. */
  readonly builds: { stage: string; commit: string; makefile: string }[] = [];
  boots = 0;
  /** What the loaders of the booted sources say. */
  readonly #counts = new Map<string, string>();

  constructor(sources: SourceRepository) {
    this.#sources = sources;
  }

  async build(target: Target): Promise<string> {
    const revision = await this.#sources.revisionOf(target);
    const makefile = await this.#show(`${revision}:Makefile`);
    this.builds.push({ stage: target.purpose.stage, commit: target.commit, makefile });
    if (makefile.includes('error'))
      throw new BuildError('KERNEL_BUILD_FAILED', 'Makefile:1: missing separator');
    return this.#show('--no-patch', '--format=%T', revision);
  }

  async boot({ commit, without }: BootTarget, id: string) {
    this.boots++;
    const key = `${commit} ${without}`;
    const known =
      this.#counts.get(key) ??
      (await this.#show(`${await this.#sources.revisionOf({ commit, without })}:${loader}`));
    this.#counts.set(key, known);
    const [most = '', everyTenth = most] = known.split(' ');
    const value = Number(this.boots % 10 === 0 ? everyTenth : most);
    return fakeRecord({ id, cell, repetition: 1, order: 0 }, { failed_becoming: value });
  }

  async #show(...words: string[]): Promise<string> {
    return (await runProgram('git', [`--git-dir=${this.#sources.path}`, 'show', ...words])).stdout.trim();
  }
}

interface Searched {
  conclusion: Conclusion | undefined;
  laboratory: TreeLaboratory;
  stored: StoredBisection;
  text: string;
  /** The commits that the search chose to build. */
  chosen: string[];
}

/** Carries a bisection on to its end; each build takes ten seconds, and each boot one. */
async function goOn(stored: StoredBisection): Promise<Searched> {
  const tree = await KernelTree.open(stored.record.tree);
  const cache = join(stored.folder.path, '..', 'cache');
  const laboratory = new TreeLaboratory(await SourceRepository.open(tree, stored.record.fixups, cache));
  const { log, content } = await BisectionLog.resume(stored.folder.logFile);
  const ledger = replay(content, 'log');
  let seconds = 1;
  let clock = 0;
  const conclusion = await bisectCommits({
    ...{ ledger, laboratory, metric: 'failed_becoming', signal },
    append: observation => log.append(observation),
    onAction: action => {
      seconds = action.kind === 'build' ? 10 : 1;
    },
    // Read before and after an action: the difference is what it takes.
    now: () => {
      clock += seconds;
      return BigInt(clock) * 1_000_000_000n;
    },
  });
  await log[Symbol.asyncDispose]();
  const names = new CommitNames(await tree.describe(ledger.history.commits.map(({ id }) => id)));
  const { terms, metric } = stored.record;
  const lines = conclusion === undefined ? [] : conclusionLines({ conclusion, ledger, names, terms, metric });
  const chosen = laboratory.builds.flatMap(({ stage, commit }) => (stage === 'search' ? [commit] : []));
  return { conclusion, laboratory, stored, text: lines.join('\n'), chosen };
}

/** Bisects a fixture to the end. */
async function search(
  fixture: GitFixture,
  good: string,
  {
    search: limits,
    ...more
  }: Partial<Omit<BisectionRequest, 'search'>> & { search?: Partial<BisectionRequest['search']> },
): Promise<Searched> {
  const request: BisectionRequest = {
    ...{ matrix, cells: [cell], tree: fixture.path, matrixFile: file, good, bad: 'HEAD' },
    ...{ terms: { good: 'good', bad: 'bad' }, firstParent: false, paths: [], skip: [], fixups: [] },
    ...{ metric: 'failed_becoming', worse: 'higher', accelerator: 'tcg', jobs: 2, command: ['bisect'] },
    ...{ results: join(fixture.root, 'results') },
    ...more,
    search: { seed: 1, boots: 800, bootsPerCommit: 60, trustEnds: false, revert: true, ...limits },
  };
  return goOn(await beginBisection(request, signal));
}

/** Some commits, each with a text for one file; their hashes. */
async function series(fixture: GitFixture, path: string, texts: readonly string[]): Promise<string[]> {
  const made: string[] = [];
  for (const text of texts) made.push(await fixture.commit(`${path}: ${text}`, { [path]: text }));
  return made;
}

/** A base, seven other commits, the culprit, and seven other commits. */
async function plain(change = '15'): Promise<{ fixture: GitFixture; commits: string[] }> {
  const fixture = await GitFixture.create();
  t.teardown(() => fixture.remove());
  const base = await fixture.commit('base', { Makefile: 'all:\n', [loader]: '0', x: '0' });
  const before = await series(fixture, 'x', ['1', '2', '3', '4', '5', '6', '7']);
  const culprit = await series(fixture, loader, [change]);
  const after = await series(fixture, 'x', ['8', '9', '10', '11', '12', '13', '14']);
  return { fixture, commits: [base, ...before, ...culprit, ...after] };
}

const found = (...culprits: string[]) => ({ kind: 'found', culprits });

t.test('-- PATH: only commits that touch it are suspect, and no other is chosen', async t => {
  const { fixture, commits } = await plain();
  const aside = await fixture.commit('module: later', { 'kernel/module/stats.c': 'x' });
  const [base = '', culprit = ''] = [commits[0], commits[8]];
  const all = await search(fixture, base, {});
  t.match(all.conclusion, found(culprit));
  t.ok(all.chosen.length >= 3, 'sixteen suspects take some builds');
  const { conclusion, chosen, laboratory } = await search(fixture, base, { paths: ['kernel/module'] });
  t.match(conclusion, found(culprit));
  t.ok(
    chosen.every(commit => [culprit, aside].includes(commit)),
    'two suspects are left',
  );
  const confirmed = laboratory.builds.filter(({ stage }) => stage === 'confirm').map(({ commit }) => commit);
  t.strictSame(
    new Set(confirmed),
    new Set([culprit, commits[7]]),
    'against its real parent, which touches no such path',
  );
});

t.test('--first-parent: a branch that was merged is one suspect, its merge', async t => {
  const fixture = await GitFixture.create();
  t.teardown(() => fixture.remove());
  const base = await fixture.commit('base', { Makefile: 'all:\n', [loader]: '0', x: '0' });
  await fixture.git('checkout', '--quiet', '-b', 'side', base);
  const side = [
    ...(await series(fixture, 'y', ['1', '2', '3'])),
    ...(await series(fixture, loader, ['15'])),
    ...(await series(fixture, 'y', ['4', '5'])),
  ];
  await fixture.git('checkout', '--quiet', 'master');
  await series(fixture, 'x', ['1', '2', '3']);
  await fixture.git('merge', '--quiet', '--no-ff', '-m', 'Merge side', 'side');
  const merge = await fixture.git('rev-parse', 'HEAD');
  await series(fixture, 'x', ['4', '5', '6']);
  const all = await search(fixture, base, {});
  t.match(all.conclusion, found(side[3]!), 'otherwise the branch is searched');
  const along = await search(fixture, base, { firstParent: true });
  t.match(along.conclusion, found(merge));
  t.notOk(
    along.laboratory.builds.some(({ commit }) => side.includes(commit)),
    'no commit of the branch is built at all',
  );
});

t.test('--skip: what is to be skipped is never built, and beside the culprit it gives a range', async t => {
  const { fixture, commits } = await plain();
  const [base = '', last = '', culprit = ''] = [commits[0], commits[7], commits[8]];
  const all = await search(fixture, base, {});
  const skip = [...new Set(all.chosen)].filter(commit => ![last, culprit].includes(commit));
  t.ok(skip.length > 0);
  const round = await search(fixture, base, { skip });
  t.match(round.conclusion, found(culprit));
  t.notOk(round.laboratory.builds.some(({ commit }) => skip.includes(commit)));
  const beside = await search(fixture, base, { skip: [`${commits[5]}..${last}`] });
  t.match(beside.conclusion, found(commits[6]!, last, culprit));
  t.match(beside.text, /^first bad commit: one of 3, because the commits between them cannot be tested/);
});

t.test(
  '--budget: the search ends undecided with what it knows, and goes on when the budget is raised',
  async t => {
    const { fixture, commits } = await plain();
    const [base = '', culprit = ''] = [commits[0], commits[8]];
    const whole = await search(fixture, base, { search: { seed: 3 } });
    const { conclusion, text, stored, laboratory, chosen } = await search(fixture, base, {
      search: { seed: 3, budgetSeconds: 65 },
    });
    t.match(conclusion, { kind: 'undecided', reason: 'budget' });
    t.ok(chosen.length > 0 && !laboratory.builds.some(({ stage }) => stage === 'confirm'));
    t.match(
      text,
      /^undecided: the time limit is reached\n {2}the first bad commit is one of \d+, with a probability of/,
    );
    t.match(text, /\n {2}to go on from here, resume it with a higher --budget\n/);
    t.match((await goOn(stored)).conclusion, { kind: 'undecided', reason: 'budget' }, 'it says so again');
    await setLimits(stored, { budgetSeconds: 3600 });
    const rest = await goOn(stored);
    t.match(rest.conclusion, found(culprit));
    t.strictSame(
      [...laboratory.builds, ...rest.laboratory.builds].map(({ commit }) => commit),
      whole.laboratory.builds.map(({ commit }) => commit),
      'as if it had never been stopped',
    );
    t.equal(laboratory.boots + rest.laboratory.boots, whole.laboratory.boots);
  },
);

t.test('--trust-ends: the search begins although the ends do not differ provably', async t => {
  const { fixture, commits } = await plain('0 9');
  const refused = await search(fixture, commits[0]!, {});
  t.match(refused.conclusion, { kind: 'refused', reason: 'not-reproducible' });
  t.match(refused.text, /^not reproducible here: [\s\S]* --trust-ends continues anyway/);
  t.strictSame(refused.chosen, []);
  t.equal(refused.laboratory.boots, 80);
  const { conclusion, chosen, laboratory } = await search(fixture, commits[0]!, {
    search: { trustEnds: true },
  });
  t.not(conclusion?.kind, 'refused');
  t.ok(chosen.length > 0, 'commits between them are built');
  t.ok(laboratory.boots > 80, 'the boots of the ends are not skipped');
});

t.test('--fixup: the patch is in each source that it fits, and makes those testable', async t => {
  const fixture = await GitFixture.create();
  t.teardown(() => fixture.remove());
  const base = await fixture.commit('base', { Makefile: 'all:\n', [loader]: '0', x: '0' });
  await series(fixture, 'x', ['1', '2']);
  const broken = await series(fixture, 'Makefile', ['error\n']);
  const before = await series(fixture, 'x', ['3', '4']);
  const [culprit = ''] = await series(fixture, loader, ['15']);
  const after = await series(fixture, 'x', ['5', '6']);
  const mended = await series(fixture, 'Makefile', ['all: # mended\n']);
  await series(fixture, 'x', ['7', '8']);
  const range = [...broken, ...before, culprit, ...after];
  const without = await search(fixture, base, {});
  t.match(
    without.conclusion,
    { kind: 'found', culprits: [...range, ...mended] },
    'nothing in between compiles',
  );
  const patch = join(fixture.root, 'mend.patch');
  await writeFile(patch, '--- a/Makefile\n+++ b/Makefile\n@@ -1 +1 @@\n-error\n+all: # patched\n');
  const { conclusion, laboratory } = await search(fixture, base, { fixups: [patch] });
  t.match(conclusion, found(culprit));
  for (const { commit, makefile } of laboratory.builds)
    t.equal(makefile.includes('patched'), range.includes(commit), `${commit} ${makefile}`);
  t.ok(laboratory.builds.some(({ commit }) => range.includes(commit)));
});
