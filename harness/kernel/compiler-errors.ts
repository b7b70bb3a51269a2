/** The failure of a build, extracted from make's output. */
export interface BuildFailure {
  /** The first error as one line: `kernel/module/stats.c:42:7: error: expected ';'`; make's own message if no tool printed more. */
  title: string;
  /** The errors with their context, at most `maxLines`. */
  evidence: string;
}

const maxLines = 40;
const contextLines = 6;

/** `file:line[:column]: error: …` of gcc, clang and the assembler. */
const compilerError = /^\S.*?:\d+(?::\d+)?: (?:fatal )?[Ee]rror: /;
const linkerError = /(?:^|: )(?:undefined reference to|multiple definition of|ld: error:|cannot find -l)/;
/** `crypto/Kconfig:1449: can't open file …`; its warnings do not fail a build. */
const kconfigError = /^\S*Kconfig\S*:\d+: ?(?!.*warning)/;
const modpostError = /^ERROR: (?:modpost|Kernel configuration)/;
const shellError = /: (?:command )?not found$|: No such file or directory$|No space left on device/;
/** The rule that failed. make's later lines only say that the rules above it failed too. */
const makeError = /^make(?:\[\d+\])?: \*\*\* (?!Waiting)/;

/** Extracts the lines that say why a build failed. */
export function extractBuildFailure(lines: readonly string[]): BuildFailure {
  const errors: string[] = [];
  let first: string | undefined;
  for (let index = 0; index < lines.length && errors.length < maxLines; index += 1) {
    // biome-ignore lint/style/noNonNullAssertion: the index is below the length
    const line = lines[index]!;
    if (!isError(line)) continue;
    first ??= line.trim();
    errors.push(line);
    if (!compilerError.test(line)) continue;
    for (const next of contextOf(lines, index)) {
      if (errors.length < maxLines) errors.push(next);
      index += 1;
    }
  }
  const rule = lines.find(line => makeError.test(line));
  if (rule && errors.length < maxLines) errors.push(rule);
  return { title: first ?? rule ?? lines.at(-1) ?? 'make printed nothing', evidence: errors.join('\n') };
}

function isError(line: string): boolean {
  const patterns = [compilerError, linkerError, kconfigError, modpostError, shellError];
  return patterns.some(pattern => pattern.test(line)) && !makeError.test(line);
}

/** Source lines, carets and notes that gcc prints under an error. */
function contextOf(lines: readonly string[], index: number): string[] {
  const context: string[] = [];
  for (const line of lines.slice(index + 1, index + 1 + contextLines)) {
    if (!/^\s+(?:\d+ )?\|?/.test(line) || /^ {2}(?:CC|LD|AR|AS|HOSTCC|HOSTLD)\s/.test(line)) break;
    context.push(line);
  }
  return context;
}
