/**
 * Mathematical functions that `simple-statistics` does not have: gamma, beta, normal and Student's t.
 * @module
 */

const lanczosStart = 0.99999999999980993;
const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Gamma(x) for x > 0 (Lanczos, g = 7; about 15 digits). */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const shifted = x - 1;
  const t = shifted + 7.5;
  let sum = lanczosStart;
  let place = 1;
  for (const coefficient of lanczos) {
    sum += coefficient / (shifted + place);
    place++;
  }
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** The number of ways to choose `k` of `n` as a double: exact below 2^53, Infinity above 1.8e308. */
export function choose(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  const few = Math.min(k, n - k);
  let ways = 1;
  for (let index = 1; index <= few; index++) {
    // The product ways * factor / index is an integer. Dividing by common factors first keeps every step exact.
    const factor = n - few + index;
    const shared = greatestCommonDivisor(factor, index);
    ways = (ways / (index / shared)) * (factor / shared);
  }
  return ways;
}

/** The greatest common divisor of two integers. */
export function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** ln of the number of ways to choose `k` of `n`. */
export function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

const tiniest = 1e-300;
const precision = 1e-16;

/** The regularised incomplete beta function I_x(a, b), by Lentz's continued fraction (DLMF 8.17.22). */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const logFront = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  return (Math.exp(logFront) / a) * betaFraction(x, a, b);
}

function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < precision) break;
  }
  return fraction;
}

function nonZero(value: number): number {
  return Math.abs(value) < tiniest ? tiniest : value;
}

/** The x in [0, 1] with I_x(a, b) = probability, by bisection to the last bit. */
export function betaQuantile(probability: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (incompleteBeta(middle, a, b) < probability) low = middle;
    else high = middle;
  }
}

/** P(Z > z) of the standard normal, with relative precision far into the tail. */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  return z < 2.5 ? 0.5 - normalSeries(z) : normalFraction(z);
}

function normalSeries(z: number): number {
  let term = z;
  let sum = z;
  for (let index = 1; Math.abs(term) > 1e-18 * Math.abs(sum); index++) {
    term *= (z * z) / (2 * index + 1);
    sum += term;
  }
  return sum * normalDensity(z);
}

function normalFraction(z: number): number {
  let tail = z;
  for (let k = 160; k > 0; k--) tail = z + k / tail;
  return normalDensity(z) / tail;
}

function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

const quantiles = new Map<number, number>();

/** The z with P(Z > z) = tail, for a tail in (0, 1). A few levels recur often, so they are cached. */
export function normalUpperQuantile(tail: number): number {
  const known = quantiles.get(tail);
  if (known !== undefined) return known;
  const quantile = tail > 0.5 ? -bisectNormal(1 - tail) : bisectNormal(tail);
  if (quantiles.size < 1024) quantiles.set(tail, quantile);
  return quantile;
}

function bisectNormal(tail: number): number {
  let low = 0;
  let high = 40;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (normalTail(middle) > tail) low = middle;
    else high = middle;
  }
}

/** P(T > t) of Student's t; degrees of freedom may be fractional (Welch). */
export function studentTail(t: number, degrees: number): number {
  const half = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
  return t >= 0 ? half : 1 - half;
}

/**
 * The t with P(T > t) = tail, for a tail in (0, 0.5]. Uses Newton's method, starting from the expansion of Cornish and Fisher. The
 * tail is convex, so the iteration from below never overshoots. Few degrees of freedom are bisected.
 */
export function studentUpperQuantile(tail: number, degrees: number): number {
  if (degrees < 3) return bisectStudent(tail, degrees);
  const z = normalUpperQuantile(tail);
  let t = z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2);
  for (let step = 0; step < 50; step++) {
    const next = t + (studentTail(t, degrees) - tail) / studentDensity(t, degrees);
    if (Math.abs(next - t) <= 1e-12 * t) return next;
    t = Math.max(0, next);
  }
  return t;
}

function studentDensity(t: number, degrees: number): number {
  const logScale = logGamma((degrees + 1) / 2) - logGamma(degrees / 2) - Math.log(degrees * Math.PI) / 2;
  return Math.exp(logScale - ((degrees + 1) / 2) * Math.log1p((t * t) / degrees));
}

/** Bisects the logarithm of degrees / (degrees + t^2), because t may be as large as 1e65. */
function bisectStudent(tail: number, degrees: number): number {
  let low = -300;
  let high = 0;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (incompleteBeta(Math.exp(middle), degrees / 2, 0.5) < 2 * tail) low = middle;
    else high = middle;
  }
  return Math.sqrt(degrees * (1 / Math.exp((low + high) / 2) - 1));
}
