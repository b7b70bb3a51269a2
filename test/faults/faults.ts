import { cpSync, existsSync } from 'node:fs';
import type { Answer } from './answer.ts';
import { clockFaults } from './clocks.ts';
import type { Fault } from './fault.ts';
import { hostFaults } from './hosts.ts';
import { inputFaults } from './inputs.ts';
import { Lab } from './lab.ts';
import { runningFaults } from './running.ts';
import { storedFileFaults } from './stored-files.ts';

/**
 * Injects every fault whose name contains one of the arguments (default: all faults), and prints a table of the results.
 * Exit code 1 if any result is unexpected.
 */
async function runFaults(words: readonly string[]): Promise<number> {
  const all = [...storedFileFaults, ...inputFaults, ...hostFaults, ...runningFaults, ...clockFaults];
  const wanted = all.filter(({ name }) => words.length === 0 || words.some(word => name.includes(word)));
  const lab = new Lab();
  let wrong = 0;
  try {
    // The first kernel takes minutes.
    const made = await lab.smoke(lab.at('first'), { patienceNs: 1800e9 });
    if (made.exit !== 0) throw new Error(`the run to damage was not made:\n${made.stderr}`);
    cpSync(lab.at('first'), lab.good, { recursive: true });
    lab.clear();
    process.stdout.write(
      '| fault | exit | code | left behind | s | as it should |\n|---|---|---|---|---|---|\n',
    );
    for (const fault of wanted) if (!(await bringAbout(lab, fault))) wrong++;
  } finally {
    lab.remove();
  }
  process.stdout.write(`\n${wanted.length} faults, ${wrong} not as they should be\n`);
  return wrong > 0 ? 1 : 0;
}

/** @returns whether the result is as expected; a fault that cannot be injected here counts as expected and is reported */
async function bringAbout(lab: Lab, fault: Fault): Promise<boolean> {
  if (fault.needsRoot && process.getuid?.() !== 0) {
    process.stdout.write(`| ${fault.name} | | | | | not tried: only root can |\n`);
    return true;
  }
  if (fault.needsFile !== undefined && !existsSync(fault.needsFile)) {
    process.stdout.write(`| ${fault.name} | | | | | not tried: needs ${fault.needsFile} |\n`);
    return true;
  }
  const answer = await provoke(lab, fault);
  const left = lab.leftovers().filter(name => !fault.leaves?.test(name));
  const text = `${answer.stdout}\n${answer.stderr}`;
  const code = /\[([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\]/.exec(answer.stderr)?.[1];
  const problems = [
    answer.exit !== fault.exit && `exit ${answer.exit}, not ${fault.exit}`,
    fault.code !== undefined && code !== fault.code && `code ${code}, not ${fault.code}`,
    fault.says && !fault.says.test(text) && `does not say ${fault.says}`,
    code === 'INTERNAL_ERROR' && 'told as a defect',
    text.includes('IT HUNG') && 'hung',
    left.length > 0 && 'left something behind',
  ].filter(problem => problem !== false && problem !== undefined);
  const cells = [
    fault.name,
    answer.exit,
    code ?? '',
    left.join(', ') || 'nothing',
    answer.seconds.toFixed(1),
    problems.length === 0 ? 'yes' : `NO: ${problems.join('; ')}`,
  ];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
  if (problems.length > 0) process.stderr.write(`${text.trim().slice(-1500)}\n`);
  lab.clear();
  return problems.length === 0;
}

/** The result of a fault. A fault that could not be injected is a row with an unexpected result. */
async function provoke(lab: Lab, fault: Fault): Promise<Answer> {
  try {
    return await fault.provoke(lab);
  } catch (error) {
    return { exit: -1, stdout: '', stderr: String(error), seconds: 0 };
  }
}

process.exitCode = await runFaults(process.argv.slice(2));
