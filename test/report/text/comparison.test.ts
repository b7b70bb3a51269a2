import t from 'tap';
import { compareAcross, compareWithin } from '../../../harness/judgement/compare-sides.ts';
import { type Side, sideOfRun } from '../../../harness/judgement/side.ts';
import type { Cell } from '../../../harness/matrix/matrix.ts';
import type { Random } from '../../../harness/random.ts';
import { comparisonDocument } from '../../../harness/report/comparison-document.ts';
import { overallVerdict } from '../../../harness/report/comparison-verdict.ts';
import { renderComparison } from '../../../harness/report/text/comparison.ts';
import { goldenText } from '../../fakes/golden.ts';
import { fakeCell, fakeRun } from '../../fakes/run-fixture.ts';
import { fakeCount, fakeRunContent, fakeWaste } from '../../fakes/run-folder-fixture.ts';

function makeSide(
  name: string,
  cells: readonly Cell[],
  measure: (cell: Cell, random: Random, repetition: number) => Record<string, number | string>,
  boots = 10,
): Side {
  const run = fakeRun({ run: name });
  const content = fakeRunContent({ run, cells, repetitions: boots, seed: 4, measure });
  return sideOfRun(content);
}

/** Every verdict once: a storm, an improvement, a change without direction, noise, nothing. */
const measure = (cell: Cell, random: Random) => {
  const dups = cell.config.includes('dups');
  const failed = dups && cell.vcpus === 8 ? 4000 + random.integer(900) : fakeCount(100, random);
  return {
    ...fakeWaste(failed),
    mods_loaded: dups && cell.vcpus === 8 ? 41 : 39,
    vmalloc_peak_bytes: 9e7 - (dups ? 3e7 : 0) + random.integer(1e5),
    boot_ns: 1.5e9 + random.integer(1e8),
    workload_ns: 5e9 + random.integer(1e7),
    ...(dups && { dup_warnings: random.integer(3) }),
  };
};

const cells = [2, 8].flatMap(vcpus =>
  ['stats', 'stats+dups'].map(config => fakeCell(`c${vcpus}-${config.length}`, config, vcpus)),
);

t.test('a comparison for people', async t => {
  const side = makeSide('20261121T030000Z-ab-3fa9', cells, measure);
  const comparison = compareWithin(side, { axis: 'config', base: 'stats' });
  const text = renderComparison(comparison);
  t.equal(text, goldenText('report/golden/comparison.txt', text));
  t.ok(
    text.split('\n').every(line => line === line.trimEnd() && /^[\x20-\x7e]*$/.test(line)),
    'plain ASCII',
  );
  const tables = text
    .split('\n')
    .filter(line => line.startsWith('  ') && !/ % interval |no spread/.test(line));
  const longest = Math.max(...tables.map(line => line.length));
  t.ok(longest <= 72, `tables fit into a commit message, and the widest line has ${longest} columns`);
  t.equal(overallVerdict(comparison), 'REGRESSED');
  t.match(comparisonDocument(comparison), {
    pairs: [{ findings: [] }, { name: 'vcpus=8 config=stats+dups' }],
  });
});

t.test('hundreds of pairs: those that changed are shown, the others counted', async t => {
  const many = Array.from({ length: 40 }, (_, index) => fakeCell(`c${index + 1}`, 'stats', index + 1));
  const base = makeSide('base', many, () => ({ wasted_bytes: 7 }));
  const next = makeSide('new', many, cell => ({ wasted_bytes: cell.vcpus === 33 ? 9e9 : 7 }));
  const text = renderComparison(compareAcross(base, next, { assumeStillHost: true }));
  t.match(text, /^config=stats vcpus=33\n/m);
  t.notMatch(text, /^config=stats vcpus=32\n/m);
  t.match(text, /^39 pairs without a proved change not shown; --all shows them$/m);
  t.match(
    renderComparison(compareAcross(base, next, { assumeStillHost: true }), { all: true }),
    /^config=stats vcpus=32\n/m,
  );
  // Holm over the declared pairs: two headlines (waste, failed boots) of 40 pairs.
  t.match(text, /Holm at 0\.05 over 80 gated hypotheses/);
  t.match(renderComparison(compareAcross(base, next, { method: 'bh' })), /^Benjamini-Hochberg at 0\.05/m);
});

t.test('text from outside stays text, and numbers of any size survive', async t => {
  const hostile = fakeCell('c1', 'stats', 2);
  hostile.label = 'a\x1b[31m\u202eb\ncells';
  const huge = String(2n ** 63n);
  const base = makeSide('ba\x1bse', [hostile], (_, __, repetition) => ({
    wasted_bytes: repetition % 2 ? huge : String(2n ** 63n - 1n),
    'x\x1b[2J': 1,
  }));
  const next = makeSide('new', [hostile], () => ({ wasted_bytes: huge }));
  const comparison = compareAcross(base, next);
  const text = renderComparison(comparison, { all: true });
  t.ok(/^[\x20-\x7e\n]*$/.test(text), JSON.stringify(text));
  t.match(JSON.parse(JSON.stringify(comparisonDocument(comparison))).pairs[0].metrics.wasted_bytes, {
    base: { least: String(2n ** 63n - 1n), greatest: huge },
    verdict: /INCONCLUSIVE|UNCHANGED/,
  });
});

t.test('an open verdict says that it is not a pass', async t => {
  const few = makeSide('few', cells.slice(0, 1), () => ({ wasted_bytes: 5 }), 2);
  const other = makeSide('other', cells.slice(0, 1), () => ({ wasted_bytes: 9e9 }), 2);
  const text = renderComparison(compareAcross(few, other));
  t.match(text, /^verdict: NOT_ENOUGH: .*too few boots to prove anything: this is not a pass$/m);
});
