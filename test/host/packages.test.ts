import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';
import ts from 'typescript';
import { hostNeeds } from '../../harness/host/packages.ts';
import { projectPath } from '../../harness/project.ts';

/** Started by make, not by us: kconfig, timeconst.h, modules_install. */
const startedByKernelBuild = ['flex', 'bison', 'bc', 'depmod'];
/** Read by gcc, by the kernel's objtool, or by QEMU without being named on its command line. */
const readByOthers = ['libc.a', 'libelf.h', 'bios-256k.bin', 'pvh.bin'];
/** Functions that start or find the program that is their first argument, and `run` of the bootstrap, whose second it is. */
const starters = /^(runProgram|startProgram|findProgram|run|apt|spawn|startAndWait)$/;

interface Mentions {
  /** String literals that are handed to a starter. */
  started: Set<string>;
  /** All string literals. */
  literals: Set<string>;
}

function mentionsIn(folder: string, isMeant: (path: string) => boolean): Mentions {
  const mentions: Mentions = { started: new Set(), literals: new Set() };
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(isMeant);
  for (const file of files) {
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteral(node)) mentions.literals.add(node.text);
      const program = ts.isCallExpression(node) ? startedBy(node, file) : undefined;
      if (program !== undefined) mentions.started.add(program);
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, readFileSync(join(folder, file), 'utf8'), ts.ScriptTarget.ES2022, true));
  }
  return mentions;
}

/** The program that a call starts by its name. */
function startedBy(call: ts.CallExpression, file: string): string | undefined {
  const name = calledName(call.expression);
  if (!starters.test(name)) return undefined;
  const program = call.arguments[file.endsWith('.mjs') && name === 'run' ? 1 : 0];
  return program && ts.isStringLiteral(program) ? program.text : undefined;
}

function calledName(callee: ts.Expression): string {
  if (ts.isPropertyAccessExpression(callee)) return callee.name.text;
  return ts.isIdentifier(callee) ? callee.text : '';
}

/** Started through zx, by build scripts. */
const buildScripts = readdirSync(projectPath('guests'), { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .map(path => readFileSync(projectPath('guests', path), 'utf8'))
  .join('');
const harness = mentionsIn(
  projectPath('harness'),
  path => /\.(ts|mjs)$/.test(path) && path !== 'host/packages.ts',
);
const tests = mentionsIn(projectPath('test'), path => path.endsWith('.ts') && !path.startsWith('host/'));
const checked = new Set(hostNeeds.flatMap(need => need.programs ?? []));

t.test('every program that is started by its name is one that doctor looks for', async t => {
  t.ok(harness.started.has('git') && harness.started.has('apt-cache'), 'the search finds them');
  for (const program of harness.started) {
    // npm has started us, and every system has the shell of POSIX.
    if (program !== 'npm' && program !== 'sh') t.ok(checked.has(program), program);
  }
});

t.test('what doctor looks for is used', async t => {
  for (const program of checked) {
    const used =
      harness.literals.has(program) ||
      tests.started.has(program) ||
      startedByKernelBuild.includes(program) ||
      buildScripts.includes(`'${program}'`);
    t.ok(used, program);
  }
  for (const path of hostNeeds.flatMap(need => need.files ?? [])) {
    const name = basename(path);
    t.ok(harness.literals.has(path) || harness.literals.has(name) || readByOthers.includes(name), path);
  }
});

t.test('the firmware of guests with many vCPUs is looked for', async t => {
  const names = hostNeeds.flatMap(need => need.files ?? []).map(path => basename(path));
  for (const name of ['bios-256k.bin', 'qboot.rom', 'pvh.bin']) t.ok(names.includes(name), name);
});
