import t from 'tap';
import { CommitNames } from '../../../harness/bisect/report/commit-names.ts';
import { conclusionLines, percent, shortP } from '../../../harness/bisect/report/conclusion-text.ts';
import { nextAction } from '../../../harness/bisect/search/next-action.ts';
import { replay, type SearchLog } from '../../../harness/bisect/search/search-log.ts';
import { changeAtNine, searchLog } from './search-fixture.ts';

const facts = {
  id: 'c9',
  name: 'c9',
  subject: 'module: bad \x1b[31midea',
  author: 'A <a@b>',
  date: '2026-11-26',
};
const named = new CommitNames(new Map([['c9', facts]]));
const terms = { good: 'good', bad: 'bad' };

function conclude(log: SearchLog, names = named): string {
  const ledger = replay(log, 'log');
  const action = nextAction(ledger);
  if (action.kind !== 'conclude') throw new Error('the search goes on');
  return conclusionLines({ conclusion: action.conclusion, ledger, names, terms, metric: 'loads' }).join('\n');
}

t.test('a culprit, what it rests on, what it cost', t => {
  const text = conclude(searchLog(changeAtNine));
  t.match(text, /^first bad commit: c9 \("module: bad \\x1b\[31midea"\)\n/, 'escaped');
  t.match(text, /confirmed by fresh boots .* exact one-sided p = 0\.0011\n/);
  t.match(text, /with it reverted on the last commit, loads recovers \(6 boots each, p = 0\.0011\)/);
  t.match(text, /\n {2}9 builds \(9 min 00 s\), \d+ boots \(\d min \d\d s\), 1\d min \d\d s$/);
  t.end();
});

t.test('ends that do not differ, and what is needed', t => {
  const same = conclude(searchLog(() => 39));
  t.match(same, /not reproducible here: .* in loads after 40 boots each \(p = 1\)/);
  t.match(same, /does not even lean the bad way\. --trust-ends/);
  t.end();
});

t.test('of several cells it says where the ends differ and where a suspicion was confirmed', t => {
  const cells = new CommitNames(new Map(), ['vcpus=1', 'vcpus=2']);
  const second = searchLog((place, reverted, cell) => (cell === 1 ? changeAtNine(place, reverted) : 39), {
    cells: 2,
  });
  const text = conclude(second, cells);
  t.match(text, /confirmed by fresh boots of it and its parents in vcpus=2, rebuilt/);
  t.match(
    text,
    '  the ends in vcpus=1: exact one-sided p = 1\n  the ends in vcpus=2: exact one-sided p = 5e-6\n',
  );
  const same = conclude(
    searchLog(() => 39, { cells: 2 }),
    cells,
  );
  t.match(same, / after 40 boots each \(p = 1\)\n {2}the ends in vcpus=1: .*\n {2}the ends in vcpus=2: /);
  t.match(same, /\n {2}The means of the ends differ by 0: 39 and 39\.\n/);
  t.end();
});

t.test('what is left of a search that ended early', t => {
  const text = conclude(searchLog(changeAtNine, { boots: 23 }));
  t.match(text, /^undecided: the limit of boots is reached\n/);
  t.match(text, /the first bad commit is one of \d+, with a probability of \d/);
  t.end();
});

t.test('shares and levels are never rounded to certainty', t => {
  t.strictSame([0, 0.0004, 0.5, 0.9995, 1].map(percent), ['0.0 %', '<0.1 %', '50.0 %', '>99.9 %', '100.0 %']);
  t.strictSame([1 / 924, 0.5, 5.4e-6].map(shortP), ['0.0011', '0.5', '5e-6']);
  t.end();
});
