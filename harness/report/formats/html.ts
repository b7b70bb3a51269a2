import type { RunComparison } from '../../judgement/judgement.ts';
import type { Side } from '../../judgement/side.ts';
import type { Exporter } from '../exporter.ts';
import { blamePart } from '../html/blame-part.ts';
import { reasonsPart, verdictMap, verdictPart } from '../html/comparison-page.ts';
import { comparedCurves, measuredCurves } from '../html/curves-part.ts';
import { facts, html, section } from '../html/markup.ts';
import { htmlPage } from '../html/page.ts';
import { rawDataPart } from '../html/raw-data.ts';
import {
  callersPart,
  cellsPart,
  duplicatesPart,
  environmentPart,
  phasesPart,
  troublePart,
} from '../html/run-parts.ts';
import { comparedSamples, measuredSamples } from '../html/samples-part.ts';
import { countsOf } from '../outcome-case.ts';
import type { RunReport, RunVerdict } from '../run-report.ts';

/** One page, complete in itself: the answer first, then what it rests on, down to every sample. */
export const exporter: Exporter = {
  run: runPage,
  comparison: comparison =>
    htmlPage(`${comparison.base.name} against ${comparison.next.name}`, [
      verdictPart(comparison),
      ...comparedParts(comparison),
      reasonsPart(comparison),
      sidesPart(comparison),
    ]),
  files: report => [{ name: 'report.html', text: runPage(report) }],
};

function runPage(report: RunReport): string {
  const { model, verdict, path, content } = report;
  const compared = verdict.kind === 'judged' ? verdict.comparison : undefined;
  const boots = content.records.flatMap(({ outcome, counters, duplicates }) =>
    outcome.kind === 'passed' && counters ? [{ counters: counters.after, duplicates }] : [],
  );
  return htmlPage(`modstorm: ${model.run.matrix.name}`, [
    verdictText(verdict),
    `<p class="faint">${html(`${countsOf(model)}; ${model.run.startedAt}`)}</p>`,
    troublePart(model, path),
    ...(compared
      ? comparedParts(compared)
      : [measuredSamples(report), measuredCurves(model.cells), duplicatesPart([{ name: 'times', boots }])]),
    callersPart(model.cells),
    blamePart(model.cells),
    phasesPart(report),
    cellsPart(model),
    compared ? reasonsPart(compared) : '',
    environmentPart(model, path),
    rawDataPart(report),
  ]);
}

function verdictText(verdict: RunVerdict): string {
  if (verdict.kind === 'judged') return verdictPart(verdict.comparison);
  if (verdict.kind === 'one-sided') return `<p>${html(verdict.sentence)}</p>`;
  if (verdict.kind === 'unknown') return `<p><b>No verdict</b>: ${html(verdict.error.message)}</p>`;
  return '';
}

/** What every comparison shows, that of two runs and that inside one. */
function comparedParts(comparison: RunComparison): string[] {
  const { pairs } = comparison.judgement;
  return [
    verdictMap(comparison),
    comparedSamples(comparison),
    comparedCurves(comparison),
    duplicatesPart([
      { name: 'base', boots: [...new Set(pairs.map(({ pair }) => pair.base))].flatMap(({ boots }) => boots) },
      { name: 'new', boots: pairs.flatMap(({ pair }) => pair.candidate.boots) },
    ]),
  ];
}

function sidesPart({ base, next }: RunComparison): string {
  const lines = (side: Side): [string, string][] => [
    ['kind', side.kind === 'text' ? 'modules/stats text' : side.kind],
    ['name', side.name],
    ['started', side.startedAt ?? 'unknown'],
    ...Object.entries(side.facts ?? {}),
  ];
  return section('Environment', [`<h3>base</h3>${facts(lines(base))}`, `<h3>new</h3>${facts(lines(next))}`]);
}
