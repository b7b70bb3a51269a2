import { z } from 'zod';
import { matrixShape, parameterKeysMark } from './matrix-shape.ts';

/** Path of the committed copy, relative to the project folder. */
export const matrixSchemaFile = 'matrices/matrix.schema.json';

/**
 * The JSON Schema (draft 2020-12) of a matrix, for editors: `# yaml-language-server: $schema=./matrix.schema.json`.
 * It describes the shape. `loadMatrix` also checks what depends on the declared kernels, fragments and workloads.
 */
export function matrixJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(matrixShape, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => {
      const open = jsonSchema as Record<string, unknown>;
      if (open[parameterKeysMark] === undefined) return;
      // Further axes are the workload's parameters. The editor can flag anything else as an error.
      delete open[parameterKeysMark];
      open['patternProperties'] = { '^workload\\..+$': open['additionalProperties'] };
      open['additionalProperties'] = false;
    },
  }) as Record<string, unknown>;
  return { ...schema, title: 'modstorm matrix' };
}

/** The text of the committed copy. */
export function matrixJsonSchemaText(): string {
  return `${JSON.stringify(matrixJsonSchema(), null, 2)}\n`;
}
