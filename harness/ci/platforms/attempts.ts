/**
 * Shell functions for schedulers that start a task again after its node was lost. The old process may live on: when slurmd
 * dies, its batch script can survive while the job is requeued. So every attempt has a folder of its own, which begins as a
 * copy of what the last one had finished.
 */
export const attemptFunctions = `\
# The run of the last attempt of shard $1 that has one; empty if there is none.
last_run() {
  ls -d "$NIGHT/shard-$1"/attempt-*/*/journal.ndjson 2>/dev/null | sort -V | tail -n 1 | sed 's,/journal.ndjson$,,'
}

# Boots what is left of shard $1 in attempt $2. Finished trials of the last attempt are copied and not booted again; of a
# half trial nothing counts. The journal is copied first: each trial that it knows is then whole, even if the old process
# lives on and writes. Its lock stays with it.
boot_shard() {
  attempt="$NIGHT/shard-$1/attempt-$2"
  old=$(last_run "$1")
  mkdir -p "$attempt"
  if [ -n "$old" ]; then
    new="$attempt/$(basename "$old")"
    mkdir -p "$new"
    for part in journal.ndjson trials plan.json run.json; do cp -r "$old/$part" "$new/"; done
    set -- run --resume "$new"
  else
    set -- run "$MATRIX" --shard "$1/$SHARDS" --seed "$SEED" --accel "$ACCEL" --results "$attempt"
  fi
  modstorm "$@" &
  pid=$!
  # A scheduler may signal the script alone: hand it on, and wait until modstorm has closed its journal.
  trap 'kill -TERM "$pid" 2>/dev/null' TERM
  code=0
  wait "$pid" || code=$?
  while kill -0 "$pid" 2>/dev/null; do
    code=0
    wait "$pid" || code=$?
  done
  # 1 is a verdict on this shard alone; the merge gives that on all.
  if [ "$code" -eq 1 ]; then code=0; fi
  return "$code"
}

# Merges the newest attempt of each shard.
merge_shards() {
  set --
  for shard in $(seq "$SHARDS"); do
    last=$(last_run "$shard")
    if [ -n "$last" ]; then set -- "$@" "$last"; fi
  done
  modstorm merge "$@" --results "$RESULTS"
}
`;
