import type { Target } from '../search/action.ts';
import type { Ledger } from '../search/ledger.ts';
import type { Observation } from '../search/observation.ts';
import { type Laboratory, untestableCause } from './bisect-commits.ts';
import { type BisectionRecord, type Conditions, differences, type EarlierBoots } from './bisection-record.ts';

/** The dependencies for reusing boots of earlier runs. */
export interface EarlierOptions {
  ledger: Ledger;
  laboratory: Pick<Laboratory, 'build'>;
  earlier: NonNullable<BisectionRecord['earlier']>;
  /** The current conditions of boots. */
  host(): Promise<Conditions>;
  append(observation: Observation): Promise<void>;
}

/**
 * Builds the ends and adopts their boots from earlier runs that booted the same object code under the same conditions, as if
 * they had been made now. Does nothing if this has already been done, or once an end turned out to be untestable.
 * @throws InfrastructureError and other errors of the host
 */
export async function takeEarlierBoots(options: EarlierOptions): Promise<void> {
  const { ledger, earlier } = options;
  const ends = [
    [ledger.goodEnd, earlier.good],
    [ledger.badEnd, earlier.bad],
  ] as const;
  for (const [commit, boots] of ends) {
    const isOpen = ledger.evidence === undefined && !ends.some(([end]) => ledger.untestable.has(end));
    if (isOpen) await takeBoots({ commit, purpose: { stage: 'ends' } }, boots, options);
  }
}

async function takeBoots(
  end: Target,
  { run, code: earlierCode, conditions, values }: EarlierBoots,
  { ledger, laboratory, host, append }: EarlierOptions,
): Promise<void> {
  const [{ good, bad } = { good: [], bad: [] }] = ledger.endBoots;
  const made = end.commit === ledger.goodEnd ? good : bad;
  const observe = async (observation: Observation) => {
    await append(observation);
    ledger.observe(observation);
  };
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  let code: string;
  try {
    code = await laboratory.build(end);
  } catch (error) {
    const fault = untestableCause(error);
    if (fault === undefined) throw error;
    return observe({ type: 'untestable', ...end, seconds: elapsed(), ...fault });
  }
  const seconds = elapsed();
  if (!ledger.isBuilt(end.commit)) await observe({ type: 'built', ...end, seconds, code });
  if (differences(await host(), conditions).length > 0 || code !== earlierCode) return;
  for (const value of values.slice(made.length))
    await observe({ type: 'booted', ...end, seconds: 0, trial: run, value });
}
