/**
 * How `git bisect run` interprets exit codes (git-bisect(1)): 0 is good, 125 cannot be tested, other codes up to 127 are bad,
 * and 128 or more stops it. So errors of modstorm must not use the usual small codes.
 */
export const stepCodes = { good: 0, bad: 1, untestable: 125 } as const;

const answers: ReadonlySet<number> = new Set(Object.values(stepCodes));
const stop = 128;

/** Whether a command line is one of `bisect step`, even if it cannot be parsed, which git would take for bad. */
export function isBisectStep(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  const own = end < 0 ? words : words.slice(0, end);
  const bisect = own.indexOf('bisect');
  return bisect >= 0 && own.indexOf('step', bisect) > bisect;
}

/** The exit code of `bisect step`: its answer unchanged, any other code as one that stops the bisection. */
export function bisectStepCode(code: number): number {
  return answers.has(code) || code >= stop ? code : stop + code;
}

/**
 * Makes sure that the process cannot accidentally end with an exit code that is an answer, such as 1 for an uncaught
 * exception.
 * @returns a function that exits with the command's answer
 */
export function guardBisectStep(): () => void {
  const onExit = (code: number) => {
    process.exitCode = code < stop ? stop + code : code;
  };
  process.on('exit', onExit);
  return () => process.off('exit', onExit);
}
