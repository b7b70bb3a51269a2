import t from 'tap';
import type { Action } from '../../../harness/bisect/search/action.ts';
import type { Conclusion } from '../../../harness/bisect/search/conclusion.ts';
import { History } from '../../../harness/bisect/search/history.ts';
import { Ledger } from '../../../harness/bisect/search/ledger.ts';
import { nextAction } from '../../../harness/bisect/search/next-action.ts';
import type { Observation } from '../../../harness/bisect/search/observation.ts';
import { type SearchOptions, searchOptionsShape } from '../../../harness/bisect/search/options.ts';
import { linearHistory } from '../simulation/world.ts';

type Wanted = Exclude<Action, { kind: 'conclude' }>;

/** What becomes of an action in a made-up world, beside what it was: nothing special of a build. */
interface Answered {
  code?: string;
  value?: number;
  failed?: string;
  untestable?: string;
}
type Answer = (action: Wanted) => Answered;

/** Plays a search to its end; the answers are those of a world in which every boot gives the same value. */
function play(history: History, answer: Answer, options: Partial<SearchOptions> = {}) {
  const ledger = new Ledger(history, searchOptionsShape.parse({ worse: 'higher', seed: 5, ...options }));
  const actions: Wanted[] = [];
  for (;;) {
    const action = nextAction(ledger);
    if (action.kind === 'conclude') return { ledger, actions, conclusion: action.conclusion };
    actions.push(action);
    ledger.observe(observe(action, answer(action)));
  }
}

function observe(action: Wanted, { code, value, failed, untestable }: Answered): Observation {
  const { commit, without, purpose } = action;
  const source = { commit, ...(without !== undefined && { without }), purpose, seconds: 1 };
  const booted = {
    ...source,
    ...(action.kind === 'boot' && action.cell !== undefined && { cell: action.cell }),
  };
  if (value !== undefined) return { type: 'booted', ...booted, value };
  if (failed !== undefined) return { type: 'boot-failed', ...booted, title: failed };
  if (untestable !== undefined) return { type: 'untestable', ...source, cause: 'build', title: untestable };
  return { type: 'built', ...source, ...(code !== undefined && { code }) };
}

const placeOf = (commit: string) => Number(commit.slice(1));

/** From this place on boots give 40, and 39 before it or with the change reverted. */
const changeAt = (first: number): Answer => {
  return ({ kind, commit, without }) => {
    if (kind === 'build') return {};
    return { value: placeOf(commit) >= first && without === undefined ? 40 : 39 };
  };
};

const stages = (actions: readonly Wanted[], kind: Wanted['kind']) =>
  actions.filter(action => action.kind === kind).map(({ purpose }) => purpose.stage);

t.test('a search goes from the ends to the culprit, its confirmation and its revert', t => {
  const { actions, conclusion } = play(linearHistory(32), changeAt(11));
  t.match(conclusion, {
    kind: 'found',
    culprits: ['c11'],
    p: 1 / 924,
    attempts: 1,
    revert: { kind: 'restored', boots: 6, p: 1 / 924 },
    second: [],
  });
  t.ok(conclusion.kind === 'found' && conclusion.probability >= 0.98);
  const builds = stages(actions, 'build');
  t.strictSame(builds.slice(0, 2), ['ends', 'ends']);
  t.strictSame(builds.slice(-3), ['confirm', 'confirm', 'revert']);
  t.equal(builds.length, 2 + 5 + 2 + 1, 'five halvings of 32');
  const anew = actions.filter(action => action.kind === 'build' && action.anew);
  t.strictSame(anew.map(({ commit }) => commit).sort(), ['c10', 'c11'], 'suspect and parent are built anew');
  t.match(
    actions.find(({ without }) => without),
    { kind: 'build', commit: 'c32', without: 'c11' },
  );
  t.end();
});

t.test('the ends are booted in turn, in an order that the seed decides', t => {
  const order = (seed: number) =>
    play(linearHistory(32), changeAt(11), { seed })
      .actions.filter(({ kind, purpose }) => kind === 'boot' && purpose.stage === 'ends')
      .map(({ commit }) => commit);
  const boots = order(1);
  for (let pair = 0; pair < boots.length; pair += 2) t.not(boots[pair], boots[pair + 1], `pair ${pair / 2}`);
  t.strictSame(order(1), boots);
  t.notSame(order(2), boots);
  t.end();
});

t.test('of several cells the one that tells most is booted, and confirms', t => {
  const noise = [0, 1, 2, 3];
  let boots = 0;
  const { conclusion, actions, ledger } = play(
    linearHistory(32),
    action => {
      if (action.kind === 'build') return {};
      const bad = placeOf(action.commit) >= 11 && action.without === undefined;
      return action.cell === 1 ? { value: bad ? 40 : 39 } : { value: noise[boots++ % noise.length]! };
    },
    { cells: 2 },
  );
  t.match(conclusion, { kind: 'found', culprits: ['c11'], revert: { kind: 'restored' } });
  const cells = (stage: string) =>
    actions.flatMap(one => (one.kind === 'boot' && one.purpose.stage === stage ? [one.cell ?? 0] : []));
  t.equal(cells('ends').filter(cell => cell === 0).length, 20, 'the ends are booted in both');
  t.equal(cells('ends').filter(cell => cell === 1).length, 20);
  for (const stage of ['search', 'confirm', 'revert'])
    t.ok(cells(stage).length > 0 && cells(stage).every(cell => cell === 1), stage);
  t.equal(ledger.confirmingCell, 1);
  t.end();
});

