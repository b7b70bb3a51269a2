import { historyScript } from './history-script.ts';
import type { CiRequest, Platform } from './platform.ts';
import { yamlText } from './yaml-text.ts';

/** GitHub Actions: one build job, one job per shard, one that judges. */
export const github: Platform = {
  description: 'a workflow for GitHub Actions',
  files: request => [{ path: `.github/workflows/modstorm-${request.name}.yml`, text: workflow(request) }],
};

const modstorm = 'npm run -s modstorm --';

/** What a night has built and the boots need; sources and objects of kernels would only fill the cache. */
const cached = [
  '~/.cache/modstorm/kernel/artifacts',
  '~/.cache/modstorm/kernel/sources/*.json',
  '~/.cache/modstorm/images',
  '~/.cache/modstorm/userland',
  '~/.cache/modstorm/packages',
  '~/.cache/modstorm/guest-programs',
].join('\n');

const head = `One night of modstorm. Made by \`modstorm ci github\`; adapt it as you like.

build   builds kernels and images once, into a cache, and plans the boots
boot    one job per shard; cells that are compared with each other never part
judge   merges the shards, gives the verdict, keeps history and baseline on a branch of their own

The verdict is an A/B inside the run (\`compare:\` in the matrix): shared runners differ from night to night, so numbers of
different nights are shown as a trend and decide nothing. The exit code of judge is that of the merged run: 0 quiet, 1 red,
3 unknown, because a runner or a build failed.`;

function workflow({ name, matrix, shards, node }: CiRequest): string {
  const checkout = { uses: 'actions/checkout@v4' };
  const setup = { uses: 'actions/setup-node@v4', with: { 'node-version': node } };
  const packages = { name: 'Host packages', run: hostPackages };
  const value = {
    name: `modstorm ${name}`,
    on: { schedule: [{ cron: '17 2 * * *' }], workflow_dispatch: {} },
    permissions: { contents: 'read' },
    concurrency: { group: `modstorm-${name}`, 'cancel-in-progress': false },
    env: { MATRIX: matrix, SHARDS: String(shards), ACCEL: 'kvm' },
    jobs: {
      build: {
        'runs-on': 'ubuntu-24.04',
        'timeout-minutes': 120,
        outputs: {
          key: expression('steps.key.outputs.key'),
          plan: expression('steps.plan.outputs.plan'),
        },
        steps: [
          checkout,
          setup,
          packages,
          { name: 'Key of the cache', id: 'key', run: cacheKey },
          {
            uses: 'actions/cache@v4',
            with: {
              path: cached,
              key: expression('steps.key.outputs.key'),
              'restore-keys': expression('steps.key.outputs.kernels'),
            },
          },
          { name: 'Kernels and images', run: `${modstorm} build "$MATRIX"\n` },
          { name: 'Plan', id: 'plan', run: plan },
        ],
      },
      boot: {
        needs: 'build',
        'runs-on': 'ubuntu-24.04',
        'timeout-minutes': 180,
        strategy: { 'fail-fast': false, matrix: expression('fromJSON(needs.build.outputs.plan)') },
        steps: [
          checkout,
          setup,
          packages,
          { name: 'KVM', run: allowKvm },
          {
            uses: 'actions/cache/restore@v4',
            with: { path: cached, key: expression('needs.build.outputs.key'), 'fail-on-cache-miss': true },
          },
          {
            name: 'Boot',
            env: { SHARD: expression('matrix.shard'), SEED: expression('matrix.seed') },
            run: boot,
          },
          artifact(expressionText('shard-', 'matrix.index'), 'shard', 14),
        ],
      },
      judge: {
        needs: ['build', 'boot'],
        if: expression("!cancelled() && needs.build.result == 'success'"),
        'runs-on': 'ubuntu-24.04',
        'timeout-minutes': 30,
        permissions: { contents: 'write' },
        steps: [
          checkout,
          setup,
          { uses: 'actions/download-artifact@v4', with: { pattern: 'shard-*', path: 'shards' } },
          { name: 'Merge and judge', id: 'verdict', run: judge },
          { name: 'JUnit', if: expression('!cancelled()'), run: junit },
          { name: 'History and baseline', if: expression('!cancelled()'), run: keepHistory },
          artifact('night', 'results\njunit.xml\nhistory/index.html', 90),
          { name: 'Verdict', env: { CODE: expression('steps.verdict.outputs.code') }, run: 'exit "$CODE"\n' },
        ],
      },
    },
  };
  return yamlText(value, head, comments);
}

