/** What is said of a second change beside the culprit. */
export interface SecondChange {
  /** The range to bisect next: a good and a bad commit. */
  good: string;
  bad: string;
  /** Exact two-sided p of the rank test between them. */
  p: number;
}

/** What reverting the culprit on the bad end did. */
export type RevertCheck =
  | { kind: 'restored' | 'not-restored'; boots: number; p: number }
  /** It does not revert, build or boot there. */
  | { kind: 'impossible'; reason: string }
  /** The culprit is the bad end itself, whose parent has been compared already. */
  | { kind: 'same-as-parent' }
  | { kind: 'not-asked' };

/** A commit with its share of the posterior. */
export interface Suspect {
  commit: string;
  probability: number;
}

/** A search that named its culprits. */
export type Found = Extract<Conclusion, { kind: 'found' }>;

/** How a search ended. */
export type Conclusion =
  /** The ends do not differ: nothing can be bisected by this metric here. */
  | {
      kind: 'refused';
      reason: 'not-reproducible';
      detail: string;
      /** Exact one-sided p of the ends. */
      p: number;
      /**
       * Boots of each end that would prove a difference as large as the one seen in four of five cases; undefined when the
       * ends do not lean the right way.
       */
      bootsNeeded: number | undefined;
    }
  /** The ends cannot be compared, or cannot differ. */
  | { kind: 'refused'; reason: 'end-untestable' | 'same-code'; detail: string }
  | {
      kind: 'found';
      /** One commit; several when what lies between them cannot be tested. */
      culprits: string[];
      /** Posterior of all culprits together when they were confirmed. */
      probability: number;
      /** Exact one-sided p of the confirmation, the largest where there are several parents. */
      p: number;
      attempts: number;
      revert: RevertCheck;
      second: SecondChange[];
    }
  | {
      kind: 'undecided';
      /** `contradiction`: by their object code, commits are alike that one first bad commit would set apart. */
      reason: 'attempts' | 'boots' | 'budget' | 'nothing-left' | 'contradiction';
      /**
       * The smallest set of commits that holds the first bad one with the wanted probability, most suspect first; empty
       * when nothing is known of it.
       */
      range: Suspect[];
    };
