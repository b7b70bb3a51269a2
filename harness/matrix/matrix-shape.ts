import { z } from 'zod';
import { plainName } from './workload/workload-shape.ts';

const name = z.string().regex(plainName, {
  error: 'a name has letters, digits and _ . + -, at most 64, and begins with a letter or digit',
});
const path = z.string().min(1, { error: 'this must not be empty' }).max(4096);
const patches = z.array(path).max(100).optional().describe('Patch files applied in order before the build.');
const scalar = z
  .union([z.string().max(4096), z.number(), z.boolean()], {
    error: 'this must be text, a number, or true or false',
  })
  .meta({ id: 'scalar' });
const axisValue = z
  .union(
    [
      scalar,
      z.record(name, scalar).refine(value => Object.keys(value).length === 1, {
        error: 'this must hold one value with its name: { NAME: value }',
      }),
    ],
    { error: 'this must be text, a number, true or false, or a value with a short name: { NAME: value }' },
  )
  .meta({ id: 'value', description: 'A value, or one with a short name for labels: { NAME: value }.' });
const workload = z
  .union([z.string(), z.record(z.string(), z.record(z.string(), scalar).nullable())], {
    error: 'this must be the name of a workload, or a map { NAME: { PARAMETER: value } }',
  })
  .meta({
    id: 'workload',
    description: 'A workload by name, or one with parameters: { stress-ng: { module: xfs } }.',
  });

/** What each axis means. These texts go into the JSON Schema. */
const axisWords = {
  kernel: 'Name of a kernel declared under `kernels`.',
  config:
    'Names of fragments in guests/kernel/ (or under `configs`), joined by +. `plain` is the control without any.',
  vcpus: 'Virtual CPUs, 1 to 255. A list may have ranges: 1..8, 1..9 step 2, 1..64 times 2.',
  memory: "The guest's memory, with a unit: 512MiB, 2GiB.",
  compression: 'Compression of the .ko files in the guest: none, gzip, xz, zstd.',
  decompress: 'Who decompresses them: user (the loading program) or kernel (MODULE_DECOMPRESS).',
  command_line: "Extra words for the guest kernel's command line.",
  cpu: "QEMU's -cpu model. `auto` is host under KVM and max under TCG.",
  numa: 'NUMA nodes, at most one per virtual CPU.',
  clock:
    'What drives the clock of the guest: host (real time), or instructions (the executed ones, which are also counted; TCG only).',
} as const;

/** The axes apart from `workload` and `workload.PARAMETER`. */
export type PlainAxis = keyof typeof axisWords;

/** Their names, in the order in which defaults and settings are listed. */
export const plainAxes = Object.keys(axisWords) as PlainAxis[];

type Shape = Record<PlainAxis | 'workload', z.ZodOptional<z.ZodType>>;

function axisShape(wrap: (value: z.ZodType) => z.ZodType): Shape {
  const shape: Partial<Shape> = {};
  for (const axis of plainAxes) shape[axis] = wrap(axisValue).describe(axisWords[axis]).optional();
  shape.workload = wrap(workload).optional();
  return shape as Shape;
}

const list = (value: z.ZodType): z.ZodType =>
  z.array(value).min(1, { error: 'an axis needs at least one value' }).max(100_000);
const oneOrList = (value: z.ZodType): z.ZodType =>
  z.union([value, z.array(value).min(1, { error: 'an empty list selects nothing' }).max(100_000)], {
    error: 'this must be a value or a list of values',
  });

/** Marks objects whose additional keys are `workload.PARAMETER`. The JSON Schema describes them with a pattern. */
export const parameterKeysMark = 'modstorm:workload-parameters';

const axes = z
  .object(axisShape(list))
  .catchall(list(scalar))
  .meta({ id: 'axes', [parameterKeysMark]: true });
const partial = z
  .object(axisShape(oneOrList))
  .catchall(oneOrList(scalar))
  .meta({ id: 'selection', [parameterKeysMark]: true });

const kernel = z.union(
  [
    z.strictObject({
      debian: z.string().regex(/^linux-source-[0-9.]+$/, {
        error: 'this must be a Debian source package, such as linux-source-6.12',
      }),
      suite: z
        .string()
        .regex(plainName)
        .optional()
        .describe('The Debian suite; default: chosen automatically.'),
      version: z
        .string()
        .regex(/^[0-9][A-Za-z0-9.+~:-]{0,127}$/, {
          error: 'this must be the version of a Debian package, such as 6.12.95-1',
        })
        .optional()
        .describe('The exact version of the package; default: the one that the suite offers.'),
      patches,
    }),
    z.strictObject({
      tree: path.describe('A git tree. It is exported; the checkout is never modified.'),
      rev: z
        .string()
        .min(1)
        .max(256)
        .default('HEAD')
        .describe('Any revision that git understands; default: HEAD.'),
      patches,
    }),
    z.strictObject({
      image: path.describe('A bootable kernel image.'),
      modules: path.describe('Its module folder, such as /lib/modules/6.12.1.'),
    }),
  ],
  { error: 'this must be a map with `debian`, with `tree`, or with `image` and `modules`' },
);

const count = z
  .int()
  .min(1, { error: 'at least 1 trial' })
  .max(10_000, { error: 'at most 10000 trials per cell' });
const quantity = z.union([z.number(), z.string().max(64)], {
  error: 'this must be a number, optionally with a unit',
});

const gate = z.strictObject({
  worse: z.enum(['higher', 'lower', 'none']).optional().describe('Which direction is a regression.'),
  'at least': quantity
    .optional()
    .describe('Absolute change, in the base unit of the metric or with a unit: 1, 5ms, 1MiB.'),
  relative: quantity.optional().describe('Relative change: 0.05 or 5%.'),
  rate: quantity
    .optional()
    .describe(
      'Change of the share of boots whose distance from the median is at least the gate: 0.1 or 10%.',
    ),
});

/** A matrix file, as written. */
export const matrixShape = z
  .strictObject({
    name: name.optional().describe("The matrix's name; default: the file's name."),
    description: z.string().max(10_000).optional(),
    kernels: z.record(name, kernel).describe('The source of each kernel, by the name that the axis uses.'),
    configs: z.record(name, path).optional().describe('Additional kernel config fragments: name to file.'),
    workloads: z
      .record(name, path)
      .optional()
      .describe('Additional workloads, besides those of guests/workloads/: name to file.'),
    axes: axes
      .optional()
      .describe('What varies: every combination is a cell. The first value is the default of `include`.'),
    exclude: z.array(partial).max(1000).optional().describe('Combinations to leave out.'),
    include: z
      .array(partial)
      .max(1000)
      .optional()
      .describe('Additional cells. Keys that they leave out have their default.'),
    ...axisShape(value => value),
    trials: z
      .union([count, z.strictObject({ looks: z.array(count).min(1).max(20) })], {
        error: 'this must be a number of trials, or { looks: [8, 12, 20] }',
      })
      .optional()
      .describe('Boots per cell: a number, or the looks at which a decision is allowed.'),
    compare: z
      .strictObject({ axis: z.string(), base: scalar })
      .optional()
      .describe('Compare the other values of an axis with its base, interleaved in one run.'),
    gates: z.record(z.string(), gate).optional().describe('How large a change must be to count, by metric.'),
    require: z
      .strictObject({ accel: z.enum(['kvm', 'tcg']).optional() })
      .optional()
      .describe('What the host must provide, else nothing runs.'),
  })
  .describe('A modstorm matrix');

/** The checked shape, before its meaning is checked. */
export type MatrixShape = z.output<typeof matrixShape>;
