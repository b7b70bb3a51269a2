import type { Target } from '../search/action.ts';
import type { Ledger } from '../search/ledger.ts';
import type { Observation } from '../search/observation.ts';
import type { Laboratory } from './bisect-commits.ts';
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
 * they had been made now. Does nothing if this has already been done.
 */
export async function takeEarlierBoots(options: EarlierOptions): Promise<void> {
  const { ledger, earlier } = options;
  if (ledger.evidence !== undefined) return;
  await takeBoots({ commit: ledger.goodEnd, purpose: { stage: 'ends' } }, earlier.good, options);
  await takeBoots({ commit: ledger.badEnd, purpose: { stage: 'ends' } }, earlier.bad, options);
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
  const code = await laboratory.build(end);
  const seconds = (performance.now() - started) / 1000;
  if (!ledger.isBuilt(end.commit)) await observe({ type: 'built', ...end, seconds, code });
  if (differences(await host(), conditions).length > 0 || code !== earlierCode) return;
  for (const value of values.slice(made.length))
    await observe({ type: 'booted', ...end, seconds: 0, trial: run, value });
}
