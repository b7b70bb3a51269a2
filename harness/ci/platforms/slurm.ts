import { shellQuote } from '../../shell-quote.ts';
import { attemptFunctions } from './attempts.ts';
import type { CiRequest, Platform } from './platform.ts';

/** Slurm: builds once, boots in a job array, merges by dependency. */
export const slurm: Platform = {
  description: 'a script that submits a build, a job array and a merge to Slurm',
  files: request => [{ path: `modstorm-${request.name}.slurm.sh`, text: slurmScript(request) }],
};

function slurmScript({ matrix, name, shards, program }: CiRequest): string {
  return `\
#!/bin/bash
# One night of modstorm on Slurm: the kernels are built once, the boots are shared by an array of ${shards} tasks, and the
# verdict is that of the merged run. Made by \`modstorm ci slurm\`.
#
#   bash modstorm-${name}.slurm.sh        submits everything and prints the jobs
#   sbatch --wait …                      of the last line ends with the exit code of the verdict: 0 quiet, 1 red, 3 unknown
#
# Everything is in $RESULTS, which all nodes must see, as they must see the cache ($MODSTORM_CACHE, default
# ~/.cache/modstorm) and modstorm itself. Locks in the cache hold over a network file system: a dead holder is known by
# its missing heartbeat.
set -eu

MATRIX=\${MATRIX:-${shellQuote([matrix])}}
RESULTS=\${RESULTS:-$PWD/results}
SHARDS=\${SHARDS:-${shards}}
# kvm never falls back: a node without it fails its task.
ACCEL=\${ACCEL:-kvm}
# Options for every job, such as the partition whose nodes have /dev/kvm: SBATCH_OPTIONS="--partition=kvm --account=me".
SBATCH_OPTIONS=\${SBATCH_OPTIONS:-}
modstorm() { ${program} "$@"; }

${attemptFunctions}
stage=\${1:-submit}
case $stage in
submit)
  script=$(readlink -f "$0")
  mkdir -p "$RESULTS/slurm"
  RESULTS=$(readlink -f "$RESULTS")
  MATRIX=$(readlink -f "$MATRIX")
  # A new folder per night; its name is also the seed, which all shards must share.
  SEED=$(date +%s)
  NIGHT=$RESULTS/slurm/$SEED
  mkdir "$NIGHT"
  export MATRIX RESULTS SHARDS ACCEL SBATCH_OPTIONS SEED NIGHT
  # A job whose dependency can never hold is removed, else it would wait for ever.
  submit() { sbatch --parsable --kill-on-invalid-dep=yes --export=ALL $SBATCH_OPTIONS "$@"; }
  build=$(submit --job-name=modstorm-build --output="$NIGHT/build.log" "$script" build)
  # A task that is preempted, or whose node is lost, is requeued and goes on in a new attempt. Give a task its node for
  # itself, with --exclusive in SBATCH_OPTIONS, unless guests of several tasks may disturb each other. TERM a minute before the end
  # of its time lets modstorm close its journal. The log of the first attempt is kept.
  boot=$(submit --job-name=modstorm-boot --output="$NIGHT/boot-%a.log" --open-mode=append \\
    --array="1-$SHARDS" --dependency="afterok:$build" --requeue --signal=B:TERM@60 "$script" boot)
  # Whatever became of the tasks: a missing shard is said by the merge.
  merge=$(submit --job-name=modstorm-merge --output="$NIGHT/merge.log" --dependency="afterany:$boot" "$script" merge)
  echo "build $build, boot $boot (1-$SHARDS), merge $merge: $NIGHT"
  ;;
build)
  modstorm build "$MATRIX"
  ;;
boot)
  # SLURM_RESTART_COUNT is not set at the first start.
  boot_shard "$SLURM_ARRAY_TASK_ID" "\${SLURM_RESTART_COUNT:-0}"
  ;;
merge)
  code=0
  merge_shards || code=$?
  echo "exit code $code"
  exit "$code"
  ;;
esac
`;
}
