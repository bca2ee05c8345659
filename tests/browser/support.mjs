// What the tests, the benchmark and the pictures share: pages made by the program from reports, a browser that may ask nobody for
// anything, and a local server.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** What `with_browser` has installed. */
const installed = createRequire(new URL('../../target/browser/package.json', import.meta.url));
const { chromium } = installed('playwright-core');
export const axeSource = readFileSync(installed.resolve('axe-core/axe.min.js'), 'utf8');

export const program = process.env.IMPORTGATE_PROGRAM ?? 'importgate';

const QUIET = [
  '--no-sandbox', // the tests run as root in containers; the pages are our own
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** In milliseconds: long enough for whatever happens at all to happen on a machine that does other things besides. */
const PATIENCE = 180_000;

export const launch = () =>
  chromium.launch({ executablePath: process.env.IMPORTGATE_CHROMIUM, args: QUIET, timeout: PATIENCE });

/** A folder that is gone when the process ends. */
export const temporaryFolder = () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'importgate-page-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** Renders a report, or a list of reports of several environments, as a page in the folder; `name/` makes the form with files beside it. */
export const render = (folder, name, reports) => {
  const files = [reports].flat().map((report, index) => {
    const file = path.join(folder, `${path.basename(name)}-${index}.json`);
    writeFileSync(file, JSON.stringify(report));
    return file;
  });
  const out = path.join(folder, name);
  const target = name.endsWith('/') ? `${out}${out.endsWith('/') ? '' : '/'}` : out;
  const ended = spawnSync(program, ['merge', ...files, '--format', `html=${target}`], { encoding: 'utf8' });
  // Exit code 1 only repeats the verdict of what is merged.
  if (ended.status !== 0 && ended.status !== 1) {
    throw new Error(`${program} merge ended with ${ended.status}: ${ended.stderr}${ended.error ?? ''}`);
  }
  const page = name.endsWith('/') ? path.join(out, 'index.html') : out;
  return { file: page, url: pathToFileURL(page).href, bytes: statSync(page).size };
};

/**
 * A page, and all that went wrong in it: what it wrote to the console, errors, dialogs, and every request but those for `own` addresses.
 */
export const open = async (browser, url, options = {}) => {
  const { own = [url], ...contextOptions } = options;
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, ...contextOptions });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const wrong = [];
  page.on('console', (message) => wrong.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!own.includes(request.url().split('#')[0])) wrong.push(`request: ${request.url().slice(0, 200)}`);
  });
  await page.goto(url);
  return { page, wrong, close: () => context.close() };
};

const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript' };

/** Serves the files of a folder on this machine, with these headers. */
export const serve = async (folder, headers) => {
  const server = createServer((request, response) => {
    const name = path.basename(new URL(request.url, 'http://localhost').pathname) || 'index.html';
    try {
      const content = readFileSync(path.join(folder, name));
      response.writeHead(200, { ...headers, 'Content-Type': TYPES[path.extname(name)] ?? 'text/plain' });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;
  return {
    url,
    close: () => {
      server.close();
      server.closeAllConnections(); // what a browser keeps open would keep this process alive
    },
  };
};
