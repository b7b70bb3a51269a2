import { z } from 'zod';
import type { Baseline, BaselineCell } from './baseline.ts';
import { design, settings } from './matrix-schema.ts';
import { workloadMetrics } from './run-record-schema.ts';
import { count, id, mapOf, objectOf, repetition, text, time } from './schema.ts';
import type { FileFormat } from './stored-file.ts';
import { storedValueSchema } from './trial-record-schema.ts';

const facts = mapOf(z.string());

const cell = objectOf<BaselineCell>({
  id,
  label: z.string(),
  settings,
  design: z.exactOptional(design),
  kernel: z.exactOptional(text),
  facts,
  release: z.exactOptional(z.string()),
  repetitions: z.array(repetition),
  failed: z.exactOptional(count),
  samples: mapOf(z.array(z.nullable(storedValueSchema))),
}).superRefine(({ repetitions, samples }, context) => {
  for (const [name, values] of Object.entries(samples)) {
    if (values.length === repetitions.length) continue;
    const message = `must have ${repetitions.length} values, one per repetition, but has ${values.length}`;
    context.addIssue({ code: 'custom', path: ['samples', name], message });
  }
});

/** results/baselines/NAME.json, in version 1. */
export const baselineFormat: FileFormat<Baseline> = {
  version: 1,
  schema: objectOf<Baseline>({
    version: z.literal(1),
    name: text,
    run: text,
    startedAt: time,
    matrix: z.string(),
    facts,
    workloadMetrics: z.exactOptional(workloadMetrics),
    cells: z.array(cell),
  }),
  remedy: 'Restore the file from git, or save the baseline again.',
};