const comments = {
  'on.schedule': 'UTC. Not at the full hour, when everybody else starts.',
  concurrency:
    'Two nights at once would share nothing but the branch that they push to: the second one waits.',
  'env.ACCEL': 'kvm never falls back: a runner without KVM is an error, not a slow, different measurement.',
  'jobs.build.steps.4':
    'The key is made of what kernels and images are made of. With other images but the same kernels, the kernels are reused.',
  'jobs.boot.strategy.fail-fast': 'A shard that fails leaves the others their trials.',
  'jobs.boot.steps.3': 'The device exists, but the user of the runner may not open it.',
  'jobs.judge.if': 'Also if a shard failed: the merge says which one, and the night is unknown.',
};

function expression(text: string): string {
  return `\${{ ${text} }}`;
}

function expressionText(prefix: string, text: string): string {
  return `${prefix}${expression(text)}`;
}

function artifact(name: string, path: string, days: number) {
  return {
    uses: 'actions/upload-artifact@v4',
    if: expression('!cancelled()'),
    with: { name, path, 'retention-days': days, 'if-no-files-found': 'warn' },
  };
}

const hostPackages = `\
# The first call installs the npm packages and builds modstorm.
${modstorm} doctor --brief || true
sudo env "PATH=$PATH" node build/harness/main.js doctor --install
`;

const cacheKey = `\
key=$(${modstorm} cache key "$MATRIX")
echo "key=$key" >> "$GITHUB_OUTPUT"
echo "kernels=\${key%-*}-" >> "$GITHUB_OUTPUT"
`;

const plan = `\
# All shards must have one seed.
plan=$(${modstorm} plan "$MATRIX" --accel "$ACCEL" --shards "$SHARDS" --seed "$GITHUB_RUN_NUMBER" --github)
echo "plan=$plan" >> "$GITHUB_OUTPUT"
`;

const allowKvm = `\
echo 'KERNEL=="kvm", GROUP="kvm", MODE="0666", OPTIONS+="static_node=kvm"' | sudo tee /etc/udev/rules.d/99-kvm4all.rules
sudo udevadm control --reload-rules
sudo udevadm trigger --name-match=kvm
# The trigger returns before the rule has worked.
sudo udevadm settle
`;

const boot = `\
code=0
${modstorm} run "$MATRIX" --shard "$SHARD" --seed "$SEED" --accel "$ACCEL" --results shard || code=$?
# 1 is a verdict on this shard alone; judge gives that on all.
if [ "$code" -eq 1 ]; then code=0; fi
exit "$code"
`;

const judge = `\
# Errors, annotations and the summary of the job come from --format github.
code=0
${modstorm} merge shards/* --results results --format github || code=$?
echo "code=$code" >> "$GITHUB_OUTPUT"
`;

const junit = `\
${modstorm} report latest --results results --format junit > junit.xml
`;

const keepHistory = `\
if git fetch --quiet --depth 1 origin modstorm-history; then
  git worktree add --quiet --detach history FETCH_HEAD
else
  # The first night: a branch with nothing in common with the others.
  git worktree add --quiet --detach history
  git -C history checkout --quiet --orphan modstorm-history
  git -C history rm -r --quiet --force .
fi
${historyScript({ modstorm, compareOptions: ' --format github', night: '$GITHUB_RUN_NUMBER' })}git -C history push --quiet origin HEAD:modstorm-history
`;
