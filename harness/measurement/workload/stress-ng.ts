import { parseDocument } from 'yaml';
import { GuestError } from '../../errors.ts';

/** One stressor of a run of stress-ng. */
export interface StressorResult {
  name: string;
  /** Bogo operations. Since 0.18.03 a module operation is a successful load; before, it was an attempt. */
  ops: number;
  /** Known since 0.21.04. */
  instances?: number;
  wallSeconds: number;
  userSeconds: number;
  systemSeconds: number;
  maxRssBytes?: number;
}

/** The output of `stress-ng --yaml`. */
export interface StressNgReport {
  version: string;
  stressors: StressorResult[];
  /** Whether nothing ran: the metrics are empty although the exit status is 0. */
  skipped: boolean;
}

/** What stress-ng printed about the results of its instances. */
export interface StressNgOutput {
  skipped: number;
  passed: number;
  failed: number;
  untrustworthy: number;
  /** The lines that say why something was skipped, bounded. */
  reasons: string[];
  /** Whether the last line is present, so the run was not cut short. */
  complete: boolean;
}

/** Size limit of the YAML, in bytes. A real one has 2 KiB. */
const yamlLimit = 1 << 20;
/** The first version with `--module`. */
const firstModuleVersion = [0, 15, 7];
/** The first version whose module operation is a successful load; before, it is an attempt (stress-module.c). */
const firstSuccessVersion = [0, 18, 3];

function broken(message: string, evidence: string): GuestError {
  return new GuestError('STRESS_NG_YAML', `stress-ng's YAML is unusable: ${message}`, {
    hint: 'The file is written at the end of a run: a killed workload leaves no file or an incomplete one.',
    evidence: evidence.slice(0, 2000),
  });
}

/**
 * Reads the file of `stress-ng --yaml FILE`. It comes from a guest: aliases are rejected, size and list are bounded.
 * @throws GuestError STRESS_NG_YAML
 */
export function parseStressNgYaml(text: string): StressNgReport {
  if (text.length > yamlLimit) throw broken(`it has ${text.length} characters`, text);
  const system = field(loadSection(text, 'system-info'), 'system-info');
  const version = field(system, 'stress-ng-version');
  if (typeof version !== 'string' || !/^\d{1,4}(?:\.\d{1,4}){1,3}/.test(version)) {
    throw broken('it does not name the version of stress-ng', text);
  }
  const metrics = field(loadSection(text, 'metrics'), 'metrics');
  if (metrics === undefined || metrics === null) return { version, stressors: [], skipped: true };
  if (!Array.isArray(metrics) || metrics.length > 1000) throw broken('its metrics are not a list', text);
  const stressors = metrics.map(entry => readStressor(entry, text));
  return { version, stressors, skipped: stressors.length === 0 };
}

/**
 * Loads one top-level section. The whole file may not be valid YAML: 0.19.02, for example, prints `source-date-epoch` of
 * `build-info` without its indentation, followed by the rest of the mapping.
 */
function loadSection(text: string, name: string): unknown {
  const lines = text.split('\n').map(line => line.trimEnd());
  const start = lines.indexOf(`${name}:`);
  if (start === -1) return undefined;
  const length = lines.slice(start + 1).findIndex(line => /^(?:[a-z-]+:$|\.\.\.|---)/.test(line));
  const section = lines.slice(start, length === -1 ? undefined : start + 1 + length).join('\n');
  try {
    const document = parseDocument(section, { schema: 'core', uniqueKeys: false, logLevel: 'silent' });
    const [error] = document.errors;
    if (error) throw error;
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    throw broken(
      error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'it cannot be parsed',
      section,
    );
  }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function amount(entry: unknown, name: string): number | undefined {
  const value = field(entry, name);
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function readStressor(entry: unknown, text: string): StressorResult {
  const name = field(entry, 'stressor');
  const ops = amount(entry, 'bogo-ops');
  const wallSeconds = amount(entry, 'wall-clock-time');
  const userSeconds = amount(entry, 'user-time');
  const systemSeconds = amount(entry, 'system-time');
  if (typeof name !== 'string' || name.length > 64) throw broken('a stressor has no name', text);
  if (
    ops === undefined ||
    wallSeconds === undefined ||
    userSeconds === undefined ||
    systemSeconds === undefined
  ) {
    throw broken(`the stressor ${JSON.stringify(name)} has no operations or times`, text);
  }
  const result: StressorResult = { name, ops, wallSeconds, userSeconds, systemSeconds };
  const instances = amount(entry, 'instances');
  if (instances !== undefined) result.instances = instances;
  const maxRss = amount(entry, 'max-rss');
  if (maxRss !== undefined) result.maxRssBytes = maxRss * 1024;
  return result;
}

/** Reads the summary lines (`skipped: 8: module (8)`) and the reasons for skipping from the output of stress-ng. */
export function parseStressNgOutput(text: string): StressNgOutput {
  const output: StressNgOutput = {
    skipped: 0,
    passed: 0,
    failed: 0,
    untrustworthy: 0,
    reasons: [],
    complete: false,
  };
  for (const line of text.split('\n')) {
    const message = /^stress-ng: {1,2}\w{4,5}: {1,3}\[\d{1,10}\] (.*?)\r?$/.exec(line)?.[1];
    if (message === undefined) continue;
    const count = /^(skipped|passed|failed|metrics untrustworthy): (\d{1,9})(?::|$)/.exec(message);
    if (count) {
      const key =
        count[1] === 'metrics untrustworthy'
          ? 'untrustworthy'
          : (count[1] as 'skipped' | 'passed' | 'failed');
      output[key] = Number(count[2]);
    } else if (
      /skipp(?:ed|ing)|^disabled '.{1,64}' .{0,40}as it may hang/.test(message) &&
      output.reasons.length < 8
    ) {
      output.reasons.push(message.slice(0, 300));
    }
    if (/run completed in/.test(message)) output.complete = true;
  }
  return output;
}

function versionNumbers(version: string): number[] {
  return version.split('.').map(part => Number.parseInt(part, 10) || 0);
}

function isAtLeast(version: string, least: readonly number[]): boolean {
  const numbers = versionNumbers(version);
  for (const [index, wanted] of least.entries()) {
    const number = numbers[index] ?? 0;
    if (number !== wanted) return number > wanted;
  }
  return true;
}

/** Whether this stress-ng has `--module`: 0.15.07 and later. */
export function stressNgHasModule(version: string): boolean {
  return isAtLeast(version, firstModuleVersion);
}

/** Whether a module operation of this stress-ng is a successful load: 0.18.03 and later. */
export function stressNgCountsSuccesses(version: string): boolean {
  return isAtLeast(version, firstSuccessVersion);
}
