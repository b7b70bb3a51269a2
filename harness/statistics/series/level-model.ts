import { mean, sum } from 'simple-statistics';
import { segmentsOf } from './segment.ts';

/** A model of the level of a series: steps, and between them a common slope or none. */
export interface LevelModel {
  /** First point after each step, ascending. */
  steps: readonly number[];
  sloped: boolean;
  /** Slope per point; 0 without one. */
  slope: number;
  /** Bayesian information criterion (Schwarz 1978). Lower is better. */
  criterion: number;
}

/** The share of the squares that rounding leaves in a perfect fit. */
const roundingShare = 1e-9;

/**
 * Fits the model with the given steps by least squares.
 * @param effectiveSize the number of independent points that the given ones are worth
 */
export function fitLevels(
  points: readonly number[],
  steps: readonly number[],
  { sloped, effectiveSize }: { sloped: boolean; effectiveSize: number },
): LevelModel {
  let ofPlaces = 0;
  let ofPoints = 0;
  let common = 0;
  for (const segment of segmentsOf(points, steps)) {
    const middle = (segment.from + segment.to - 1) / 2;
    const level = mean(segment.points);
    segment.points.forEach((point, offset) => {
      const place = segment.from + offset - middle;
      ofPlaces += place ** 2;
      ofPoints += (point - level) ** 2;
      common += place * (point - level);
    });
  }
  const slope = sloped && ofPlaces > 0 ? common / ofPlaces : 0;
  const total = sum(points.map(point => point ** 2));
  const left = Math.max(ofPoints - slope * common, total * roundingShare, Number.MIN_VALUE);
  // A level for each segment, a place for each step, a slope.
  const parameters = 2 * steps.length + 1 + (sloped ? 1 : 0);
  const criterion = effectiveSize * Math.log(left / points.length) + parameters * Math.log(effectiveSize);
  return { steps, sloped, slope, criterion };
}

/** Removes steps from a model, one by one, as long as that improves it: backward elimination. */
export function simplestLevels(
  points: readonly number[],
  steps: readonly number[],
  options: { sloped: boolean; effectiveSize: number },
): LevelModel {
  let model = fitLevels(points, steps, options);
  for (;;) {
    const { steps: left } = model;
    const simpler = left
      .map(step =>
        fitLevels(
          points,
          left.filter(other => other !== step),
          options,
        ),
      )
      .sort((a, b) => a.criterion - b.criterion)[0];
    if (simpler === undefined || simpler.criterion > model.criterion) return model;
    model = simpler;
  }
}

/** The additional step that explains most, at least `least` points from all others and from the ends. */
export function furtherStep(
  points: readonly number[],
  steps: readonly number[],
  least: number,
): number | undefined {
  let best: { step: number; gain: number } | undefined;
  for (const segment of segmentsOf(points, steps)) {
    const total = sum(segment.points);
    let before = 0;
    segment.points.forEach((point, left) => {
      const right = segment.points.length - left;
      if (left >= least && right >= least) {
        const gain = ((before / left - (total - before) / right) ** 2 * left * right) / (left + right);
        if (best === undefined || gain > best.gain) best = { step: segment.from + left, gain };
      }
      before += point;
    });
  }
  return best?.step;
}
