import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import ts from 'typescript';
import { errorCodes } from '../harness/error-codes.ts';
import { HarnessError, UsageError } from '../harness/errors.ts';
import { exitCodeOfError } from '../harness/exit-code.ts';
import { projectPath } from '../harness/project.ts';

const harness = projectPath('harness');

/** The string literals of harness/ that make something: not those that a comparison or a type names. */
function madeLiterals(): Set<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && !isMerelyNamed(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  for (const path of readdirSync(harness, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts') || path === 'error-codes.ts') continue;
    const text = readFileSync(join(harness, path), 'utf8');
    visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true));
  }
  return found;
}

function isMerelyNamed({ parent }: ts.StringLiteral): boolean {
  if (ts.isLiteralTypeNode(parent) || ts.isCaseClause(parent)) return true;
  return ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsEqualsEqualsToken;
}

t.test('each code is that of an error which the harness makes', async t => {
  const made = madeLiterals();
  t.strictSame(
    Object.keys(errorCodes).filter(code => !made.has(code)),
    [],
    'codes that are left over',
  );
});

t.test('codes are spelled alike, and sorted', async t => {
  const codes = Object.keys(errorCodes);
  for (const code of codes) t.match(code, /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
  t.strictSame(codes, [...codes].sort());
});

t.test('fault and exit code come from the table', async t => {
  t.match(new UsageError('SEED_INVALID', ''), { fault: 'user', name: 'UsageError' });
  t.equal(exitCodeOfError(new UsageError('SEED_INVALID', '')), 2);
  t.equal(exitCodeOfError(new UsageError('FILTER_SELECTS_NOTHING', '')), 4, 'a code may have its own');
  for (const code of ['KERNEL_TOO_OLD', 'MESSAGE_INVALID', 'DISK_FULL'] as const)
    t.equal(exitCodeOfError(new HarnessError(code, '')), 3);
  t.equal(exitCodeOfError(new TypeError('a defect of ours')), 3, 'never 1');
});
