import t from 'tap';
import type { Laboratory } from '../../../harness/bisect/bisection/bisect-commits.ts';
import { type CommitLimit, judgeCommit } from '../../../harness/bisect/bisection/judge-commit.ts';
import { BuildError, InfrastructureError } from '../../../harness/errors.ts';
import type { Outcome } from '../../../harness/measurement/record.ts';
import { fakeCell, fakeRecord } from '../../fakes/run-fixture.ts';

const target = { commit: 'c1', purpose: { stage: 'search' } } as const;
const cell = fakeCell('a', 'stats', 2);
const limit: CommitLimit = { metric: 'loads', worse: 'higher', limit: 39, boots: 5, need: 3 };

/** A laboratory whose boots give these values in turn, or end with an outcome. */
function laboratory(boots: (number | Outcome)[]): Laboratory & { made: string[] } {
  const made: string[] = [];
  return {
    made,
    build: async () => 'code',
    boot: async (_, trial) => {
      const next = boots[made.push(trial) - 1]!;
      const isValue = typeof next === 'number';
      return fakeRecord(
        { id: trial, cell, repetition: 1, order: 0 },
        isValue ? { loads: next } : {},
        isValue ? { kind: 'passed' } : next,
      );
    },
  };
}

const judge = (lab: Laboratory, given = limit) =>
  judgeCommit(lab, target, given, new AbortController().signal);

t.test('boots are made until they decide', async t => {
  const bad = laboratory([40, 39, 41, 40]);
  t.strictSame(await judge(bad), { kind: 'bad', values: [40, 39, 41, 40], bad: 3 });
  t.equal(new Set(bad.made).size, 4, 'each has a folder of its own');
  t.match(await judge(laboratory([39, 39, 39])), { kind: 'good', bad: 0 }, 'two more could not be three');
  t.match(await judge(laboratory([40, 39, 39, 40, 39])), { kind: 'good', bad: 2 });
  t.match(await judge(laboratory([38]), { ...limit, worse: 'lower', boots: 1, need: 1 }), { kind: 'bad' });
});

t.test('what cannot be judged is said so, with the reason', async t => {
  const crash: Outcome = { kind: 'crashed', title: 'BUG: x', class: 'bug' };
  t.strictSame(await judge(laboratory([crash, 39, crash, crash])), { kind: 'untestable', reason: 'BUG: x' });
  t.match(await judge(laboratory([crash, 39, crash, 39, 39])), { kind: 'good' }, 'two may fail');
  t.match(await judge(laboratory([{ kind: 'interrupted' }])), { kind: 'interrupted' });
  t.match(await judge(laboratory([40]), { ...limit, metric: 'unheard' }), {
    kind: 'untestable',
    reason: 'its guests do not measure unheard',
  });
  const broken = laboratory([]);
  broken.build = async () => {
    throw new BuildError('KERNEL_BUILD_FAILED', "a.c:1: error: expected ';'");
  };
  t.match(await judge(broken), { kind: 'untestable', reason: /expected ';'/ });
});

t.test('what is none of the commit is thrown', async t => {
  const full = laboratory([]);
  full.build = async () => {
    throw new InfrastructureError('DISK_FULL', 'no space is left');
  };
  await t.rejects(judge(full), { code: 'DISK_FULL' });
  full.build = async () => {
    throw new BuildError('KERNEL_FRAGMENT_UNKNOWN', 'no such fragment');
  };
  await t.rejects(judge(full), { code: 'KERNEL_FRAGMENT_UNKNOWN' }, 'no commit can have it');
});
