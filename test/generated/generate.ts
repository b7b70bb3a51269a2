import { readFileSync, writeFileSync } from 'node:fs';
import { projectPath } from '../../harness/project.ts';
import { generatedFiles } from './generated-files.ts';

/** Writes the generated files that are stale, and names them. Returns the exit code. */
export function generate(): number {
  for (const { path, text } of generatedFiles) {
    const file = projectPath(path);
    const wanted = text();
    if (readFileSync(file, 'utf8') === wanted) continue;
    writeFileSync(file, wanted);
    process.stdout.write(`${path}\n`);
  }
  return 0;
}
