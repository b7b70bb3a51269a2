import { Job } from 'kubernetes-models/batch/v1/Job';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import t from 'tap';
import { parseAllDocuments } from 'yaml';
import { runProgram } from '../../../harness/process/program.ts';
import { textOf } from './request-fixture.ts';

interface Manifest {
  kind: string;
  metadata: { name: string };
  spec: { template: { spec: { containers: { command: string[] }[] } } };
}

const manifests = parseAllDocuments(textOf('kubernetes')).map(document => document.toJS() as Manifest);

t.test('each manifest is what the published OpenAPI schema allows', t => {
  t.strictSame(
    manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    [
      'PersistentVolumeClaim modstorm-my-matrix',
      'Job modstorm-my-matrix-build',
      'Job modstorm-my-matrix-boot',
      'Job modstorm-my-matrix-merge',
    ],
  );
  for (const manifest of manifests) {
    const model =
      manifest.kind === 'Job' ? new Job(manifest as never) : new PersistentVolumeClaim(manifest as never);
    t.doesNotThrow(() => model.validate(), manifest.metadata.name);
  }
  const broken = { ...manifests[2], spec: { ...manifests[2]?.spec, completionMode: 3 } };
  t.throws(() => new Job(broken as never).validate(), 'the schema is strict');
  t.end();
});

t.test('boots are indexed, retried by index, and get the device', t => {
  t.match(manifests[2], {
    spec: {
      completionMode: 'Indexed',
      completions: 3,
      backoffLimitPerIndex: 3,
      template: { spec: { containers: [{ resources: { limits: { 'squat.ai/kvm': '1' } } }] } },
    },
  });
  t.end();
});

t.test('every script is one that bash takes', async t => {
  for (const { spec, kind } of manifests) {
    if (kind !== 'Job') continue;
    const [, , script = ''] = spec.template.spec.containers[0]?.command ?? [];
    t.match(script, 'modstorm');
    await t.resolves(runProgram('bash', ['-n', '-c', script]));
  }
});
