import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { runProgram } from '../../../harness/process/program.ts';
import { projectPath } from '../../../harness/project.ts';
import { textOf } from './request-fixture.ts';

/** Checks a pipeline with GitLab's schema, which gitlab-ci-local carries, and the `needs` of its jobs. */
async function check(folder: string, text: string) {
  writeFileSync(join(folder, '.gitlab-ci.yml'), text);
  await runProgram('git', ['init', '--quiet', folder]);
  await runProgram('git', ['-C', folder, 'remote', 'add', 'origin', 'git@gitlab.example.org:me/it.git'], {
    accept: 'any',
  });
  const program = projectPath('node_modules', '.bin', 'gitlab-ci-local');
  return runProgram(program, ['--list', '--variable', 'CI_PIPELINE_SOURCE=schedule'], {
    folder,
    accept: 'any',
  });
}

t.test('the pipeline is what the schema allows, and its jobs find each other', async t => {
  const { code, stdout, stderr } = await check(t.testdir(), textOf('gitlab'));
  t.equal(code, 0, stderr);
  for (const job of ['build ', 'boot: [3/3] ', 'judge ']) t.ok(stdout.includes(`\n${job}`), job);
  const broken = textOf('gitlab').replace('expire_in: 2 weeks', 'expires: 2 weeks');
  const wrong = await check(t.testdir(), broken);
  t.not(wrong.code, 0, 'the schema is strict');
});

t.test('every script is one that sh takes', async t => {
  const jobs = parse(textOf('gitlab')) as Record<string, { script?: string[] }>;
  const scripts = ['build', 'boot', 'judge'].flatMap(job => jobs[job]?.script ?? []);
  t.ok(scripts.length >= 4);
  for (const script of scripts) await t.resolves(runProgram('sh', ['-n', '-c', script]));
});
