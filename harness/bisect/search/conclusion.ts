/** A second change in addition to the culprit. */
export interface SecondChange {
  /** The range to bisect next: a good and a bad commit. */
  good: string;
  bad: string;
  /** Exact two-sided p of the rank test between them. */
  p: number;
}

/** The effect of reverting the culprit on the bad end. */
export type RevertCheck =
  | { kind: 'restored' | 'not-restored'; boots: number; p: number }
  /** The revert does not apply, build or boot there. */
  | { kind: 'impossible'; reason: string }
  /** The culprit is the bad end itself, which has already been compared with its parent. */
  | { kind: 'same-as-parent' }
  | { kind: 'not-asked' };

/** A commit with its share of the posterior. */
export interface Suspect {
  commit: string;
  probability: number;
}

/** A search that named its culprits. */
export type Found = Extract<Conclusion, { kind: 'found' }>;

/** The result of a search. */
export type Conclusion =
  /** The ends do not differ: this metric cannot be bisected here. */
  | {
      kind: 'refused';
      reason: 'not-reproducible';
      detail: string;
      /** Exact one-sided p of the ends. */
      p: number;
      /**
       * Boots of each end that would prove a difference as large as the observed one in four of five cases; undefined if
       * the difference has the wrong sign.
       */
      bootsNeeded: number | undefined;
    }
  /** The ends cannot be tested, or are the same object code. */
  | { kind: 'refused'; reason: 'end-untestable' | 'same-code'; detail: string }
  | {
      kind: 'found';
      /** One commit, or several if the commits between them cannot be tested. */
      culprits: string[];
      /** Total posterior of the culprits when they were confirmed. */
      probability: number;
      /** Exact one-sided p of the confirmation; the largest if there are several parents. */
      p: number;
      attempts: number;
      revert: RevertCheck;
      second: SecondChange[];
    }
  | {
      kind: 'undecided';
      /** `contradiction`: commits with the same object code would have to differ if there were a single first bad commit. */
      reason: 'attempts' | 'boots' | 'budget' | 'nothing-left' | 'contradiction';
      /**
       * The smallest set of commits that contains the first bad one with the given probability, most suspect first; empty
       * if nothing is known about it.
       */
      range: Suspect[];
    };
