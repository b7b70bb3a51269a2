/** Whether the text of a log line is the kernel's banner, the first line that a kernel prints when it boots. */
export function isBootBanner(text: string): boolean {
  return text.startsWith('Linux version ');
}
