import { suggest } from '../source/nearest.ts';
import type { SourcePath, YamlSource } from '../source/yaml-source.ts';
import { substitute } from './resolve-workload.ts';
import type { ParameterDefinition } from './workload.ts';
import type { WorkloadShape } from './workload-shape.ts';

/** Checks that every reference to a parameter finds one. Units are checked with the defaults. */
export function checkReferences(
  source: YamlSource,
  shape: WorkloadShape,
  parameters: readonly ParameterDefinition[],
): void {
  if (source.failed) return;
  const words = (path: SourcePath, list: readonly string[]): void => {
    for (const [index, word] of list.entries())
      source.check([...path, index], () => substitute(word, parameters, {}));
  };
  words(['image', 'modules'], shape.image.modules);
  words(['preload', 'modules'], shape.preload.modules);
  for (const [index, item] of shape.run.entries()) {
    if (typeof item === 'string') {
      source.check(['run', index], () => substitute(item, parameters, {}));
      continue;
    }
    checkParameterName(source, ['run', index, 'if'], item.if, parameters, 'boolean');
    words(['run', index, 'add'], item.add);
    words(['run', index, 'otherwise'], item.otherwise);
  }
  const bound = shape.deadline.parameter;
  if (bound !== undefined)
    checkParameterName(source, ['deadline', 'parameter'], bound, parameters, 'duration');
  if (typeof shape.loads_fail === 'string')
    checkParameterName(source, ['loads_fail'], shape.loads_fail, parameters, 'boolean');
  checkDesign(source, shape, parameters);
  checkSucceeded(source, shape);
}

/** A design that depends on a parameter must name one for each of its values, and for no others. */
function checkDesign(
  source: YamlSource,
  { design }: WorkloadShape,
  parameters: readonly ParameterDefinition[],
): void {
  if (design === undefined || typeof design === 'string') return;
  const path = ['design', 'parameter'];
  const found = parameters.find(one => one.name === design.parameter);
  const values = found?.type === 'boolean' ? ['false', 'true'] : found?.choices;
  if (values === undefined) {
    const candidates = parameters.filter(({ type }) => type === 'choice' || type === 'boolean');
    const hint = suggest(
      design.parameter,
      candidates.map(one => one.name),
    );
    const claim = found ? 'is neither a choice nor a boolean' : 'is not declared';
    source.report(path, `the parameter ${design.parameter} ${claim}`, hint);
    return;
  }
  const missing = values.filter(value => !Object.hasOwn(design.values, value));
  if (missing.length > 0)
    source.report(['design', 'values'], `the design for ${missing.join(', ')} is missing`, undefined, 'key');
  for (const value of Object.keys(design.values)) {
    if (values.includes(value)) continue;
    const claim = `${design.parameter} has no value ${JSON.stringify(value)}`;
    source.report(['design', 'values', value], claim, suggest(value, values), 'key');
  }
}

/** The result format `stress-ng` yields this metric without a declaration (harness/measurement/metric.ts). */
const stressNgOperations = 'stress_ng_ops';

function checkSucceeded(source: YamlSource, { succeeded, metrics, results }: WorkloadShape): void {
  if (succeeded === undefined) return;
  const undeclared = results.some(({ format }) => format === 'stress-ng') ? [stressNgOperations] : [];
  if (undeclared.includes(succeeded)) return;
  if (!Object.hasOwn(metrics, succeeded)) {
    const candidates = [...undeclared, ...Object.keys(metrics)];
    const claim = `there is no metric ${JSON.stringify(succeeded)}`;
    source.report(['succeeded'], claim, suggest(succeeded, candidates));
  } else if (metrics[succeeded]?.unit !== 'count') {
    source.report(['succeeded'], `the metric ${succeeded} must have the unit count`);
  }
}

function checkParameterName(
  source: YamlSource,
  path: SourcePath,
  name: string,
  parameters: readonly ParameterDefinition[],
  type: ParameterDefinition['type'],
): void {
  const found = parameters.find(one => one.name === name);
  const candidates = parameters.filter(one => one.type === type).map(one => one.name);
  if (found === undefined)
    source.report(path, `there is no parameter ${JSON.stringify(name)}`, suggest(name, candidates));
  else if (found.type !== type)
    source.report(path, `the parameter ${name} must be of type ${type}, not ${found.type}`);
}
