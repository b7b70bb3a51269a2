import { UsageError } from '../errors.ts';
import { digestOf } from '../files/digest.ts';
import { planDigest } from '../plan/plan.ts';
import type { Plan } from '../plan/trial.ts';
import { plural } from '../units.ts';
import type { RunContent } from './run-folder.ts';
import type { ImageRecord, KernelRecord, RunRecord, ShardRecord } from './run-record.ts';
import { shardDifferences } from './shard-differences.ts';

/** A shard to merge. */
export interface ShardContent extends RunContent {
  /** Its folder as the user would type it. */
  path: string;
}

/** A run merged from shards, without a name. */
export interface MergedContent extends Omit<RunContent, 'run'> {
  run: Omit<RunRecord, 'run'> & { shards: ShardRecord[] };
}

/** A shard whose run.json says what the whole plan has. */
type KnownShard = ShardContent & { run: { shard: Required<NonNullable<RunRecord['shard']>> } };

/**
 * Merges the shards of one plan into the run that it would have been on a single host: its plan, and the records of every
 * shard. Compared cells are always in one shard, so every verdict is that of a run without shards. Pure.
 * @param command the words of the command line that merges them
 * @throws UsageError MERGE_NOTHING if one is not a shard, MERGE_UNLIKE with what differs, MERGE_DOUBLED, MERGE_MISSING
 */
export function mergeShards(contents: readonly ShardContent[], command: string[]): MergedContent {
  const shards = contents.map(knownShard).sort((a, b) => a.run.shard.index - b.run.shard.index);
  const [first] = shards;
  if (first === undefined) throw new UsageError('MERGE_NOTHING', 'there is no shard to merge');
  refuseUnlike(first, shards);
  refuseDoubled(shards);
  const plan = mergedPlan(first, shards);
  const runs = shards.map(({ run }) => run);
  const records = shards.flatMap(shard => shard.records).sort((a, b) => a.order - b.order);
  const { shard: _, run: __, ...common } = first.run;
  return {
    plan,
    records,
    run: {
      ...common,
      command,
      startedAt: runs.map(({ startedAt }) => startedAt).reduce((a, b) => (a < b ? a : b)),
      host: { ...first.run.host, cpuModel: distinct(runs.map(({ host }) => host.cpuModel)).join('; ') },
      jobs: Math.max(...runs.map(({ jobs }) => jobs)),
      kernels: kernelsOf(runs),
      images: imagesOf(runs),
      workloads: Object.assign({}, ...runs.map(({ workloads }) => workloads)),
      ...(first.run.workloadMetrics && {
        workloadMetrics: Object.assign({}, ...runs.map(({ workloadMetrics }) => workloadMetrics)),
      }),
      shards: shards.map(shardRecord),
    },
  };
}

/** run.json of a merged run. */
export function namedRun({ run }: MergedContent, name: string): RunRecord {
  const { version, ...rest } = run;
  return { version, run: name, ...rest };
}

function knownShard(content: ShardContent): KnownShard {
  const { run, path } = content;
  const { shard, shards } = run;
  if (shards !== undefined) {
    throw new UsageError('MERGE_NOTHING', `${path} was merged from shards already`, {
      hint: 'Give the folders of all shards instead.',
    });
  }
  if (shard === undefined) {
    throw new UsageError('MERGE_NOTHING', `${path} is a whole run, not a shard`, {
      hint: 'A shard is made with `modstorm run --shard 1/4`.',
    });
  }
  const { cells, pairs } = shard;
  if (cells === undefined || pairs === undefined) {
    throw new UsageError('MERGE_NOTHING', `${path} does not say what its whole plan has`, {
      hint: 'It was made by an older modstorm: run the shard again.',
    });
  }
  return { ...content, run: { ...run, shard: { ...shard, cells, pairs } } };
}

function refuseUnlike(first: KnownShard, shards: readonly KnownShard[]): void {
  for (const shard of shards.slice(1)) {
    const found = shardDifferences(first.run, shard.run);
    if (found.length === 0) continue;
    throw new UsageError(
      'MERGE_UNLIKE',
      `${named(first)} and ${named(shard)} are not shards of one run: ${found.join('; ')}`,
      { hint: 'Run all shards with one modstorm, matrix, --seed and --filter, on hosts that are alike.' },
    );
  }
}

