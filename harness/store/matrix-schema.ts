import { z } from 'zod';
import type {
  Cell,
  Clock,
  CompareSetting,
  Compression,
  Decompressor,
  GateSetting,
  KernelSource,
  Matrix,
  ParameterValue,
  Requirements,
  TrialCount,
  WorkloadSetting,
} from '../matrix/matrix.ts';
import type { WorkloadDesign } from '../matrix/workload/workload-design.ts';
import { count, id, mapOf, objectOf, oneOf, text } from './schema.ts';

const parameterValue: z.ZodType<ParameterValue> = z.union([z.string(), z.number(), z.boolean()], {
  error: 'is not a parameter value',
});

/** Axis to the value as written. */
export const settings = mapOf(z.string());

export const design = oneOf<WorkloadDesign>({ 'fixed-work': true, 'fixed-time': true });

/** A cell, in version 1 of plan.json. */
export const cellSchema = objectOf<Cell>({
  id,
  label: z.string(),
  settings,
  names: z.exactOptional(mapOf(z.string())),
  kernel: text,
  config: z.string(),
  vcpus: z.int().min(1),
  memoryBytes: count,
  compression: oneOf<Compression>({ none: true, gzip: true, xz: true, zstd: true }),
  decompress: oneOf<Decompressor>({ user: true, kernel: true }),
  commandLine: z.string(),
  cpuModel: z.exactOptional(z.string()),
  numaNodes: count,
  // Plans from before there were other clocks do not have it.
  clock: oneOf<Clock>({ host: true, instructions: true }).default('host'),
  // Plans from before workloads had a design do not have it.
  design: design.default('fixed-work'),
  workload: objectOf<WorkloadSetting>({ name: text, parameters: mapOf(parameterValue) }),
});

const patches = z.exactOptional(z.array(z.string()));
const kernelSource: z.ZodType<KernelSource> = z.discriminatedUnion(
  'kind',
  [
    z.object({
      kind: z.literal('debian'),
      package: text,
      suite: z.exactOptional(z.string()),
      patches,
    }),
    z.object({ kind: z.literal('tree'), path: text, revision: text, patches }),
    z.object({ kind: z.literal('prebuilt'), image: text, modules: text }),
  ],
  { error: 'is not a known kind of kernel' },
);

const looks = z.array(z.int().min(1)).min(1);
const trialCount: z.ZodType<TrialCount> = z.discriminatedUnion(
  'kind',
  [
    z.object({ kind: z.literal('fixed'), count: z.int().min(1) }),
    z.object({ kind: z.literal('looks'), looks }),
  ],
  { error: 'is not a number of trials' },
);

const gate = objectOf<GateSetting>({
  worse: z.exactOptional(oneOf<NonNullable<GateSetting['worse']>>({ higher: true, lower: true, none: true })),
  atLeast: z.exactOptional(z.number().min(0)),
  relative: z.exactOptional(z.number().min(0)),
  rate: z.exactOptional(z.number().min(0).max(1)),
});

/** The matrix of a run, in version 1 of run.json; its cells are in plan.json. */
export const matrixSchema = objectOf<Omit<Matrix, 'cells'>>({
  name: z.string(),
  text: z.string(),
  kernels: mapOf(kernelSource),
  configs: mapOf(z.string()),
  varied: z.array(text),
  trials: trialCount,
  compare: z.exactOptional(objectOf<CompareSetting>({ axis: text, base: z.string() })),
  gates: mapOf(gate),
  require: objectOf<Requirements>({
    accel: z.exactOptional(oneOf<NonNullable<Requirements['accel']>>({ kvm: true, tcg: true })),
  }),
  description: z.exactOptional(z.string()),
});
