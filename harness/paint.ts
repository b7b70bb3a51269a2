/** Colours a word, or returns it unchanged. */
export type Paint = (text: string, colour: 'green' | 'red' | 'yellow') => string;

const colourCodes = { green: 32, red: 31, yellow: 33 } as const;

/** The basic terminal colours, or none. */
export function makePaint(coloured: boolean): Paint {
  return coloured ? (text, colour) => `\x1b[${colourCodes[colour]}m${text}\x1b[0m` : text => text;
}

/** https://no-color.org: any non-empty value turns colour off; so does FORCE_COLOR=0. */
export function isColoured(environment: NodeJS.ProcessEnv, terminal: boolean): boolean {
  const forced = environment['FORCE_COLOR'];
  if (environment['NO_COLOR']) return false;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return terminal;
}
