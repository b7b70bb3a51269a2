import { UsageError } from '../../errors.ts';
import {
  type InspectedFile,
  type InspectedFiles,
  type PassedOver,
  pairFiles,
} from '../../measurement/inspected-files.ts';
import { type Inspection, inspectText } from '../../measurement/inspection.ts';
import { inspectedFilesJson, inspectionJson } from '../../measurement/inspection-json.ts';
import { renderInspectedFiles } from '../../report/inspected-files.ts';
import { renderInspection } from '../../report/inspection.ts';
import type { CommandContext } from '../context.ts';
import { type InspectionInput, listInputs } from '../inspection-input.ts';

/** Options of `modstorm inspect`. */
export interface InspectOptions {
  json?: boolean;
}

/**
 * `modstorm inspect FILE…|-`: reads stats texts, dmesg output or console logs from any machine, and prints what they say and
 * what grew between two stats texts. Returns 0 even if a log holds a crash: the inspection itself succeeded.
 * @throws UsageError INSPECT_UNREADABLE, INSPECT_TOO_LARGE, INSPECT_UNRECOGNISED
 * @throws InfrastructureError INTERRUPTED
 */
export async function inspectCommand(
  sources: readonly string[],
  options: InspectOptions,
  context: CommandContext,
): Promise<number> {
  const inputs = await listInputs(sources, context);
  const [only] = inputs;
  if (only && inputs.length === 1 && !only.isFound) {
    const inspection = inspectText(await only.read());
    context.stdout(options.json ? json(inspectionJson(inspection)) : renderInspection(inspection));
    return 0;
  }
  const files = await inspectInputs(inputs, sources);
  context.stdout(options.json ? json(inspectedFilesJson(files)) : renderInspectedFiles(files));
  return 0;
}

async function inspectInputs(
  inputs: readonly InspectionInput[],
  sources: readonly string[],
): Promise<InspectedFiles> {
  const files: InspectedFile[] = [];
  const passedOver: PassedOver[] = [];
  for (const input of inputs) {
    try {
      files.push({ name: input.name, inspection: await inspectInput(input) });
    } catch (error) {
      // A folder may hold other files too, but a file that the user named must be readable.
      if (!input.isFound || !(error instanceof UsageError)) throw error;
      passedOver.push({ name: input.name, reason: error.message });
    }
  }
  if (files.length === 0) {
    throw new UsageError('INSPECT_UNRECOGNISED', `no stats text and no kernel log in ${sources.join(', ')}`, {
      evidence: passedOver.map(({ reason }) => reason).join('\n') || undefined,
      hint: 'Only files directly in a folder are read, not those in its subfolders.',
    });
  }
  return { files, passedOver, pair: pairFiles(files) };
}

/** Adds the name of the file to the error if it is not recognised. */
async function inspectInput({ name, read }: InspectionInput): Promise<Inspection> {
  const text = await read();
  try {
    return inspectText(text);
  } catch (error) {
    if (!(error instanceof UsageError) || error.code !== 'INSPECT_UNRECOGNISED') throw error;
    throw new UsageError(error.code, `${name}: ${error.message}`, { hint: error.hint, cause: error });
  }
}

function json(value: Record<string, unknown>): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