function refuseDoubled(shards: readonly KnownShard[]): void {
  const doubled = shards.find((shard, place) => shard.run.shard.index === shards[place - 1]?.run.shard.index);
  if (doubled === undefined) return;
  const { index, count } = doubled.run.shard;
  const paths = shards.filter(({ run }) => run.shard.index === index).map(({ path }) => path);
  throw new UsageError('MERGE_DOUBLED', `shard ${index}/${count} was given twice: ${paths.join(', ')}`, {
    hint: 'Give each shard once.',
  });
}

/** The whole plan, whose digest the shards carry. */
function mergedPlan(first: KnownShard, shards: readonly KnownShard[]): Plan {
  const cells = new Map(shards.flatMap(({ plan }) => plan.cells.map(cell => [cell.id, cell])));
  const { index: _, ...whole } = first.run.shard;
  const missing = whole.cells.filter(id => !cells.has(id));
  if (missing.length > 0) throw missingShards(whole.count, missing.length, shards);
  const trials = shards.flatMap(({ plan }) => plan.trials).sort((a, b) => a.order - b.order);
  const ordered = whole.cells.flatMap(id => cells.get(id) ?? []);
  const repetitions = trials.length / ordered.length;
  const fits =
    planDigest(ordered, repetitions, first.plan.seed) === first.plan.digest &&
    trials.every(({ order }, place) => order === place);
  if (!fits) {
    throw new UsageError(
      'MERGE_UNLIKE',
      `the shards of ${first.path} have ${plural(trials.length, 'trial')} that are not those of their plan ${first.plan.digest.slice(0, 12)}`,
      { hint: 'A plan.json was changed: take the folders from where the shards ran.' },
    );
  }
  return {
    matrix: first.plan.matrix,
    seed: first.plan.seed,
    trials,
    cells: ordered,
    digest: first.plan.digest,
  };
}

/** Which shards are missing can only be said by those that are there: one without cells leaves no run. */
function missingShards(count: number, cells: number, shards: readonly KnownShard[]): UsageError {
  const given = shards.map(({ run }) => run.shard.index);
  const absent = Array.from({ length: count }, (_, place) => place + 1).filter(one => !given.includes(one));
  const names = absent.slice(0, 10).map(one => `${one}/${count}`);
  const more = absent.length > names.length ? ', …' : '';
  return new UsageError(
    'MERGE_MISSING',
    `${plural(cells, 'cell')} of the plan ${cells === 1 ? 'is' : 'are'} in no shard that was given: ${names.join(', ')}${more} missing`,
    {
      hint: `Given were ${given.map(one => `${one}/${count}`).join(', ')}. Run the others, then merge again.`,
    },
  );
}

function shardRecord({ run, plan, records }: KnownShard): ShardRecord {
  return {
    index: run.shard.index,
    count: run.shard.count,
    run: run.run,
    startedAt: run.startedAt,
    host: run.host,
    jobs: run.jobs,
    cells: plan.cells.map(({ id }) => id),
    records: digestOf(records),
  };
}

/** Each kernel and config once: shards that have the same one agree on it. */
function kernelsOf(runs: readonly RunRecord[]): KernelRecord[] {
  const kernels = runs.flatMap(run => run.kernels);
  return [...new Map(kernels.map(kernel => [`${kernel.kernel} ${kernel.config}`, kernel])).values()];
}

/** Each image once, with the cells of all shards that booted it. */
function imagesOf(runs: readonly RunRecord[]): ImageRecord[] {
  const images = new Map<string, ImageRecord>();
  for (const image of runs.flatMap(run => run.images)) {
    const known = images.get(image.key);
    images.set(image.key, { ...image, cells: [...(known?.cells ?? []), ...image.cells] });
  }
  return [...images.values()];
}

function named({ path, run }: KnownShard): string {
  return `${path} (shard ${run.shard.index}/${run.shard.count})`;
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
