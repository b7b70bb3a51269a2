import type { HistoryReport } from './history.ts';

type Renderer = (report: HistoryReport) => string;

/** The formats of a history, the default first. Their files are imported on use, like those in formats.ts. */
const formats = {
  terminal: async () => (await import('./history.ts')).renderHistory,
  json: async () => (await import('./history-document.ts')).renderHistoryJson,
  html: async () => (await import('./html/history-page.ts')).historyPage,
} as const satisfies Record<string, () => Promise<Renderer>>;

/** The name of a format of a history. */
export type HistoryFormat = keyof typeof formats;

/** The names of all formats of a history, the default first. */
export const historyFormatNames = Object.keys(formats) as HistoryFormat[];

/** The function that renders a history in a format. */
export async function loadHistoryFormat(name: HistoryFormat): Promise<Renderer> {
  return formats[name]();
}
