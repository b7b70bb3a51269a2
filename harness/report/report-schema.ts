import { z } from 'zod';
import type { MetricUnit } from '../measurement/metric.ts';
import type { Outcome } from '../measurement/record.ts';
import { corrections } from '../statistics/corrections/correction.ts';
import type { Verdict } from '../statistics/verdicts/metric-verdict.ts';
import { settings } from '../store/matrix-schema.ts';
import { runFormat } from '../store/run-record-schema.ts';
import { count, id, mapOf, nanoseconds, oneOf, text } from '../store/schema.ts';
import { blameSchema, outcomeSchema, storedValueSchema } from '../store/trial-record-schema.ts';

/** Path of the committed JSON Schema, relative to the project folder. */
export const reportSchemaFile = 'results/report.schema.json';

const outcomes = z
  .partialRecord(
    oneOf<Outcome['kind']>({
      passed: true,
      failed: true,
      invalid: true,
      timeout: true,
      crashed: true,
      infrastructure: true,
      interrupted: true,
    }) as z.ZodType<Outcome['kind']> & z.core.$ZodRecordKey,
    count,
  )
  .describe('Number of trials by outcome.');

const folded = { name: z.string(), total: count, boots: count };

const metric = z.object({
  unit: oneOf<MetricUnit>({ count: true, bytes: true, ns: true, per_second: true, ratio: true }),
  class: z.enum(['deterministic', 'count', 'time']),
  worse: z.enum(['higher', 'lower', 'none']),
  n: count.describe('Number of boots that measured it.'),
  missing: count.describe('Number of boots that passed but did not measure it. Never treated as zero.'),
  median: storedValueSchema,
  low: storedValueSchema,
  high: storedValueSchema,
});

const blame = z
  .object({
    boots: count,
    addsUp: z.union([count, z.literal('unknown')]),
    attempts: count,
    rows: blameSchema,
  })
  .describe('Who loaded what, of the boots that were traced; absent if none was.');

const cell = z.object({
  id,
  label: z.string(),
  settings,
  planned: count,
  spared: z
    .object({ count, after: count })
    .optional()
    .describe('Boots that the looks of a sequential run made unnecessary, and after how many boots.'),
  passed: count.describe('Number of boots that passed. Only these give numbers.'),
  outcomes,
  findings: z.array(
    z.object({
      code: text,
      severity: z.enum(['note', 'warning', 'invalid']),
      message: z.string(),
      trials: count,
    }),
  ),
  duplicates: z.array(z.object({ ...folded, reason: z.string().optional() })),
  duplicateRequests: z.array(z.object(folded)),
  callers: z.array(z.object({ ...folded, caller: z.string(), chain: z.array(z.string()) })),
  blame: blame.optional(),
  notRun: count.describe('Trials of the plan without a record, not counting spared ones.'),
  metrics: mapOf(metric).describe('A metric that no boot measured is absent.'),
});

const verdict = oneOf<Verdict>({
  REGRESSED: true,
  IMPROVED: true,
  UNCHANGED: true,
  INCONCLUSIVE: true,
  NOT_ENOUGH: true,
});

const side = z.object({
  kind: z.enum(['run', 'baseline', 'text']),
  name: z.string(),
  startedAt: z.string().optional(),
  facts: z.record(z.string(), z.string()).optional(),
});

const place = z.object({ id: z.string(), label: z.string() });

/** One metric of a pair. These members are in every version; more numbers may be added. */
const judgedMetric = z.looseObject({
  class: z.enum(['deterministic', 'count', 'time']),
  unit: z.string(),
  family: z.string(),
  headline: z.boolean(),
  gated: z.boolean().describe('Whether it can fail a run.'),
  p: z.number().nullable(),
  adjusted: z.number().nullable().describe('p, corrected for the declared family.'),
  verdict,
  changed: z.boolean(),
  sentence: z.string(),
});

const comparison = z.object({
  version: z.literal(1),
  base: side,
  new: side,
  axis: z.object({ axis: z.string(), base: z.string().optional() }).optional(),
  forced: z
    .array(z.looseObject({ fact: z.string() }))
    .describe('Conditions that differ between the sides but were ignored because of --force.'),
  emulated: z.boolean(),
  alpha: z.number(),
  method: z.enum(corrections),
  declared: z.object({ gated: count, other: count }).describe('Hypotheses that the correction counts.'),
  verdict,
  regressed: z.boolean().describe('Whether a gated metric is REGRESSED: the exit code.'),
  tally: z.record(z.string(), count),
  unmatched: z.array(z.object({ side: z.enum(['base', 'new']), label: z.string(), reason: z.string() })),
  pairs: z.array(
    z.object({
      name: z.string(),
      base: place,
      new: place,
      settings: z.record(z.string(), z.string()),
      nextTrials: count.optional(),
      metrics: z.record(z.string(), judgedMetric),
      findings: z.array(z.looseObject({ code: text, severity: z.string(), message: z.string() })),
    }),
  ),
});

/** report.json, in version 1. */
export const reportSchema = z.object({
  version: z.literal(1),
  path: z.string().describe('The run folder.'),
  run: runFormat.schema,
  planned: count,
  notRun: count,
  spared: count,
  outcomes,
  elapsedNs: nanoseconds,
  cells: z.array(cell),
  troubled: z
    .array(
      z.object({
        trial: id,
        cell: id,
        label: z.string(),
        outcome: outcomeSchema,
        consoleTail: z.array(z.string()),
        evidence: z.string().describe('The folder of the trial.'),
        reproduce: z.string().describe('The command that boots this cell once.'),
      }),
    )
    .describe('Every trial that did not pass.'),
  comparison: z
    .union([comparison, z.object({ nothing: z.string() })])
    .optional()
    .describe('Present if the matrix declares a comparison and a verdict could be given.'),
});

/** The JSON Schema (draft 2020-12) of report.json. Members may be added to a version, so others are allowed. */
export function reportJsonSchemaText(): string {
  const schema = z.toJSONSchema(reportSchema, {
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return `${JSON.stringify({ ...schema, title: 'modstorm report' }, null, 2)}\n`;
}
