import { exitCodes } from '../../exit-code.ts';
import type { CommandContext } from '../context.ts';

/** The JSON Schemas by what they describe, each created on demand. */
const schemas = {
  matrix: async () => (await import('../../matrix/json-schema.ts')).matrixJsonSchemaText(),
  report: async () => (await import('../../report/report-schema.ts')).reportJsonSchemaText(),
};

/** The formats that have a schema. */
export type SchemaName = keyof typeof schemas;

/** `modstorm schema NAME`: prints the JSON Schema of a matrix or of report.json. */
export async function schemaCommand(name: SchemaName, context: CommandContext): Promise<number> {
  context.stdout(await schemas[name]());
  return exitCodes.success;
}