t.test('ends that cannot be told apart, or not tested, are refused', t => {
  const alike = play(linearHistory(8), changeAt(99));
  t.match(alike.conclusion, { kind: 'refused', reason: 'not-reproducible', p: 1 });
  t.equal(alike.ledger.spent.boots, 80);
  const broken = play(linearHistory(8), ({ commit }) =>
    commit === 'c8' ? { untestable: 'no such file' } : {},
  );
  t.match(broken.conclusion, { kind: 'refused', reason: 'end-untestable', detail: 'c8: no such file' });
  const same = play(linearHistory(8), () => ({ code: 'same' }));
  t.match(same.conclusion, { kind: 'refused', reason: 'same-code' });
  t.equal(same.ledger.spent.boots, 0);
  t.end();
});

t.test('trusted ends are booted and not refused', t => {
  const { conclusion, ledger } = play(linearHistory(8), changeAt(99), { trustEnds: true });
  t.match(conclusion, { kind: 'undecided', reason: 'nothing-left' });
  t.equal(conclusion.kind === 'undecided' && conclusion.range.length, 8, 'all are as suspect as before');
  t.equal(ledger.spent.boots, 80);
  t.end();
});

t.test('a commit that does not build is passed over; beside the culprit it is named with it', t => {
  const world = changeAt(11);
  const { conclusion, ledger } = play(linearHistory(32), action =>
    ['c10', 'c11'].includes(action.commit) ? { untestable: 'error: x' } : world(action),
  );
  t.match(conclusion, {
    kind: 'found',
    culprits: ['c10', 'c11', 'c12'],
    revert: { kind: 'impossible', reason: 'several commits are suspect' },
  });
  t.strictSame([...ledger.untestable.keys()].sort(), ['c10', 'c11']);
  t.end();
});

t.test('three boots without a value set a commit aside, a lost one does not', t => {
  const world = changeAt(11);
  let lost = 0;
  const { conclusion, ledger } = play(linearHistory(32), action => {
    if (action.kind === 'boot' && action.commit === 'c16') return { failed: 'KASAN: use-after-free' };
    if (action.kind === 'boot' && action.commit === 'c32' && lost++ === 0) return { failed: 'timeout' };
    return world(action);
  });
  t.strictSame([...ledger.untestable], [['c16', 'KASAN: use-after-free']]);
  t.match(conclusion, { kind: 'found', culprits: ['c11'] });
  t.end();
});

t.test('code that is known already is not booted', t => {
  const world = changeAt(11);
  const { actions, conclusion } = play(linearHistory(32), action =>
    action.kind === 'build' && action.without === undefined
      ? { code: placeOf(action.commit) >= 11 ? 'new' : 'old' }
      : world(action),
  );
  t.match(conclusion, { kind: 'found', culprits: ['c11'] });
  t.strictSame(
    stages(actions, 'boot').filter(stage => stage === 'search'),
    [],
  );
  t.end();
});

t.test('code that no single change explains ends the search', t => {
  const commit = (place: number, ...parents: number[]) => ({
    id: `c${place}`,
    parents,
    candidate: place > 0,
  });
  const history = new History([commit(0), commit(1, 0), commit(2, 0), commit(3, 1, 2)]);
  const options = searchOptionsShape.parse({ worse: 'higher', seed: 1 });
  const ledger = new Ledger(history, options);
  const built = (place: number, stage: 'ends' | 'search', code: string) =>
    ledger.observe({ type: 'built', commit: `c${place}`, purpose: { stage }, seconds: 1, code });
  const booted = (place: number, value: number) =>
    ledger.observe({ type: 'booted', commit: `c${place}`, purpose: { stage: 'ends' }, seconds: 1, value });
  built(0, 'ends', 'old');
  built(3, 'ends', 'new');
  for (let boot = 0; boot < 10; boot++) {
    booted(0, 39);
    booted(3, 40);
  }
  built(1, 'search', 'new');
  built(2, 'search', 'new');
  const conclusion = { kind: 'undecided', reason: 'contradiction', range: [] };
  t.strictSame(nextAction(ledger), { kind: 'conclude', conclusion });
  t.end();
});

/** The first bad commit seems to be 11, but no build made anew shows it. */
const vanishing: Answer = action => {
  if (action.kind === 'build') return {};
  if (action.purpose.stage === 'confirm') return { value: 39 };
  return { value: placeOf(action.commit) >= 11 ? 40 : 39 };
};

