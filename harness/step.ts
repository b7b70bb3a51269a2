/** Progress of a preparation step (kernel, image, packages, test of the accelerator). */
export interface StepProgress {
  /** Stable ID of the step; all reports of one step share it. */
  step: string;
  title: string;
  /** 0 to 1 if known. */
  fraction?: number | undefined;
  detail?: string | undefined;
}

/** Receives the progress of a step; must never throw. */
export type StepSink = (progress: StepProgress) => void;
