import { readFileSync } from 'node:fs';
import t from 'tap';
import { projectPath } from '../../harness/project.ts';
import { generatedFiles } from './generated-files.ts';

for (const { path, text } of generatedFiles) {
  t.test(`${path} is what its source gives (else: npm run generate)`, async t => {
    t.equal(readFileSync(projectPath(path), 'utf8'), text());
  });
}