t.test('suspicions that fresh boots do not confirm end undecided, with what is left', t => {
  const { conclusion, ledger } = play(linearHistory(32), vanishing);
  t.match(conclusion, { kind: 'undecided' });
  t.ok(conclusion.kind === 'undecided' && conclusion.range.length > 1);
  t.ok(ledger.attempts.length >= 1 && ledger.attempts.length <= 3);
  t.equal(ledger.attempts[0]!.values.get(ledger.attempts[0]!.bad)!.length, 48);
  t.end();
});

t.test('an attempt that cannot be built spends nothing of the level', t => {
  const world = changeAt(11);
  const { conclusion, actions } = play(linearHistory(32), action =>
    action.commit === 'c10' && action.purpose.stage === 'confirm' ? { untestable: 'gone' } : world(action),
  );
  t.match(conclusion, { kind: 'found', culprits: ['c10', 'c11'], attempts: 1 });
  t.equal(actions.filter(({ kind, purpose }) => kind === 'boot' && purpose.stage === 'confirm').length, 12);
  t.end();
});

t.test(
  'no commit is booted more often in the search than it may be, and the bins stay as the ends cut them',
  t => {
    let boots = 0;
    // Alike but for one boot in four, so that commits stay in doubt; what is new in the search opens no bin of its own.
    const { actions, ledger } = play(
      linearHistory(32),
      ({ kind, commit, purpose }) => {
        if (kind === 'build') return {};
        const bad = placeOf(commit) >= 11 && boots++ % 4 === 0;
        return { value: purpose.stage === 'ends' ? Number(bad) : bad ? 1000 : 0 };
      },
      { bootsPerCommit: 3, trustEnds: true },
    );
    const inSearch = new Map<string, number>();
    for (const { kind, purpose, commit } of actions)
      if (kind === 'boot' && purpose.stage === 'search')
        inSearch.set(commit, (inSearch.get(commit) ?? 0) + 1);
    t.ok(inSearch.size > 3);
    t.equal(Math.max(...inSearch.values()), 3);
    t.match(ledger.ends, { cells: [{ bins: { cuts: [1], count: 2 } }] });
    t.end();
  },
);

t.test('limits end a search with the range that is left', t => {
  const few = play(linearHistory(32), changeAt(11), { boots: 22 });
  t.match(few.conclusion, { kind: 'undecided', reason: 'boots' });
  t.equal(few.ledger.spent.boots, 22);
  const short = play(linearHistory(32), changeAt(11), { budgetSeconds: 30 });
  t.match(short.conclusion, { kind: 'undecided', reason: 'budget' });
  const shorter = play(linearHistory(32), changeAt(11), { budgetSeconds: 3 });
  t.match(shorter.conclusion, { kind: 'undecided', reason: 'budget', range: [] });
  t.end();
});

t.test('a second change is said with the range to bisect next', t => {
  const level = (place: number) => (place >= 20 ? 42 : place >= 8 ? 40 : 39);
  const { conclusion } = play(
    linearHistory(32),
    ({ kind, commit }) => (kind === 'build' ? {} : { value: level(placeOf(commit)) }),
    { revert: false },
  );
  t.match(conclusion, { kind: 'found', revert: { kind: 'not-asked' } });
  const { culprits, second } = conclusion as Conclusion & { kind: 'found' };
  const other = culprits[0] === 'c8' ? { good: 'c8', bad: 'c32' } : { good: 'c0', bad: 'c19' };
  t.match(second, [other], `beside ${culprits}`);
  t.end();
});

t.test('a revert that cannot be made, or changes nothing, is said', t => {
  const world = changeAt(11);
  const conflict = play(linearHistory(32), action =>
    action.without === undefined ? world(action) : { untestable: 'conflict in kernel/module/main.c' },
  );
  t.match(conflict.conclusion, {
    revert: { kind: 'impossible', reason: 'conflict in kernel/module/main.c' },
  });
  const kept = play(linearHistory(32), action => {
    if (action.kind === 'build') return {};
    return { value: placeOf(action.commit) >= 11 ? 40 : 39 };
  });
  t.match(kept.conclusion, { revert: { kind: 'not-restored', boots: 24, p: 1 } });
  const last = play(linearHistory(32), changeAt(32));
  t.match(last.conclusion, { culprits: ['c32'], revert: { kind: 'same-as-parent' } });
  t.end();
});

t.test('a merge that brings the change is compared with both parents', t => {
  const commit = (place: number, ...parents: number[]) => ({
    id: `c${place}`,
    parents,
    candidate: place > 0,
  });
  const history = new History([
    commit(0),
    commit(1, 0),
    commit(2, 1),
    commit(3, 0),
    commit(4, 3),
    commit(5, 2, 4),
    commit(6, 5),
  ]);
  const { conclusion, ledger } = play(history, changeAt(5));
  t.match(conclusion, { kind: 'found', culprits: ['c5'] });
  t.match(ledger.attempts, [{ bad: 'c5', good: ['c2', 'c4'] }]);
  t.end();
});
