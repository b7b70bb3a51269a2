import type { CiRequest } from '../../../harness/ci/platforms/platform.ts';
import { type PlatformName, platforms } from '../../../harness/ci/platforms/platforms.ts';

/** A request with awkward names. */
export const request: CiRequest = {
  matrix: 'matrices/my matrix.yaml',
  name: 'my-matrix',
  shards: 3,
  program: "/usr/bin/node '/opt/my modstorm/harness/process/bootstrap.mjs' modstorm",
  home: '/opt/my modstorm',
  node: 22,
};

/** The only text of a platform. */
export function textOf(platform: PlatformName, more: Partial<CiRequest> = {}): string {
  return platforms[platform].files({ ...request, ...more })[0]?.text ?? '';
}
