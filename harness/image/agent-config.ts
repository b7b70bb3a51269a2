import { UsageError } from '../errors.ts';

/** What the guest's kernel must have. Without it, the agent refuses to continue. */
export type Capability = 'module_stats' | 'autoload_dups' | 'dups_trace' | 'decompress';

/** Instructions for the agent in the guest, written to /etc/modstorm.conf (read by guests/agent/init/config.c). */
export interface AgentConfig {
  /**
   * CPUs that must come online. Left out if one image serves many machines; `modstorm.vcpus=N` on the kernel command line
   * then gives the number.
   */
  vcpus?: number | undefined;
  require: readonly Capability[];
  /** Modules to load before anything else, because the channel needs them. */
  early: readonly string[];
  /** Modules to load before the first snapshot, in this order. */
  load: readonly string[];
  /** Program and arguments of the workload. */
  run: readonly string[];
  environment?: Readonly<Record<string, string>> | undefined;
  /** Time after which the agent ends the workload, in ns; or `modstorm.deadline_ns=` on the command line. */
  deadlineNs?: number | undefined;
  /** Files to send when the workload has ended, as absolute paths. */
  results: readonly string[];
  /** Interval between two memory samples during the workload, in ns; 0 for none. */
  sampleNs?: number | undefined;
}

/** Limits of guests/agent/init/config.h. */
const listLimit = 255;
const textLimit = 65534;

/**
 * The text of /etc/modstorm.conf: `key=value` lines, where the value extends to the end of the line.
 * @throws UsageError AGENT_CONFIG if a value has a newline or NUL, or there is more than the agent can hold
 */
export function renderAgentConfig(config: AgentConfig): string {
  const lines: [key: string, value: string][] = [['version', '1']];
  if (config.vcpus !== undefined) lines.push(['vcpus', String(config.vcpus)]);
  addList(lines, 'require', config.require);
  addList(lines, 'early', config.early);
  addList(lines, 'load', config.load);
  addList(lines, 'run', config.run);
  addList(
    lines,
    'env',
    Object.entries(config.environment ?? {}).map(([name, value]) => `${name}=${value}`),
  );
  if (config.deadlineNs !== undefined) lines.push(['deadline_ns', String(config.deadlineNs)]);
  addList(lines, 'result', config.results);
  if (config.sampleNs !== undefined) lines.push(['sample_ns', String(config.sampleNs)]);
  const text = lines.map(([key, value]) => `${key}=${checkValue(key, value)}\n`).join('');
  if (Buffer.byteLength(text) > textLimit) throw refuse(`it is longer than ${textLimit} bytes`);
  return text;
}

function addList(lines: [string, string][], key: string, values: readonly string[]): void {
  if (values.length > listLimit)
    throw refuse(`there are ${values.length} lines \`${key}=\`, more than ${listLimit}`);
  for (const value of values) lines.push([key, value]);
}

function checkValue(key: string, value: string): string {
  if (/[\n\0]/.test(value))
    throw refuse(`${JSON.stringify(value)} has a line break or NUL and cannot be the value of \`${key}\``);
  return value;
}

function refuse(what: string): UsageError {
  return new UsageError('AGENT_CONFIG', `invalid configuration for the agent: ${what}`, {
    hint: "Shorten the workload's arguments, or move them into a program.",
  });
}
