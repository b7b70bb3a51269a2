const runName = /^\d{8}T\d{6}Z-.*-[0-9a-f]{4}$/;

/** Whether a folder name is the name of a run: `20261121T033000Z-quick-3fa9`. */
export function isRunName(name: string): boolean {
  return runName.test(name);
}

/** The name of a run without its last four digits: `20261121T033000Z-quick`. */
export function runNameStem(now: Date, matrixName: string): string {
  return `${timestamp(now)}-${slug(matrixName)}`;
}

/** When a run began, by its name, in ms since the epoch. */
export function startOfRun(name: string): number {
  const digits = name.replaceAll(/\D/g, '');
  const part = (from: number, to: number) => Number(digits.slice(from, to));
  return Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(8, 10), part(10, 12), part(12, 14));
}

/** `20261121T033000Z`: sorts by time and has no character that is special in a shell or on Windows. */
function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '')}Z`;
}

function slug(name: string): string {
  return (
    name
      .replaceAll(/[^A-Za-z0-9._]+/g, '-')
      .replaceAll(/^[-.]+|-+$/g, '')
      .slice(0, 40) || 'matrix'
  );
}
