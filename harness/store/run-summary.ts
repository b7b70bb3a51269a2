import { z } from 'zod';
import type { WorkloadDesign } from '../matrix/workload/workload-design.ts';
import type { StoredValue } from '../measurement/record.ts';
import type { Facts } from './comparison-key.ts';
import { design, settings } from './matrix-schema.ts';
import { count, id, mapOf, objectOf, text } from './schema.ts';
import type { FileFormat } from './stored-file.ts';
import { storedValueSchema } from './trial-record-schema.ts';

/** The level of one metric over the boots of a cell that measured it. */
export interface MetricLevel {
  n: number;
  least: StoredValue;
  greatest: StoredValue;
  mean: number;
  median: number;
}

/** One cell of a run, without its boots. */
export interface SummarisedCell {
  id: string;
  label: string;
  settings: Record<string, string>;
  design: WorkloadDesign;
  /** Object digest of the kernel that it booted; absent if unknown. */
  kernel?: string;
  /** Absent if no trial passed. */
  facts?: Facts;
  /** Metric to its level. Only metrics with a value. */
  levels: Record<string, MetricLevel>;
}

/** What a history keeps of a run, so that it need not read the journal again. */
export interface RunSummary {
  version: 1;
  /** The state of the files from which it was created; see RunFolder.state. */
  state: string;
  cells: SummarisedCell[];
}

/** FOLDER/.index/RUN.json, version 1. Increment it whenever the same journal gives a different summary. */
export const runSummaryFormat: FileFormat<RunSummary> = {
  version: 1,
  schema: z.compile(
    objectOf<RunSummary>({
      version: z.literal(1),
      state: text,
      cells: z.array(
        objectOf<SummarisedCell>({
          id,
          label: z.string(),
          settings,
          design,
          kernel: z.exactOptional(text),
          facts: z.exactOptional(mapOf(z.string())),
          levels: mapOf(
            objectOf<MetricLevel>({
              n: count.min(1),
              least: storedValueSchema,
              greatest: storedValueSchema,
              mean: z.number(),
              median: z.number(),
            }),
          ),
        }),
      ),
    }),
  ),
  remedy: 'Remove the file: it is recreated from the journal.',
};
