/**
 * What `git bisect run` makes of an exit code (git-bisect(1)): 0 good, 125 cannot be tested, 1 to 127 bad, and from 128 on it
 * stops. So whatever goes wrong on our side must not end with the usual small codes.
 */
export const stepCodes = { good: 0, bad: 1, untestable: 125 } as const;

const answers: ReadonlySet<number> = new Set(Object.values(stepCodes));
const stop = 128;

/** Whether a command line is one of `bisect step`. Also of one that cannot be parsed, which git would take for bad. */
export function isBisectStep(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  const own = end < 0 ? words : words.slice(0, end);
  const bisect = own.indexOf('bisect');
  return bisect >= 0 && own.indexOf('step', bisect) > bisect;
}

/** The exit code of `bisect step`: its answer as it is, any other code as one that stops the bisection. */
export function bisectStepCode(code: number): number {
  return answers.has(code) || code >= stop ? code : stop + code;
}

/**
 * Sees to it that the process does not end with an answer of its own accord, such as 1 for an exception that nobody caught.
 * @returns what ends it, once the command has given its answer
 */
export function guardBisectStep(): () => void {
  const onExit = (code: number) => {
    process.exitCode = code < stop ? stop + code : code;
  };
  process.on('exit', onExit);
  return () => process.off('exit', onExit);
}
