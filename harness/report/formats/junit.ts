import { escapeMarkup, escapeText } from '../../escape.ts';
import { groupBy } from '../../statistics/samples/group.ts';
import type { Exporter } from '../exporter.ts';
import { type CaseStatus, casesOfComparison, casesOfRun, type OutcomeCase } from '../outcome-case.ts';

/** For Jenkins, GitLab and others: JUnit XML in the dialect of Jenkins' xUnit plugin (junit-10.xsd). */
export const exporter: Exporter = {
  run: report =>
    render(casesOfRun(report), {
      name: report.model.run.matrix.name,
      timestamp: report.model.run.startedAt,
      properties: {
        run: report.model.run.run,
        accelerator: report.model.run.accelerator.accelerator,
        cpu: report.model.run.host.cpuModel,
        seed: String(report.model.run.seed),
      },
    }),
  comparison: comparison =>
    render(casesOfComparison(comparison), {
      name: `${comparison.base.name} against ${comparison.next.name}`,
      timestamp: comparison.next.startedAt,
      properties: {},
    }),
};

/** The input of a file. */
interface Subject {
  name: string;
  timestamp: string | undefined;
  properties: Record<string, string>;
}

/** Maximum number of boots listed in the text of one case. */
const mostDetails = 50;

function render(cases: readonly OutcomeCase[], subject: Subject): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name=${attribute(subject.name)}${totals(cases)}>`,
    ...[...groupBy(cases, ({ suite }) => suite)].flatMap(([suite, own]) => suiteLines(suite, own, subject)),
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteLines(suite: string, cases: readonly OutcomeCase[], subject: Subject): string[] {
  const name = `modstorm ${subject.name} ${suite}`;
  const when = subject.timestamp === undefined ? '' : ` timestamp=${attribute(subject.timestamp)}`;
  const properties = Object.entries(subject.properties).map(
    ([key, value]) => `      <property name=${attribute(key)} value=${attribute(value)}/>`,
  );
  return [
    `  <testsuite name=${attribute(name)}${totals(cases)} skipped="${countOf(cases, 'skipped')}"${when}>`,
    ...(properties.length > 0 ? ['    <properties>', ...properties, '    </properties>'] : []),
    ...cases.flatMap(one => caseLines(one, `modstorm.${suite}`)),
    '  </testsuite>',
  ];
}

function totals(cases: readonly OutcomeCase[]): string {
  const time = seconds(cases.reduce((sum, { durationNs }) => sum + durationNs, 0));
  return ` tests="${cases.length}" failures="${countOf(cases, 'failed')}" errors="${countOf(cases, 'error')}" time="${time}"`;
}

function countOf(cases: readonly OutcomeCase[], status: CaseStatus): number {
  return cases.filter(one => one.status === status).length;
}

const elements = { failed: 'failure', error: 'error', skipped: 'skipped' } as const;

function caseLines(one: OutcomeCase, classname: string): string[] {
  const head = `    <testcase classname=${attribute(classname)} name=${attribute(one.name)} time="${seconds(one.durationNs)}"`;
  if (one.status === 'passed')
    return [`${head}>`, `      <system-out>${text(one.sentence)}</system-out>`, '    </testcase>'];
  const element = elements[one.status];
  const more = one.details.length - mostDetails;
  const details = [...one.details.slice(0, mostDetails), ...(more > 0 ? [`and ${more} more`] : [])];
  const body = [one.sentence, ...details].map(text).join('\n');
  return [
    `${head}>`,
    `      <${element} message=${attribute(one.sentence)}>${body}</${element}>`,
    '    </testcase>',
  ];
}

function seconds(ns: number): string {
  return (ns / 1e9).toFixed(3);
}

function attribute(value: string): string {
  return `"${text(value).replaceAll('"', '&quot;')}"`;
}

/** Foreign text as XML: characters that XML 1.0 does not allow are made visible or left out. */
function text(value: string): string {
  return escapeMarkup(escapeText(value).replaceAll(/[\ufffe\uffff]/g, ''));
}
