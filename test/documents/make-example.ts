import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';

/**
 * `npm run example`: makes results/example again by a run of its matrix on real guests, with the faces of its report. With
 * `--faces` only these, from the journal that is there.
 */

const folder = projectPath('results', 'example');
const matrix = 'results/example/merge-loads.yaml';
const faces = {
  'commit.txt': 'commit',
  'report.md': 'markdown',
  'report.html': 'html',
  'report.txt': 'terminal',
};

async function modstorm(...words: string[]): Promise<string> {
  const main = projectPath('build', 'harness', 'main.js');
  const { stdout } = await runProgram(process.execPath, [main, ...words], { folder: projectPath() });
  return stdout;
}

async function runsOfMatrix(): Promise<string[]> {
  return (await readdir(folder)).filter(name => name.includes('-merge-loads-')).sort();
}

async function measure(): Promise<void> {
  for (const old of await runsOfMatrix()) await rm(join(folder, old), { recursive: true });
  process.stdout.write('64 boots, about 3 minutes on 2 cores without KVM\n');
  await modstorm('run', matrix, '--results', 'results/example');
  for (const run of await runsOfMatrix()) {
    await rm(join(folder, run, 'report'), { recursive: true });
    // Everything shown here comes from the journal; the raw evidence of one boot is enough to see what it looks like.
    const [, ...others] = (await readdir(join(folder, run, 'trials'))).sort();
    for (const trial of others) await rm(join(folder, run, 'trials', trial), { recursive: true });
  }
}

async function writeFaces(): Promise<void> {
  for (const run of await runsOfMatrix()) {
    for (const [file, format] of Object.entries(faces)) {
      const text = await modstorm('report', `results/example/${run}`, '--format', format);
      await mkdir(join(folder, run, 'report'), { recursive: true });
      await writeFile(join(folder, run, 'report', file), text);
      process.stdout.write(`results/example/${run}/report/${file}\n`);
    }
  }
}

if (!process.argv.includes('--faces')) await measure();
await writeFaces();
