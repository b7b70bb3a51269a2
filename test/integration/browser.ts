import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { realHost } from '../../harness/host/inspect-host.ts';

/** Nothing that a browser does by itself on the network or on the disk of the user. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page that is shown, and what the browser had to say of it since. */
export interface ShownPage {
  page: Page;
  /** Messages of the console and errors. */
  complaints: string[];
  /** What was asked for beside the page itself. */
  requests: string[];
}

/** The distribution's chromium, without a window, with a profile that is removed at the end. */
export class TestBrowser {
  readonly #browser: Browser;
  readonly #folder: string;

  private constructor(browser: Browser, folder: string) {
    this.#browser = browser;
    this.#folder = folder;
  }

  /** @throws Error if there is no chromium; `npm test` installs it */
  static async start(): Promise<TestBrowser> {
    const host = realHost();
    const path = host.findProgram('chromium') ?? host.findProgram('chromium-browser');
    if (path === undefined) throw new Error('chromium is missing: modstorm doctor --tests');
    const folder = await mkdtemp(join(tmpdir(), 'modstorm-browser-'));
    // Playwright starts it with --headless and an empty profile of its own.
    return new TestBrowser(await chromium.launch({ executablePath: path, args: flags }), folder);
  }

  /** Opens a page from disk, as its reader does. */
  async show(text: string): Promise<ShownPage> {
    const file = join(this.#folder, 'page.html');
    writeFileSync(file, text);
    const page = await this.#browser.newPage();
    const shown: ShownPage = { page, complaints: [], requests: [] };
    const own = pathToFileURL(file).href;
    page.on('console', message => shown.complaints.push(message.text()));
    page.on('pageerror', error => shown.complaints.push(String(error)));
    page.on('request', request => {
      if (request.url().split('#')[0] !== own) shown.requests.push(request.url());
    });
    await page.goto(own);
    return shown;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
