/** The corrections for multiple tests: the name of each for display. */
export const correctionNames = {
  holm: 'Holm',
  bh: 'Benjamini-Hochberg',
  'westfall-young': 'Westfall-Young',
} as const;

/**
 * How p-values of headlines are adjusted for the family: Holm for a gate, Benjamini and Hochberg for a report,
 * Westfall and Young inside cells (Bonferroni over the cells) for few cells with many correlated headlines.
 */
export type Correction = keyof typeof correctionNames;

/** All corrections. */
export const corrections = Object.keys(correctionNames) as [Correction, ...Correction[]];
