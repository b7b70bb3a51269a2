import t from 'tap';
import { renderError } from '../../harness/cli/render-error.ts';
import { InfrastructureError, UsageError } from '../../harness/errors.ts';

t.test('the code stands behind the first sentence, evidence and hint below', t => {
  t.equal(
    renderError(
      new UsageError('MATRIX_INVALID', '2 mistakes in a.yaml\n\na.yaml:1:1: this\na.yaml:2:1: that\n'),
    ),
    'modstorm: 2 mistakes in a.yaml [MATRIX_INVALID]\n\na.yaml:1:1: this\na.yaml:2:1: that\n',
  );
  const failed = new InfrastructureError('QMP_CLOSED', 'QEMU died', {
    evidence: 'it said\x1b[2J\n',
    hint: 'Again.',
  });
  t.equal(renderError(failed), 'modstorm: QEMU died [QMP_CLOSED]\n    it said\\x1b[2J\n  hint: Again.\n');
  t.end();
});

t.test('only a defect of ours shows its stack', t => {
  t.match(
    renderError(new Error('oh')),
    /^modstorm: a defect of modstorm itself .*\n {4}Error: oh\n {4} +at /,
  );
  t.equal(renderError('oh'), 'modstorm: a defect of modstorm itself (please report it):\n    oh\n');
  t.end();
});
