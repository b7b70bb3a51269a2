import { z } from 'zod';
import { matrixShape, parameterKeysMark } from './matrix-shape.ts';

/** Where the committed copy stands, below the project's folder. */
export const matrixSchemaFile = 'matrices/matrix.schema.json';

/**
 * The JSON Schema (draft 2020-12) of a matrix, for editors: `# yaml-language-server: $schema=./matrix.schema.json`.
 * It knows the shape; what depends on the declared kernels, fragments and workloads only `loadMatrix` knows.
 */
export function matrixJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(matrixShape, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => {
      const open = jsonSchema as Record<string, unknown>;
      if (open[parameterKeysMark] === undefined) return;
      // Further axes are the workload's parameters; anything else is a mistake that the editor can show.
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
