import type { BisectionSubject } from '../../bisect/bisection/bisection.ts';
import { chooseCells, chooseMetric } from '../../bisect/bisection/subject.ts';
import type { Direction } from '../../bisect/search/ends.ts';
import { mostCells } from '../../bisect/search/options.ts';
import { UsageError } from '../../errors.ts';
import type { AcceleratorRequest } from '../../machine/accelerator.ts';
import { requestedAccelerator } from '../../run/requested-accelerator.ts';
import { readMatrix } from '../inputs.ts';

/** Options of `modstorm bisect` that select what to bisect. */
export interface BisectSubjectOptions {
  tree?: string;
  good?: string;
  bad?: string;
  old?: string;
  new?: string;
  metric?: string;
  worse?: Direction;
  fixed?: boolean;
  filter: string[];
  accel: AcceleratorRequest['requested'];
}

/**
 * The parameters of a bisection from a command line.
 * @throws UsageError BISECT_INCOMPLETE, BISECT_CELL, BISECT_METRIC; MATRIX_UNREADABLE, MatrixError
 */
export async function subjectOf(
  reference: string | undefined,
  options: BisectSubjectOptions,
): Promise<BisectionSubject> {
  const { good, bad, terms } = endsOf(options);
  const tree = required(options.tree, '--tree DIR');
  const { file, matrix, workloads } = await readMatrix(required(reference, 'a matrix'));
  const cells = chooseCells(matrix, options.filter, mostCells);
  const name = required(options.metric, '--metric NAME');
  const own = cells.flatMap(({ workload }) => workloads.get(workload.name) ?? []);
  const { worse } = chooseMetric(name, own, { fixed: options.fixed ?? false, given: options.worse });
  const accelerator = requestedAccelerator(matrix.require, options.accel);
  return {
    ...{ tree, good, bad, terms, matrix, cells, worse, accelerator },
    metric: name,
    matrixFile: file,
  };
}

/** The older end, the newer one, and their names. */
function endsOf(options: BisectSubjectOptions): Pick<BisectionSubject, 'good' | 'bad' | 'terms'> {
  const { fixed = false, old, new: fresh } = options;
  const [older, newer] = fixed ? [options.bad, options.good] : [options.good, options.bad];
  if ((old !== undefined && older !== undefined) || (fresh !== undefined && newer !== undefined))
    throw incomplete('an end was given twice');
  const neutral = old !== undefined || fresh !== undefined;
  return {
    good: required(older ?? old, fixed ? '--bad REVISION, the older end' : '--good REVISION'),
    bad: required(newer ?? fresh, fixed ? '--good REVISION, the newer end' : '--bad REVISION'),
    terms: fixed
      ? { good: 'broken', bad: 'fixed' }
      : neutral
        ? { good: 'old', bad: 'new' }
        : { good: 'good', bad: 'bad' },
  };
}

function required<Value>(value: Value | undefined, what: string): Value {
  if (value !== undefined) return value;
  throw incomplete(`a bisection needs ${what}`);
}

export function incomplete(message: string): UsageError {
  return new UsageError('BISECT_INCOMPLETE', message, {
    hint: 'modstorm bisect --tree DIR --good REV --bad REV MATRIX --metric NAME; or --resume BISECTION.',
  });
}
