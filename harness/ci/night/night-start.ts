import { UsageError } from '../../errors.ts';
import { canonicalJson, digestOf } from '../../files/digest.ts';
import type { Matrix } from '../../matrix/matrix.ts';
import type { NightKernel, NightPlan, NightState, NightSubject } from './night-state.ts';
import type { NightTools } from './night-tools.ts';

/** A night that is to begin, and the bases that it pins. */
export interface StartedNight {
  plan: NightPlan;
  bases: NightState['bases'];
}

/**
 * Begins a night: asks for the newest source of each kernel that the matrix follows, and pins what it lacks a base for. A
 * matrix with `compare: { axis: kernel }` names its base itself; otherwise each kernel is its own base: the last one judged,
 * the version before it that Debian still offers, or else tonight's, with which later nights are compared.
 * @param pin whether to pin anew: a base that the matrix names as it is now, otherwise tonight's kernel
 * @throws UsageError NIGHT_KERNEL if a kernel to follow is prebuilt; errors of the sources
 */
export async function startNight(
  matrix: Matrix,
  state: NightState,
  pin: boolean,
  tools: NightTools,
): Promise<StartedNight> {
  const declared = matrix.compare?.axis === 'kernel' ? matrix.compare.base : undefined;
  const followed = [...new Set(matrix.cells.map(({ kernel }) => kernel))].filter(name => name !== declared);
  const subjects: NightSubject[] = [];
  const bases: NightState['bases'] = {};
  for (const kernel of followed) {
    const source = matrix.kernels[kernel];
    if (source === undefined || source.kind === 'prebuilt') {
      throw new UsageError(
        'NIGHT_KERNEL',
        `${kernel} is a prebuilt kernel, whose newest version cannot be fetched`,
        {
          hint: 'Give a Debian source (`debian:`) or a git tree (`tree:`, `rev:`); the base may be prebuilt.',
        },
      );
    }
    const tonight = await tools.pin(source, true);
    const text = canonicalJson([declared ?? '', matrix.kernels[declared ?? kernel]]);
    const kept = pin ? undefined : state.bases[kernel];
    const base =
      kept?.declared === text
        ? kept.kernel
        : await newBase({ kernel, declared, tonight, pin }, matrix, state, tools);
    bases[kernel] = { declared: text, kernel: base };
    const last = state.last[kernel];
    subjects.push({
      kernel,
      tonight,
      baseName: declared ?? `${kernel}-base`,
      ...(base.identity !== tonight.identity && { base }),
      ...(last !== undefined && last.identity !== tonight.identity && { yesterday: last }),
    });
  }
  const now = tools.now();
  const id = `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const startedAt = now.toISOString();
  return { plan: { id, startedAt, matrixText: matrix.text, seed: tools.drawSeed(), subjects }, bases };
}

interface BaseChoice {
  kernel: string;
  declared: string | undefined;
  tonight: NightKernel;
  pin: boolean;
}

async function newBase(
  { kernel, declared, tonight, pin }: BaseChoice,
  matrix: Matrix,
  state: NightState,
  tools: NightTools,
): Promise<NightKernel> {
  const source = declared === undefined ? undefined : matrix.kernels[declared];
  if (source !== undefined) return tools.pin(source, false);
  if (pin) return tonight;
  return state.last[kernel] ?? (await tools.previous(tonight)) ?? tonight;
}

/** Stands for what a night judges: two nights with the same one would boot the same kernels for the same question. */
export function judgedByNight({ matrixText, subjects }: NightPlan): string {
  return digestOf([
    matrixText,
    subjects.map(({ kernel, tonight, base }) => [kernel, tonight.identity, base?.identity ?? '']),
  ]);
}
