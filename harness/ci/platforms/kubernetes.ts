import { attemptFunctions } from './attempts.ts';
import type { CiRequest, Platform } from './platform.ts';
import { yamlText } from './yaml-text.ts';

/** Kubernetes: three jobs, of which the second is an Indexed Job with one pod per shard. */
export const kubernetes: Platform = {
  description: 'jobs for Kubernetes: build, an Indexed Job per shard, merge',
  files: request => [{ path: `modstorm-${request.name}.kubernetes.yaml`, text: manifest(request) }],
};

const head = `One night of modstorm on Kubernetes. Made by \`modstorm ci kubernetes\`; the image is that of \`modstorm ci container\`.`;

function manifest(request: CiRequest): string {
  const { name } = request;
  const file = `modstorm-${name}.kubernetes.yaml`;
  const steps = ['build', 'boot', 'merge'].map(
    step => `  kubectl apply -l step=${step} -f ${file}
  kubectl wait --for=condition=complete --timeout=6h job/modstorm-${name}-${step}`,
  );
  const parts = [
    yamlText(
      volume(name),
      [
        head,
        '',
        'One step after the other:',
        '',
        `  kubectl apply -l step=storage -f ${file}`,
        ...steps,
        '',
        'Delete the jobs before the next night; the volume keeps cache and runs.',
      ].join('\n'),
      {
        'spec.accessModes':
          'All pods write here: kernels and images once, each shard its own folder. Locks hold over a network.',
      },
    ),
    yamlText(job(request, 'build', build), 'Builds kernels and images once; needs no KVM.', {}),
    yamlText(
      bootJob(request),
      'One pod per shard. A pod whose node is lost is replaced, and goes on with the finished trials.',
      {
        'spec.backoffLimitPerIndex':
          'A shard may fail this often before it counts as failed; the others go on.',
        'spec.podFailurePolicy': 'A pod that was preempted or drained is no failure.',
        'spec.template.spec.containers.0.resources':
          'The device of github.com/squat/generic-device-plugin, which has /dev/kvm with:\n--device \'{"name":"kvm","groups":[{"count":64,"paths":[{"path":"/dev/kvm"}]}]}\'',
      },
    ),
    yamlText(
      job(request, 'merge', merge),
      'Merges the newest attempt of each shard. Complete: quiet. Failed: the log says red or unknown.',
      {},
    ),
  ];
  return parts.join('---\n');
}

function volume(name: string) {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: `modstorm-${name}`, labels: { app: 'modstorm', step: 'storage' } },
    spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '40Gi' } } },
  };
}

function job({ name, matrix, shards }: CiRequest, step: string, script: string) {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `modstorm-${name}-${step}`, labels: { app: 'modstorm', step } },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { labels: { app: 'modstorm', step } },
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 120,
          containers: [
            {
              name: 'modstorm',
              image: 'modstorm',
              command: ['bash', '-euc', `${preamble}${script}`],
              env: [
                { name: 'MATRIX', value: matrix },
                { name: 'SHARDS', value: String(shards) },
                { name: 'ACCEL', value: 'kvm' },
                { name: 'MODSTORM_CACHE', value: '/data/cache' },
                { name: 'NIGHT', value: '/data/night' },
                { name: 'RESULTS', value: '/data/results' },
              ],
              resources: { requests: { cpu: '2', memory: '4Gi' } },
              volumeMounts: [{ name: 'data', mountPath: '/data' }],
            },
          ],
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: `modstorm-${name}` } }],
        },
      },
    },
  };
}

function bootJob(request: CiRequest) {
  const plain = job(request, 'boot', boot);
  const { spec } = plain;
  const [container] = spec.template.spec.containers;
  return {
    ...plain,
    spec: {
      completionMode: 'Indexed',
      completions: request.shards,
      parallelism: request.shards,
      backoffLimitPerIndex: 3,
      podFailurePolicy: {
        rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
      },
      template: {
        ...spec.template,
        spec: {
          ...spec.template.spec,
          containers: [
            {
              ...container,
              resources: {
                requests: { cpu: '2', memory: '4Gi', 'squat.ai/kvm': '1' },
                limits: { 'squat.ai/kvm': '1' },
              },
            },
          ],
        },
      },
    },
  };
}

const preamble = 'modstorm() { node /modstorm/build/harness/main.js "$@"; }\n';

const build = `\
# A new night: its name is also the seed, which all shards must share.
mkdir -p "$NIGHT"
rm -rf "$NIGHT"/shard-*
date +%s > "$NIGHT/seed"
modstorm build "$MATRIX"
`;

const boot = `\
${attemptFunctions}
shard=$((JOB_COMPLETION_INDEX + 1))
mkdir -p "$NIGHT/shard-$shard"
# The number of attempts so far; mkdir fails for the second of two pods that count alike.
number=$(ls "$NIGHT/shard-$shard" | grep -c '^attempt-[0-9]*$' || true)
mkdir "$NIGHT/shard-$shard/attempt-$number"
SEED=$(cat "$NIGHT/seed")
boot_shard "$shard" "$number"
`;

const merge = `\
${attemptFunctions}
merge_shards
`;
