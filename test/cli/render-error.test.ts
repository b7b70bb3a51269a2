import t from 'tap';
import { renderError } from '../../harness/cli/render-error.ts';
import { InfrastructureError, UsageError } from '../../harness/errors.ts';

t.test('the code stands behind the first sentence, evidence and hint below', t => {
  t.equal(
    renderError(
      new UsageError('MATRIX_INVALID', '2 errors in a.yaml\n\na.yaml:1:1: this\na.yaml:2:1: that\n'),
    ),
    'modstorm: 2 errors in a.yaml [MATRIX_INVALID]\n\na.yaml:1:1: this\na.yaml:2:1: that\n',
  );
  const failed = new InfrastructureError('QMP_CLOSED', 'QEMU died', {
    evidence: 'it said\x1b[2J\n',
    hint: 'Again.',
  });
  t.equal(renderError(failed), 'modstorm: QEMU died [QMP_CLOSED]\n    it said\\x1b[2J\n  hint: Again.\n');
  t.end();
});

t.test('no stack, and a code for what nobody expected', t => {
  t.match(
    renderError(new TypeError('oh\x1b[2J')),
    /^modstorm: a bug in modstorm itself: oh\\x1b\[2J \[INTERNAL_ERROR\]\n {2}hint: .*MODSTORM_DEBUG=errors.*\n$/,
  );
  t.match(renderError('oh'), /^modstorm: a bug in modstorm itself: oh \[INTERNAL_ERROR\]\n/);
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
  });
  t.match(
    renderError(full),
    /^modstorm: ENOSPC: no space.* \[SYSTEM_CALL_FAILED\]\n {2}hint: Free some space/,
  );
  t.end();
});
