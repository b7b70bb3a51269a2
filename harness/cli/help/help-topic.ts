import { readFileSync } from 'node:fs';
import { UsageError } from '../../errors.ts';
import { nearest } from '../../matrix/source/nearest.ts';
import { projectPath } from '../../project.ts';
import { type Block, parseMarkdown, sectionOf } from './markdown.ts';

/** A text that explains one subject. */
interface Topic {
  /** A few words for the list of topics. */
  about: string;
  /** The file that contains it, relative to the project's folder. */
  file: string;
  /** The heading of its section of the file; absent for the whole file. */
  section?: string;
}

/** The texts of `modstorm help TOPIC`, which are in the rooms that they describe. package.json installs them. */
export const helpTopics = {
  matrix: { about: 'the format of a matrix file', file: 'matrices/README.md' },
  workloads: {
    about: 'what a guest does, and how to write your own',
    file: 'matrices/README.md',
    section: 'Writing your own workload',
  },
  metrics: {
    about: 'what is measured, and which changes count',
    file: 'matrices/README.md',
    section: 'Metrics that `gates` may name',
  },
  verdicts: {
    about: 'what the words of an answer mean, and how a change is proved',
    file: 'harness/judgement/verdicts.md',
  },
  formats: { about: 'what --format can print', file: 'harness/report/README.md' },
  results: { about: 'the folder of a run, file by file', file: 'results/README.md' },
  ci: { about: 'nightly runs, pull requests, exit codes', file: 'harness/cli/ci.md' },
  'ci-systems': {
    about: 'ready texts for GitHub, GitLab, Slurm, Kubernetes, systemd, containers',
    file: 'harness/ci/ci-systems.md',
  },
  nightly: {
    about: 'every night: newest kernel, base, yesterday, confirmation',
    file: 'harness/ci/nightly.md',
  },
  bisect: { about: 'which commit changed a metric', file: 'harness/bisect/README.md' },
  blame: { about: 'who loads modules, and who requests them twice', file: 'harness/measurement/blame.md' },
  kernels: { about: 'the configs of the guest kernels', file: 'guests/kernel/README.md' },
  errors: { about: 'all error codes', file: 'harness/error-codes.md' },
} as const satisfies Record<string, Topic>;

/** The name of a topic. */
export type TopicName = keyof typeof helpTopics;

/** The names of all topics. */
export const topicNames = Object.keys(helpTopics) as TopicName[];

/** One line per topic. */
export const topicLines = topicNames.map(name => `${name.padEnd(11)}${helpTopics[name].about}`);

/**
 * The text of a topic.
 * @throws UsageError HELP_UNKNOWN
 */
export function readTopic(name: string): Block[] {
  const known = topicNames.find(topic => topic === name);
  if (known === undefined) {
    const meant = nearest(name, topicNames);
    throw new UsageError('HELP_UNKNOWN', `there is no command and no topic ${JSON.stringify(name)}`, {
      hint: meant === undefined ? `Topics: ${topicNames.join(', ')}.` : `Did you mean ${meant}?`,
    });
  }
  const { file, section }: Topic = helpTopics[known];
  const blocks = parseMarkdown(readFileSync(projectPath(file), 'utf8'));
  return section === undefined ? blocks : sectionOf(blocks, section);
}
