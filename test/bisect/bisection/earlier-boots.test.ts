import t from 'tap';
import type { Conditions } from '../../../harness/bisect/bisection/bisection-record.ts';
import { takeEarlierBoots } from '../../../harness/bisect/bisection/earlier-boots.ts';
import { nextAction } from '../../../harness/bisect/search/next-action.ts';
import type { Observation } from '../../../harness/bisect/search/observation.ts';
import { searchOptionsShape } from '../../../harness/bisect/search/options.ts';
import { replay } from '../../../harness/bisect/search/search-log.ts';
import { BuildError, InfrastructureError } from '../../../harness/errors.ts';
import { linearHistory } from '../simulation/world.ts';

const conditions: Conditions = { cpuModel: 'EPYC', qemu: '7.2.22', accelerator: 'tcg' };
const header = {
  bisect: 'modstorm',
  version: 1,
  commits: linearHistory(8).commits.map(commit => ({ ...commit, parents: [...commit.parents] })),
  options: searchOptionsShape.parse({ worse: 'higher', seed: 1 }),
} as const;

const values = (value: number) => new Array<number>(10).fill(value);
const earlier = {
  good: { run: 'night-1', code: 'code of c0', conditions, values: values(0) },
  bad: { run: 'night-2', code: 'code of c8', conditions, values: values(9) },
};

/** Goes on with a log, on a host of today. */
async function take(
  observations: Observation[],
  now: Conditions,
  given = earlier,
  most = 1000,
  broken: Error | undefined = undefined,
) {
  const ledger = replay({ header, observations, bytes: 0 }, 'log');
  const builds: string[] = [];
  const interrupted = new Error('interrupted');
  await takeEarlierBoots({
    ledger,
    earlier: given,
    laboratory: {
      build: async ({ commit }) => {
        builds.push(commit);
        if (broken) throw broken;
        return `code of ${commit}`;
      },
    },
    host: async () => now,
    append: async observation => {
      if (observations.length >= most) throw interrupted;
      observations.push(observation);
    },
  }).catch(error => {
    if (error !== interrupted) throw error;
  });
  return { ledger, builds };
}

t.test('boots of the same object code, made alike, are taken over', async t => {
  const observations: Observation[] = [];
  const { ledger } = await take(observations, conditions);
  t.equal(ledger.ends.kind, 'differ', 'ten of each tell the ends apart');
  t.match(observations[1], { type: 'booted', commit: 'c0', seconds: 0, trial: 'night-1', value: 0 });
  t.strictSame(ledger.spent.builds, 2);
  const { builds } = await take(observations, conditions);
  t.strictSame(builds, [], 'nothing is left to take');
});

t.test('a process that was killed takes each boot once', async t => {
  const observations: Observation[] = [];
  for (const most of [1, 4, 11, 12, 19, 1000]) await take(observations, conditions, earlier, most);
  const boots = observations.filter(({ type }) => type === 'booted').map(({ commit }) => commit);
  t.strictSame(boots, [...new Array(10).fill('c0'), ...new Array(10).fill('c8')]);
  t.equal(observations.filter(({ type }) => type === 'built').length, 2);
});

t.test('what was made under other conditions is left alone', async t => {
  for (const [name, value] of Object.entries({ cpuModel: 'Xeon', qemu: '10.0', accelerator: 'kvm' })) {
    const observations: Observation[] = [];
    await take(observations, { ...conditions, [name]: value });
    t.strictSame(
      observations.map(({ type, commit }) => [type, commit]),
      [
        ['built', 'c0'],
        ['built', 'c8'],
      ],
      name,
    );
  }
  const observations: Observation[] = [];
  await take(observations, conditions, {
    ...earlier,
    good: { ...earlier.good, code: 'of another compiler' },
  });
  t.notOk(observations.some(({ type, commit }) => type === 'booted' && commit === 'c0'));
});

t.test('an end that does not build is set aside, trouble of the host is not', async t => {
  const observations: Observation[] = [];
  const fault = new BuildError('KERNEL_BUILD_FAILED', 'a.c:1: error');
  const { ledger, builds } = await take(observations, conditions, earlier, 1000, fault);
  t.match(observations, [{ type: 'untestable', commit: 'c0', cause: 'build', title: 'a.c:1: error' }]);
  t.strictSame(builds, ['c0'], 'and nothing else is built');
  t.match(nextAction(ledger), { conclusion: { kind: 'refused', reason: 'end-untestable' } });
  const again = await take(observations, conditions, earlier, 1000, fault);
  t.strictSame(again.builds, [], 'not once more either');
  const full = new InfrastructureError('DISK_FULL', 'no space is left');
  await t.rejects(take([], conditions, earlier, 1000, full), { code: 'DISK_FULL' });
});
