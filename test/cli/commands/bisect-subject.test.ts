import t from 'tap';
import { type BisectSubjectOptions, subjectOf } from '../../../harness/cli/commands/bisect-subject.ts';

const given: BisectSubjectOptions = {
  tree: '/linux',
  metric: 'failed_becoming',
  filter: [],
  accel: 'auto',
};
const subject = (more: Partial<BisectSubjectOptions>, matrix: string | undefined = 'bisect') =>
  subjectOf(matrix, { ...given, ...more });

t.test('the older end, the newer one, and what they are called', async t => {
  t.match(await subject({ good: 'v1', bad: 'v2' }), {
    ...{ tree: '/linux', good: 'v1', bad: 'v2', terms: { good: 'good', bad: 'bad' } },
    ...{ metric: 'failed_becoming', worse: 'higher', accelerator: 'auto', cells: [{ vcpus: 2 }] },
  });
  t.match(
    await subject({ good: 'v2', bad: 'v1', fixed: true }),
    { good: 'v1', bad: 'v2', terms: { good: 'broken', bad: 'fixed' }, worse: 'lower' },
    'what mended it came after the bad commit',
  );
  t.match(await subject({ old: 'v1', new: 'v2', metric: 'attempts', worse: 'lower' }), {
    ...{ good: 'v1', bad: 'v2', terms: { good: 'old', bad: 'new' }, worse: 'lower' },
  });
});

t.test('what is missing is named, one error at a time', async t => {
  const refused = (more: Partial<BisectSubjectOptions>, message: RegExp, matrix?: string) =>
    t.rejects(subject(more, matrix), { code: 'BISECT_INCOMPLETE', message });
  await refused({ bad: 'v2' }, /needs --good/);
  await refused({ good: 'v1' }, /needs --bad/);
  await refused({ good: 'v2', fixed: true }, /needs --bad REVISION, the older end/);
  await refused({ good: 'v1', old: 'v1', bad: 'v2' }, /given twice/);
  const ends = { good: 'v1', bad: 'v2' };
  await t.rejects(subjectOf(undefined, { ...given, ...ends }), { message: /needs a matrix/ });
  const { tree: _, ...withoutTree } = given;
  await t.rejects(subjectOf('bisect', { ...withoutTree, ...ends }), { message: /needs --tree/ });
  const { metric: __, ...withoutMetric } = given;
  await t.rejects(subjectOf('bisect', { ...withoutMetric, ...ends }), { message: /needs --metric/ });
  await t.rejects(subject({ ...ends, metric: 'failed_becomin' }), { code: 'BISECT_METRIC' });
  await t.rejects(subject(ends, 'quick'), { code: 'BISECT_CELL' });
});
