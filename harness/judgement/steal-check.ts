import { heavyStealShare } from '../measurement/host-steal.ts';
import type { StatisticalFinding } from '../statistics/samples/metric.ts';
import type { JudgedPair, Judgement } from './judgement.ts';
import { withFindings } from './pair-findings.ts';

/** Adds a warning to each pair with times that were measured while the host's hypervisor took much of its CPU time. */
export function withStealFindings(judgement: Judgement): Judgement {
  return withFindings(judgement, stealFindings);
}

function stealFindings({ pair, metrics }: JudgedPair): StatisticalFinding[] {
  const { base, candidate } = pair;
  if (base.underSteal + candidate.underSteal === 0) return [];
  const times = metrics.flatMap(({ definition }) => (definition.class === 'time' ? [definition.name] : []));
  if (times.length === 0) return [];
  const message =
    `${base.underSteal} boots of the base and ${candidate.underSteal} of the candidate ran while the hypervisor of the ` +
    `host took ${heavyStealShare * 100} % or more of its CPU time (steal): do not trust ${times.join(', ')}`;
  return [{ code: 'HOST_STEAL', severity: 'warning', message }];
}
