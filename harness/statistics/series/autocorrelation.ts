import { mean } from 'simple-statistics';
import { segmentsOf } from './segment.ts';

/** Above this a series is close to a random walk, in which levels cannot be distinguished. */
const largest = 0.95;

/**
 * The lag-one autocorrelation of the points after subtracting each segment's mean: how much a night resembles the night
 * before.
 * @param cuts the first point of each segment except the first one
 * @returns 0 if nothing varies
 */
export function lagOneAutocorrelation(points: readonly number[], cuts: readonly number[] = []): number {
  let squares = 0;
  let products = 0;
  for (const segment of segmentsOf(points, cuts)) {
    let previous = 0;
    for (const residual of centred(segment.points)) {
      squares += residual ** 2;
      products += residual * previous;
      previous = residual;
    }
  }
  return squares === 0 ? 0 : products / squares;
}

/**
 * A conservative estimate of the autocorrelation: corrected for the bias of each fitted mean, (1 + 3r)/n (Marriott and
 * Pope 1954), and raised by half its standard error. An estimate that is too small causes false changes; one that is too
 * large only costs power.
 * @returns 0 to 0.95
 */
export function cautiousAutocorrelation(points: readonly number[], cuts: readonly number[] = []): number {
  const size = points.length;
  const perMean = (cuts.length + 1) / size;
  const estimate = lagOneAutocorrelation(points, cuts);
  // With this many means for so few points there is no estimate to correct.
  const corrected = (estimate + perMean) / Math.max(0.1, 1 - 3 * perMean);
  const positive = Math.min(1, Math.max(0, corrected));
  return Math.min(largest, positive + Math.sqrt((1 - positive ** 2) / size) / 2);
}

/** Points minus their mean. */
export function centred(points: number[]): number[] {
  if (points.length === 0) return [];
  const centre = mean(points);
  return points.map(point => point - centre);
}

/**
 * The factor by which autocorrelation inflates the variance of a sum of points: 1 + 2 sum (1 - k/n) r^k (Bayley and Hammersley
 * 1946). The points are worth n / inflation independent ones.
 */
export function varianceInflation(size: number, autocorrelation: number): number {
  let inflation = 1;
  let power = autocorrelation;
  for (let lag = 1; lag < size && power > 1e-18; lag++) {
    inflation += 2 * (1 - lag / size) * power;
    power *= autocorrelation;
  }
  return inflation;
}

/** The innovations of a first-order autoregressive series around zero: independent, with equal variance. */
export function innovations(points: readonly number[], autocorrelation: number): Float64Array {
  const fresh = Float64Array.from(points);
  let previous: number | undefined;
  points.forEach((point, index) => {
    fresh[index] =
      previous === undefined
        ? point * Math.sqrt(1 - autocorrelation ** 2)
        : point - autocorrelation * previous;
    previous = point;
  });
  return fresh;
}

/** Turns innovations into their series, in place: the inverse of `innovations`. */
export function integrate(fresh: Float64Array, autocorrelation: number): void {
  if (autocorrelation === 0) return;
  let previous: number | undefined;
  fresh.forEach((innovation, index) => {
    previous =
      previous === undefined
        ? innovation / Math.sqrt(1 - autocorrelation ** 2)
        : innovation + autocorrelation * previous;
    fresh[index] = previous;
  });
}
