/** A step of preparation (kernel, image, packages, proof of the accelerator) as it goes on. */
export interface StepProgress {
  /** Stable id of the step; later reports of one step share it. */
  step: string;
  title: string;
  /** 0 to 1 if known. */
  fraction?: number | undefined;
  detail?: string | undefined;
}

/** Receives the progress of a step; must never throw. */
export type StepSink = (progress: StepProgress) => void;
