import { historyScript } from './history-script.ts';
import type { CiRequest, Platform } from './platform.ts';
import { yamlText } from './yaml-text.ts';

/** GitLab CI: build, parallel boots, judge. */
export const gitlab: Platform = {
  description: 'a pipeline for GitLab CI',
  files: request => [{ path: '.gitlab-ci.yml', text: pipeline(request) }],
};

const modstorm = 'npm run -s modstorm --';

const head = `One night of modstorm. Made by \`modstorm ci gitlab\`; adapt it as you like. Add a schedule under Build > Pipeline schedules.

build   builds kernels and images once, into a cache
boot    one job per shard; cells that are compared with each other never part
judge   merges the shards, gives the verdict, keeps history and baseline on a branch of their own

The runner: docker, with \`devices = ["/dev/kvm"]\` under [runners.docker] in its config.toml. The exit code of judge is that of the
merged run: 0 quiet, 1 red, 3 unknown, because a runner or a build failed.`;

function pipeline({ name, matrix, shards, node }: CiRequest): string {
  const value = {
    workflow: {
      name: `modstorm ${name}`,
      rules: [{ if: '$CI_PIPELINE_SOURCE == "schedule"' }, { if: '$CI_PIPELINE_SOURCE == "web"' }],
    },
    stages: ['build', 'boot', 'judge'],
    variables: {
      MATRIX: matrix,
      ACCEL: 'kvm',
      MODSTORM_CACHE: '$CI_PROJECT_DIR/.modstorm-cache',
    },
    default: {
      image: `node:${node}-trixie`,
      tags: ['kvm'],
      before_script: [`${modstorm} doctor --install`],
      interruptible: false,
    },
    '.cache': {
      cache: {
        key: `modstorm-${name}`,
        paths: [
          'kernel/artifacts',
          'kernel/sources/*.json',
          'images',
          'userland',
          'packages',
          'guest-programs',
        ].map(part => `.modstorm-cache/${part}`),
        policy: 'pull',
      },
    },
    build: {
      extends: '.cache',
      stage: 'build',
      resource_group: `modstorm-${name}`,
      timeout: '2 hours',
      cache: { policy: 'pull-push' },
      script: [`${modstorm} cache key "$MATRIX"`, `${modstorm} build "$MATRIX"`],
    },
    boot: {
      extends: '.cache',
      stage: 'boot',
      needs: ['build'],
      parallel: Math.max(2, shards),
      timeout: '3 hours',
      script: [boot],
      artifacts: { when: 'always', expire_in: '2 weeks', paths: ['shards/'] },
      retry: { max: 1, when: ['runner_system_failure'] },
    },
    judge: {
      stage: 'judge',
      needs: ['boot'],
      when: 'always',
      timeout: '30 minutes',
      before_script: [`${modstorm} doctor --brief || true`],
      script: [judge],
      artifacts: {
        when: 'always',
        expire_in: '90 days',
        paths: ['results/', 'history/index.html'],
        reports: { junit: 'junit.xml' },
      },
    },
  };
  return yamlText(value, head, comments);
}

const comments = {
  'workflow.rules': 'Only the schedule, and whoever presses the button.',
  'variables.ACCEL':
    'kvm never falls back: a runner without KVM is an error, not a slow, different measurement.',
  'default.tags': 'Runners that have /dev/kvm; the containers need root, which they have by default.',
  'build.resource_group': 'Two nights at once would write one cache: the second one waits.',
  'boot.parallel': 'GitLab counts from 2. A shard without work leaves no run, and judge knows that.',
  'boot.retry': 'A lost runner is tried again; a verdict is not.',
  'judge.when': 'Also if a shard failed: the merge says which one, and the night is unknown.',
};

const boot = `\
# All shards must have one seed. 1 is a verdict on this shard alone; judge gives that on all.
${modstorm} run "$MATRIX" --shard "$CI_NODE_INDEX/$CI_NODE_TOTAL" --seed "$CI_PIPELINE_IID" --accel "$ACCEL" --results "shards/$CI_NODE_INDEX" || [ "$?" -eq 1 ]
`;

const judge = `\
code=0
${modstorm} merge shards/* --results results || code=$?
${modstorm} report latest --results results --format junit > junit.xml || true
# The history needs a token with write_repository in the variable HISTORY_TOKEN; without it, nothing is kept.
if [ -n "\${HISTORY_TOKEN:-}" ]; then
  origin="https://modstorm:$HISTORY_TOKEN@$CI_SERVER_HOST/$CI_PROJECT_PATH.git"
  git clone --quiet --depth 1 --branch modstorm-history "$origin" history || git init --quiet --initial-branch modstorm-history history
${indent(historyScript({ modstorm, night: '$CI_PIPELINE_IID' }))}  git -C history push --quiet "$origin" HEAD:modstorm-history
fi
exit "$code"
`;

/** Lines inside an `if` of the shell. */
function indent(lines: string): string {
  return lines.replaceAll(/^(?=.)/gm, '  ');
}
