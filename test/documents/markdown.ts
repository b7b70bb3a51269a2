import { readFileSync } from 'node:fs';
import { projectPath } from '../../harness/project.ts';

/** A fenced block of a document. */
export interface Fence {
  /** What stands behind the opening fence: `sh`, `yaml`. */
  language: string;
  text: string;
}

/** The text of a document of the project. */
export function readDocument(path: string): string {
  return readFileSync(projectPath(path), 'utf8');
}

/** The fenced blocks of a document, in order. */
export function fencesOf(text: string): Fence[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, body]) => ({
    language: language!,
    text: body!,
  }));
}

/** The words of every `npm run -s modstorm -- …` in the shell blocks and the inline code of a document, up to a `>`. */
export function modstormCommands(text: string): string[][] {
  const blocks = fencesOf(text).flatMap(({ language, text: body }) =>
    language === 'sh' ? body.split('\n') : [],
  );
  const inline = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);
  return [...blocks, ...inline].flatMap(line => {
    const [, command] = line.split('npm run -s modstorm -- ');
    return command === undefined
      ? []
      : [
          command
            .replace(/\s[#>].*/, '')
            .trim()
            .split(/\s+/),
        ];
  });
}

/** Targets of the links of a document that lead into the project. */
export function localLinks(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!.replace(/#.*/, ''))
    .filter(target => target !== '' && !target.includes('://'));
}
