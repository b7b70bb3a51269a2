import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import ts from 'typescript';
import {
  BuildError,
  GuestError,
  InfrastructureError,
  NothingSelectedError,
  UsageError,
} from '../harness/errors.ts';
import { exitCodeOfError } from '../harness/exit-code.ts';
import { projectPath } from '../harness/project.ts';

const families = new Map(
  [BuildError, GuestError, InfrastructureError, NothingSelectedError, UsageError].map(Family => [
    Family.name,
    Family,
  ]),
);
const harness = projectPath('harness');
const sources = readdirSync(harness, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .map(path =>
    ts.createSourceFile(path, readFileSync(join(harness, path), 'utf8'), ts.ScriptTarget.ES2022, true),
  );

function* nodes(root: ts.Node): Generator<ts.Node> {
  yield root;
  for (const child of root.getChildren()) yield* nodes(child);
}

function all<Kind extends ts.Node>(is: (node: ts.Node) => node is Kind): Kind[] {
  return sources.flatMap(source => [...nodes(source)].filter(is));
}

/** A class of errors: the one of errors.ts that decides fault and exit code, and its code if it is always the same. */
interface ErrorClass {
  family: string;
  code: ts.Expression | undefined;
}

/** Every class below HarnessError, by its name. */
function errorClasses(): Map<string, ErrorClass> {
  const declared = all(ts.isClassDeclaration);
  const found = new Map<string, ErrorClass>([['HarnessError', { family: 'HarnessError', code: undefined }]]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const node of declared) {
      const parent = found.get(node.heritageClauses?.[0]?.types[0]?.expression.getText() ?? '');
      const name = node.name?.text ?? '';
      if (!parent || found.has(name)) continue;
      const isPublic = node.getSourceFile().fileName === 'errors.ts';
      const code = isPublic ? undefined : superCall(node)?.arguments[0];
      found.set(name, { family: isPublic ? name : parent.family, code });
    }
  }
  return found;
}

function superCall(node: ts.ClassDeclaration): ts.CallExpression | undefined {
  return [...nodes(node)]
    .filter(ts.isCallExpression)
    .find(call => call.expression.kind === ts.SyntaxKind.SuperKeyword);
}

/** The codes that an expression may be; a parameter is what the callers of its function hand in. */
function codesOf(expression: ts.Expression): string[] {
  if (ts.isStringLiteral(expression)) return [expression.text];
  if (ts.isConditionalExpression(expression))
    return [...codesOf(expression.whenTrue), ...codesOf(expression.whenFalse)];
  if (ts.isIdentifier(expression)) {
    const caller = ts.findAncestor(
      expression,
      (node): node is ts.FunctionDeclaration =>
        ts.isFunctionDeclaration(node) &&
        node.parameters.some(({ name }) => name.getText() === expression.text),
    );
    const index = caller?.parameters.findIndex(({ name }) => name.getText() === expression.text) ?? -1;
    const calls = all(ts.isCallExpression).filter(
      call => caller?.name && call.expression.getText() === caller.name.text,
    );
    if (calls.length > 0) return calls.flatMap(call => codesOf(call.arguments[index]!));
  }
  const source = expression.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(expression.getStart());
  throw new Error(
    `${source.fileName}:${line + 1}: a code must be readable here, not ${expression.getText()}`,
  );
}

/** Code → names of the classes of errors.ts that carry it. */
function codesInSource(): Map<string, Set<string>> {
  const classes = errorClasses();
  const found = new Map<string, Set<string>>();
  for (const made of all(ts.isNewExpression)) {
    const errorClass = classes.get(made.expression.getText());
    if (!errorClass) continue;
    for (const code of codesOf(errorClass.code ?? made.arguments![0]!))
      found.set(code, (found.get(code) ?? new Set()).add(errorClass.family));
  }
  return found;
}

/** The rows of the table in harness/README.md: `| CODE | fault | exit | meaning |`. */
function codesInTable(): { code: string; fault: string; exit: number; meaning: string }[] {
  const text = readFileSync(join(harness, 'README.md'), 'utf8');
  return [...text.matchAll(/^\| `([A-Z_0-9]+)` \| (\w+) \| (\d+) \| (.+) \|$/gm)].map(row => ({
    code: row[1]!,
    fault: row[2]!,
    exit: Number(row[3]),
    meaning: row[4]!,
  }));
}

const inSource = codesInSource();
const inTable = codesInTable();

t.test('the table of error codes lists each code of the source once, in order', async t => {
  t.ok(inSource.has('MATRIX_INVALID'), 'also that of a class with a code of its own');
  t.ok(inSource.has('KERNEL_BUILD_FAILED'), 'also one that is handed through a function');
  t.strictSame(
    inTable.map(({ code }) => code),
    [...inSource.keys()].sort(),
  );
});

t.test('a code is one thing: one fault, one exit code, as the table says', async t => {
  for (const [code, names] of inSource) t.equal(names.size, 1, `${code}: ${[...names].join(', ')}`);
  for (const { code, fault, exit } of inTable) {
    const Family = families.get([...(inSource.get(code) ?? [])][0] ?? '');
    const error = Family && new Family(code, '');
    if (!error) {
      t.fail(`${code} is made with no class of errors.ts`);
      continue;
    }
    t.strictSame({ fault, exit }, { fault: error.fault, exit: exitCodeOfError(error) }, code);
  }
});

t.test('codes are spelled alike', async t => {
  for (const code of inSource.keys()) t.match(code, /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
});
