// Pictures of the page, to be looked at: `make page-pictures` puts them into target/browser/pictures.

import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { before, hostile, matrix, regression, thousand } from './reports.mjs';
import { launch, open, render, temporaryFolder } from './support.mjs';

const out = fileURLToPath(new URL('../../target/browser/pictures/', import.meta.url));
const made = temporaryFolder();

const LAPTOP = { width: 1366, height: 768 };
const PHONE = { width: 390, height: 844 };

const unfold = (page) =>
  page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));

const search = async (page) => {
  await page.getByRole('searchbox').fill('layer_3');
  await page.locator('th[data-sort="time-ms"] button').click();
  await page.getByText('100 of 1,000 targets, sorted by time, descending', { exact: true }).waitFor();
  await page.locator('form[data-view]').scrollIntoViewIfNeeded();
};

/** Name, report, and how it is looked at. `whole` takes all of the page, not only the first screen. */
const PICTURES = [
  ['regression-laptop', regression(), {}],
  ['regression-whole', regression(), { whole: true }],
  ['regression-dark', regression(), { whole: true, colorScheme: 'dark' }],
  ['regression-phone', regression(), { viewport: PHONE }],
  ['regression-phone-whole', regression(), { whole: true, viewport: PHONE }],
  ['regression-unfolded', regression(), { whole: true, act: unfold }],
  ['regression-without-script', regression(), { whole: true, javaScriptEnabled: false }],
  ['before-laptop', before(), {}],
  ['thousand-laptop', thousand(), {}],
  ['thousand-searched', thousand(), { act: search }],
  ['matrix-whole', matrix(), { whole: true }],
  ['hostile-laptop', hostile(), {}],
];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const browser = await launch();

for (const [name, report, { whole = false, act = async () => {}, viewport = LAPTOP, ...options }] of PICTURES) {
  const { url } = render(made, `${name}.html`, report);
  const { page, close } = await open(browser, url, { viewport, ...options });
  await act(page);
  await page.screenshot({ path: path.join(out, `${name}.png`), fullPage: whole });
  await close();
}

const paper = await open(browser, render(made, 'paper.html', regression()).url);
writeFileSync(path.join(out, 'paper.pdf'), await paper.page.pdf({ format: 'A4' }));
spawnSync('pdftoppm', ['-png', '-r', '70', path.join(out, 'paper.pdf'), path.join(out, 'paper')]);
await browser.close();
console.log(`pictures are in ${path.relative(process.cwd(), out)}`);
