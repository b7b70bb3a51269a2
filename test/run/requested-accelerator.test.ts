import t from 'tap';
import { requestedAccelerator } from '../../harness/run/requested-accelerator.ts';

t.test('what the matrix requires is never overruled, and never overrules in silence', async t => {
  t.equal(requestedAccelerator({}, 'auto'), 'auto');
  t.equal(requestedAccelerator({}, 'tcg'), 'tcg');
  t.equal(requestedAccelerator({ accel: 'kvm' }, 'auto'), 'kvm');
  t.equal(requestedAccelerator({ accel: 'kvm' }, 'kvm'), 'kvm');
  t.throws(() => requestedAccelerator({ accel: 'kvm' }, 'tcg'), {
    code: 'ACCEL_CONFLICT',
    message: '--accel tcg, but the matrix requires kvm',
  });
  t.throws(() => requestedAccelerator({ accel: 'tcg' }, 'kvm'), { code: 'ACCEL_CONFLICT' });
});
