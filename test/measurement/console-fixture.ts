import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { projectPath } from '../../harness/project.ts';

/** A hand-made console log of test/fixtures/consoles/ with what it must be read as. */
export interface ConsoleFixture {
  name: string;
  /** `TITLE:`, `CLASS:`, `FATAL:`, and optionally `FINDINGS:`, `DUPLICATES:`. */
  expected: Record<string, string>;
  log: string;
}

/** All fixtures: `KEY: value` lines, an empty line, the log. */
export function consoleFixtures(): ConsoleFixture[] {
  const folder = projectPath('test', 'fixtures', 'consoles');
  return readdirSync(folder).map(file => {
    const text = readFileSync(`${folder}/${file}`, 'utf8');
    const end = text.indexOf('\n\n');
    const headers = text.slice(0, end).split('\n');
    const expected = Object.fromEntries(
      headers.map(line => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
    );
    return { name: basename(file, '.log'), expected, log: text.slice(end + 2) };
  });
}

/** A file of test/golden/: kernel output, byte for byte. */
export function golden(...path: string[]): string {
  return readFileSync(projectPath('test', 'golden', ...path), 'utf8');
}
