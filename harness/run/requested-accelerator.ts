import { UsageError } from '../errors.ts';
import type { AcceleratorRequest } from '../machine/accelerator.ts';
import type { Requirements } from '../matrix/matrix.ts';

/**
 * The accelerator of a run: what the matrix requires, else what the command line asks for.
 * @throws UsageError ACCEL_CONFLICT if both name one, and not the same
 */
export function requestedAccelerator(
  require: Requirements,
  asked: AcceleratorRequest['requested'],
): AcceleratorRequest['requested'] {
  const { accel } = require;
  if (accel === undefined || asked === 'auto' || asked === accel) return accel ?? asked;
  throw new UsageError('ACCEL_CONFLICT', `--accel ${asked}, but the matrix requires ${accel}`, {
    hint: `Leave out --accel, or \`require: { accel: ${accel} }\` in the matrix.`,
  });
}
