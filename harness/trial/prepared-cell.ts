import type { Image } from '../image/image.ts';
import type { KernelArtifact } from '../kernel/artifact.ts';
import type { Cell } from '../matrix/matrix.ts';
import type { ResolvedWorkload } from '../matrix/workload/resolve-workload.ts';

/** A cell with everything that its trials boot. */
export interface PreparedCell {
  cell: Cell;
  workload: ResolvedWorkload;
  /** Fragments of the kernel's config, sorted, including those of the workload and the compression. */
  fragments: string[];
  kernel: KernelArtifact;
  image: Image;
  /** `lpj=` for guests under TCG, see harness/machine/delay-loop.ts; undefined for a kernel without its config. */
  delayLoops?: number | undefined;
  /** `tsc_early_khz=` for guests under TCG, see harness/machine/delay-loop.ts. */
  timeStampKilohertz?: number | undefined;
}
