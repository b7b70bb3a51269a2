import t from 'tap';
import { loadMatrix } from '../../harness/matrix/load.ts';
import { MatrixError } from '../../harness/matrix/source/diagnostic.ts';
import { fragments, oneKernel, workloads } from './fixture.ts';

/** What is wrong with the gates of a matrix, as `line:column message hint`, if `wasted_bytes` is the only total. */
function complaintsOf(text: string): string[] {
  try {
    loadMatrix(oneKernel + text, {
      file: 'test.yaml',
      workloads,
      fragments,
      gateNames: () => ({ metrics: ['wasted_bytes', 'waste_per_request'], totals: ['wasted_bytes'] }),
    });
    return [];
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error;
    return error.diagnostics.map(({ line, column, message, hint }) => `${line}:${column} ${message} ${hint}`);
  }
}

t.test('a total cannot be gated if everything runs for a fixed time', t => {
  const total = 'gates:\n  waste_per_request: {}\n  wasted_bytes: { at least: 1MiB }\n';
  const refused = complaintsOf(`workload: stress-ng\n${total}`);
  t.equal(refused.length, 1, 'the rate beside it may be gated');
  t.match(refused[0], /^5:3 wasted_bytes is a total, and every workload .* fixed time: a slower kernel/);
  t.match(refused[0], /Gate waste_per_request, failures_per_request or loads_per_second/);
  const times = 'axes: { workload: [{ stress-ng: { timeout: 2s } }, { stress-ng: { timeout: 5s } }] }\n';
  t.equal(complaintsOf(times + total).length, 1, 'every workload of an axis');
  t.end();
});

t.test('a total can be gated where a workload has a given amount of work', t => {
  const total = 'gates: { wasted_bytes: {} }\n';
  t.same(complaintsOf(`workload: other\n${total}`), []);
  t.same(
    complaintsOf(`axes: { workload: [stress-ng, other] }\n${total}`),
    [],
    'the gate is for the cells of the other',
  );
  t.end();
});
