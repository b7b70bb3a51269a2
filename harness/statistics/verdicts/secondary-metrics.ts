import { holm } from '../corrections/holm.ts';
import { westfallYoung } from '../corrections/westfall-young.ts';
import { groupBy } from '../samples/group.ts';
import type { MetricDefinition } from '../samples/metric.ts';
import type { CellContext, Hypothesis } from './analysis-request.ts';
import type { MetricComparison } from './comparison.ts';
import type { Look } from './sequential.ts';
import { judgeAdjusted, type MetricVerdict } from './verdict.ts';

/** A metric under a headline, with its verdict. */
export interface JudgedDependent {
  definition: MetricDefinition;
  result: MetricVerdict;
  correction: string;
  look: Look | undefined;
}

interface Dependent {
  definition: MetricDefinition;
  headline: MetricVerdict;
  look: Look | undefined;
  comparison: MetricComparison;
  /** p adjusted for the metrics that are tested beside it; raw where nothing is tested. */
  within: number | undefined;
  correction: string;
}

/** Relabellings inside a cell: the smallest p is 0.002, where each look spends some 0.01 of alpha. */
const permutations = 499;

const untested = 'tested only under a proved headline';

/**
 * Judges the metrics under the headlines of a cell, by family. The headline is the gatekeeper: before it is proved, a
 * metric under it is a number without a claim. Those under proved headlines share their boots, so they are adjusted for
 * each other by Westfall and Young's maxT (Holm without a source of randomness), those of each look by themselves.
 */
export function judgeDependents(
  headlines: readonly Hypothesis[],
  context: CellContext,
): Map<string, JudgedDependent[]> {
  const dependents: Dependent[] = [];
  const families = new Set<string>();
  for (const { definition, judgement, look } of headlines) {
    if (families.has(definition.family)) continue;
    families.add(definition.family);
    if (context.detail === 'proved' && !isProved(judgement!)) continue;
    for (const dependent of context.dependents.get(definition.family) ?? []) {
      const comparison = context.compare(dependent, look);
      const within = comparison.test?.p;
      dependents.push({
        ...{ definition: dependent, headline: judgement!, look, comparison, within },
        correction: untested,
      });
    }
  }
  const open = dependents.filter(({ within, headline }) => within !== undefined && isProved(headline));
  for (const [look, group] of groupBy(open, dependent => dependent.look)) adjustGroup(group, look, context);
  const judged = dependents.map(dependent => judgeDependent(dependent, context.alpha));
  return groupBy(judged, ({ definition }) => definition.family);
}

/** Whether the headline's own hypothesis is rejected, however small the change may be. */
function isProved({ adjusted, alpha, changed }: MetricVerdict): boolean {
  return changed || (adjusted !== undefined && adjusted <= alpha);
}

function adjustGroup(group: readonly Dependent[], look: Look | undefined, context: CellContext): void {
  const raw = group.map(({ comparison }) => comparison.test!.p!);
  const adjusted =
    context.random === undefined || group.length === 1
      ? holm(raw)
      : westfallYoung(
          group.map(({ definition }) => context.values(definition, look)),
          context.random,
          permutations,
        );
  const name = context.random === undefined ? 'Holm' : 'Westfall-Young';
  const correction =
    group.length === 1
      ? 'the one metric under a proved headline of the cell'
      : `${name} over the ${group.length} metrics under proved headlines of the cell`;
  for (const [index, dependent] of group.entries()) {
    // maxT goes by rank sums; where Fisher decides, its own p is the least that may be claimed.
    dependent.within = Math.max(raw[index]!, adjusted[index]!);
    dependent.correction = correction;
  }
}

function judgeDependent(
  { definition, headline, look, comparison, within, correction }: Dependent,
  alpha: number,
): JudgedDependent {
  const spend = look?.spend ?? alpha;
  const [own] = judgeAdjusted([comparison], [within ?? 1], { alpha, spend, required: spend });
  const gatekeeper = headline.adjusted ?? (headline.changed ? 0 : 1);
  const adjusted = own!.adjusted === undefined ? undefined : Math.max(own!.adjusted, gatekeeper);
  const judgement: MetricVerdict = { ...own!, adjusted, needs: undefined };
  if (own!.changed && !headline.changed) {
    judgement.verdict = 'INCONCLUSIVE';
    judgement.reason = 'headline-not-proved';
    judgement.changed = false;
  }
  return { definition, result: judgement, correction, look };
}
