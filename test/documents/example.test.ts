import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { projectPath } from '../../harness/project.ts';
import { overallVerdict } from '../../harness/report/comparison-verdict.ts';
import { reportRun } from '../../harness/report/run-report.ts';
import { RunFolder } from '../../harness/store/run-folder.ts';
import { checkMailText } from '../report/commit/mail-rules.ts';

const folder = projectPath('results', 'example');
const name = readdirSync(folder).find(one => one.includes('-merge-loads-')) ?? '';
const face = (file: string) => readFileSync(projectPath('results', 'example', name, 'report', file), 'utf8');

t.test(
  'the example is a whole run whose faces say what its journal does; else: npm run example -- --faces',
  async t => {
    const content = await (await RunFolder.open(name, folder)).load();
    t.equal(content.records.length, 64);
    t.equal(
      content.run.matrix.text,
      readFileSync(projectPath('results', 'example', 'merge-loads.yaml'), 'utf8'),
      'the matrix beside it made it; else: npm run example',
    );
    const { verdict } = reportRun(content, `results/example/${name}`);
    const word = verdict.kind === 'judged' ? overallVerdict(verdict.comparison) : verdict.kind;
    t.match(face('commit.txt'), `verdict: ${word}: `);
    t.match(face('report.txt'), `verdict: ${word}: `);
    t.match(face('report.md'), `**${word}**: `);
    t.match(face('report.html'), `<span class="verdict v v-${word}">${word}</span>`);
    t.notMatch(face('report.html'), /<script|<link|<img|src=/, 'loads nothing');
    checkMailText(t, face('commit.txt'), 'commit.txt');
  },
);
