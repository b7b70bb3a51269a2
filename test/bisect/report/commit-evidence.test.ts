import t from 'tap';
import { evidenceLines, evidenceOf } from '../../../harness/bisect/report/commit-evidence.ts';
import { CommitNames } from '../../../harness/bisect/report/commit-names.ts';
import { changeAtNine, searchLog } from './search-fixture.ts';

const terms = { good: 'good', bad: 'bad' };
const why = (log: ReturnType<typeof searchLog>, commit: string) =>
  evidenceLines(commit, evidenceOf(log, commit, 'log'), new CommitNames(), terms).join('\n');

t.test('the boots of a commit, and what they say', t => {
  const log = searchLog(changeAtNine);
  const evidence = evidenceOf(log, 'c8', 'log');
  t.ok(evidence.values[0]!.length >= 7 && evidence.values[0]!.every(value => value === 39));
  t.ok(evidence.bad! < 0.02 && evidence.badWithout! > 0.2, `${evidence.bad} against ${evidence.badWithout}`);
  t.match(why(log, 'c8'), /c8\n {2}\d+ boots: 39 39 .*\n {2}bad with a probability of <?0\.\d %/);
  t.match(
    why(log, 'c8'),
    /without its own boots .*: they are .* times as likely if it is good as if it is bad/,
  );
  t.match(
    why(log, 'c9'),
    /without its own boots .*: they are .* times as likely if it is bad as if it is good/,
  );
  const { bad, badWithout } = evidence;
  const ratio = ((1 - bad!) / bad!) * (badWithout! / (1 - badWithout!));
  t.match(why(log, 'c8'), `they are ${ratio < 1e6 ? Number(ratio.toPrecision(2)) : 'over a million'} times`);
  t.match(why(log, 'c3'), /was not booted/);
  t.end();
});

t.test('an end is what others are compared with, and the same code shares its boots', t => {
  const log = searchLog(changeAtNine);
  t.match(why(log, 'c0'), /\n {2}is the good end of the range: commits are compared with it\n/);
  t.match(why(log, 'c16'), /\n {2}is the bad end of the range/);
  t.notMatch(why(log, 'c16'), /without its own boots/);
  t.notMatch(why(log, 'c8'), /same object code/);
  const built = log.observations.map(one =>
    one.type === 'built' ? { ...one, code: ['c7', 'c8'].includes(one.commit) ? 'alike' : one.commit } : one,
  );
  const source = {
    purpose: { stage: 'search' },
    seconds: 1,
    type: 'built',
    commit: 'c7',
    code: 'alike',
  } as const;
  const shared = { ...log, observations: [...built, source] };
  t.match(why(shared, 'c8'), /compiles to the same object code as c7, whose boots count too/);
  t.end();
});

t.test('the boots of each cell stand apart', t => {
  const log = searchLog(
    (place, reverted, cell) => changeAtNine(place, reverted) + 100 * cell,
    { cells: 2 },
    10,
  );
  const names = new CommitNames(new Map(), ['vcpus=1', 'vcpus=2']);
  const lines = evidenceLines('c16', evidenceOf(log, 'c16', 'log'), names, terms);
  t.match(lines, ['c16', '  2 boots in vcpus=1: 40 40', '  2 boots in vcpus=2: 140 140']);
  t.end();
});

t.test('before the ends are told apart nothing is said', t => {
  const log = searchLog(changeAtNine, {}, 6);
  t.match(
    why(log, 'c16'),
    /2 boots: 40 40\n {2}is the bad end .*\n {2}the ends have not been distinguished yet$/,
  );
  t.end();
});

t.test('a commit that cannot be tested says why', t => {
  const log = searchLog(changeAtNine, {}, 23);
  const source = { commit: 'c5', purpose: { stage: 'search' }, seconds: 1 } as const;
  log.observations.push({ type: 'untestable', ...source, cause: 'build', title: 'a.c:1: error' });
  t.match(why(log, 'c5'), /cannot be tested: a\.c:1: error/);
  log.observations.push({ type: 'boot-failed', ...source, title: 'BUG: \x1b[31mx' });
  t.match(why(log, 'c5'), /\n {2}1 boot without a value: BUG: \\x1b\[31mx\n/, 'escaped');
  t.notMatch(why(log, 'c5'), /was not booted/);
  t.end();
});
