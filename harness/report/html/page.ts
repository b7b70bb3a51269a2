import { html } from './markup.ts';
import { style } from './style.ts';

/** Forbids a page everything but its own style: should markup of others ever get in, it can load and run nothing. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * A page that is complete in itself: no script, nothing that is loaded, light and dark, for screens and paper.
 * @param title text; also the heading of the page
 * @param body markup
 */
export function htmlPage(title: string, body: readonly string[]): string {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="${policy}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>${html(title, 200)}</title>
<style>${style}</style></head>
<body><main>
<h1>${html(title, 200)}</h1>
${body.filter(part => part !== '').join('\n')}
</main></body></html>
`;
}
