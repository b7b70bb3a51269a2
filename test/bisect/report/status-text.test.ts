import t from 'tap';
import { CommitNames } from '../../../harness/bisect/report/commit-names.ts';
import { progressLines, statusLines } from '../../../harness/bisect/report/status-text.ts';
import { nextAction } from '../../../harness/bisect/search/next-action.ts';
import { replay } from '../../../harness/bisect/search/search-log.ts';
import { changeAtNine, searchLog } from './search-fixture.ts';

const terms = { good: 'good', bad: 'bad' };
const names = new CommitNames();

t.test('where a search stands', t => {
  const status = (steps: number) =>
    statusLines(replay(searchLog(changeAtNine, {}, steps), 'log'), names, terms, 'loads').join('\n');
  t.match(
    status(5),
    /16 commits are suspect; the ends are being compared\nnext: boot c\d+: an end of the range/,
  );
  t.match(status(24), /the ends differ \(p = 5e-6\); of 16 commits most suspect are/);
  t.match(
    status(24),
    /next: (build|boot) c\d+: it gives most information per second\n3 builds, 21 boots, .* left$/,
  );
  t.match(status(1000), /^first bad commit: c9/);
  t.end();
});

t.test('what is done, what is suspect and how far it is', t => {
  const told: string[][] = [];
  const { observations } = searchLog(changeAtNine);
  for (let steps = 0; steps <= observations.length; steps++) {
    const ledger = replay(searchLog(changeAtNine, {}, steps), 'log');
    told.push(progressLines(ledger, nextAction(ledger), names));
  }
  const sentences = told.map(([first]) => first!);
  t.equal(sentences[0], 'build c0: an end of the range');
  t.equal(sentences.filter(one => one === 'boot the ends in turn: do they differ?').length, 20);
  t.ok(sentences.some(one => /^build c\d+: it gives most information per second$/.test(one)));
  t.equal(sentences.filter(one => /^boot c9 and what comes before it in turn/.test(one)).length, 12);
  t.equal(sentences.filter(one => /^boot the last commit with and without c9/.test(one)).length, 12);
  t.equal(sentences.at(-1), 'the search has ended');
  t.match(told.at(-2), [String, /^suspect: c9 >?\d+\.\d %, c\d+ /, /^\d+ builds, \d+ boots, .* so far/]);
  const revert = sentences.findIndex(one => /^build c16 without c9/.test(one));
  t.match(told[revert]?.at(-1), / so far, about 2 min 00 s left$/, 'a build of 60 s and twelve boots of 5 s');
  t.equal(told[3]?.length, 2, 'nothing is suspect before the ends are told apart');
  t.end();
});
