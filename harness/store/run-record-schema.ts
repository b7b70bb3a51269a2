import { z } from 'zod';
import type { AcceleratorProof } from '../machine/machine.ts';
import type { WorkloadMetric } from '../matrix/workload/workload.ts';
import { matrixSchema } from './matrix-schema.ts';
import type { HostEnvironment, ImageRecord, KernelRecord, RunRecord, ShardRecord } from './run-record.ts';
import { count, id, mapOf, objectOf, oneOf, text, time } from './schema.ts';
import type { FileFormat } from './stored-file.ts';

const host = objectOf<HostEnvironment>({
  cpuModel: text,
  cores: z.int().min(1),
  memoryBytes: count,
  kernel: z.string(),
  architecture: z.string(),
  distribution: z.exactOptional(z.string()),
  governor: z.exactOptional(z.string()),
  smt: z.exactOptional(z.boolean()),
  virtual: z.exactOptional(z.boolean()),
  loadAverage: z.exactOptional(z.number().min(0)),
  node: z.string(),
});

const kernel = objectOf<KernelRecord>({
  kernel: text,
  config: z.string(),
  key: text,
  release: z.string(),
  buildId: z.exactOptional(z.string()),
  objectDigest: text,
  configDigest: z.exactOptional(z.string()),
  origin: z.string(),
});

const image = objectOf<ImageRecord>({
  key: text,
  bytes: count,
  versions: mapOf(z.string()),
  cells: z.array(id),
});

const accelerator = oneOf<AcceleratorProof['accelerator']>({ kvm: true, tcg: true });

/** The metrics that workloads declare, by workload name. */
export const workloadMetrics = mapOf(
  z.array(
    objectOf<WorkloadMetric>({
      name: text,
      unit: oneOf<WorkloadMetric['unit']>({ count: true, bytes: true, ns: true, per_second: true }),
      class: oneOf<WorkloadMetric['class']>({ deterministic: true, count: true, time: true }),
      worse: oneOf<WorkloadMetric['worse']>({ higher: true, lower: true, none: true }),
      description: z.string(),
    }),
  ),
);

type KvmTry = NonNullable<AcceleratorProof['tried']>[number];

const schema = objectOf<RunRecord>({
  version: z.literal(1),
  run: text,
  startedAt: time,
  tool: objectOf<RunRecord['tool']>({ version: z.string(), revision: z.exactOptional(z.string()) }),
  command: z.array(z.string()),
  matrix: matrixSchema,
  matrixFile: z.string(),
  seed: count,
  planDigest: text,
  host,
  qemu: objectOf<RunRecord['qemu']>({ path: z.string(), version: z.string() }),
  accelerator: objectOf<AcceleratorProof>({
    accelerator,
    requested: oneOf<AcceleratorProof['requested']>({ auto: true, kvm: true, tcg: true }),
    reason: z.string(),
    cpu: z.exactOptional(text),
    omitted: z.exactOptional(z.array(text)),
    tried: z.exactOptional(z.array(objectOf<KvmTry>({ cpu: text, reason: z.string() }))),
  }),
  jobs: z.int().min(1),
  kernels: z.array(kernel),
  images: z.array(image),
  workloads: mapOf(count),
  workloadMetrics: z.exactOptional(workloadMetrics),
  shard: z.exactOptional(
    objectOf<NonNullable<RunRecord['shard']>>({
      index: z.int().min(1),
      count: z.int().min(1),
      cells: z.exactOptional(z.array(id)),
      pairs: z.exactOptional(count),
    }),
  ),
  shards: z.exactOptional(
    z.array(
      objectOf<ShardRecord>({
        index: z.int().min(1),
        count: z.int().min(1),
        run: text,
        startedAt: time,
        host,
        jobs: z.int().min(1),
        cells: z.array(id),
        records: text,
      }),
    ),
  ),
  calibration: z.exactOptional(
    objectOf<NonNullable<RunRecord['calibration']>>({ pairs: count, perSide: count }),
  ),
});

/** run.json, in version 1. */
export const runFormat: FileFormat<RunRecord> = {
  version: 1,
  schema,
  checked: true,
  remedy: 'Restore the file from its copy, or leave this run out.',
};
