import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { loadMatrix } from '../../harness/matrix/load.ts';
import type { Matrix } from '../../harness/matrix/matrix.ts';
import { MatrixError } from '../../harness/matrix/source/diagnostic.ts';
import type { WorkloadDefinition } from '../../harness/matrix/workload/workload.ts';
import type { Workloads } from '../../harness/matrix/workload/workload-catalog.ts';
import { parseWorkload } from '../../harness/matrix/workload/workload-file.ts';
import { projectPath } from '../../harness/project.ts';

/** A second workload beside stress-ng, with another set of parameters. */
export const otherWorkload = parseWorkload(
  `version: 2
description: For tests.
parameters:
  instances: { type: integer, default: 7, maximum: 50, description: A number. }
  mode: { type: choice, default: own, choices: [own, same], description: A choice. }
  amount: { type: size, default: 1MiB, description: A size. }
run: [other, '\${mode}', '\${amount.kibibytes}']
fragments: [dups]
deadline: { extra: 1s }
`,
  { file: 'other.yaml' },
);

/** stress-ng as shipped, and the one above. */
export const workloads: ReadonlyMap<string, WorkloadDefinition> = new Map(
  [
    parseWorkload(readProject('guests/workloads/stress-ng.yaml'), { file: 'stress-ng.yaml' }),
    otherWorkload,
  ].map(definition => [definition.name, definition]),
);

export const fragments = ['decompress', 'dups', 'dups-trace', 'stats'];

/** The beginning of most test matrices. */
export const oneKernel = 'kernels: { lts: { debian: linux-source-6.12 } }\n';

export function load(text: string, file = 'test.yaml', known: Workloads = workloads): Matrix {
  return loadMatrix(text, { file, workloads: known, fragments, home: '/home/tester' });
}

/** What is wrong with a text, as `line:column message`; nothing when it loads. */
export function complaints(text: string): string[] {
  try {
    load(text);
    return [];
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error;
    return error.diagnostics.map(one => `${one.line}:${one.column} ${one.message}`);
  }
}

export function readProject(path: string): string {
  return readFileSync(projectPath(path), 'utf8');
}

/** The YAML files of a folder of the project, by name. */
export function yamlFiles(folder: string): string[] {
  return readdirSync(projectPath(folder))
    .map(name => basename(name))
    .filter(name => name.endsWith('.yaml'))
    .sort();
}
