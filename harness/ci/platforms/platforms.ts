import { container } from './container.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { kubernetes } from './kubernetes.ts';
import type { Platform } from './platform.ts';
import { slurm } from './slurm.ts';
import { systemd } from './systemd.ts';

/** Every platform, by its name for `modstorm ci`. */
export const platforms = { github, gitlab, slurm, kubernetes, systemd, container } as const satisfies Record<
  string,
  Platform
>;

/** The name of a platform. */
export type PlatformName = keyof typeof platforms;

/** The names of all platforms. */
export const platformNames = Object.keys(platforms) as PlatformName[];
