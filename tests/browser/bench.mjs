// How long the page of a thousand targets takes to be ready, and a search and a sort in it: `make bench-page` prints the medians.
// No test asserts times, since they are those of the machine.

import { readFileSync } from 'node:fs';
import { thousand } from './reports.mjs';
import { launch, open, render, temporaryFolder } from './support.mjs';

const ROUNDS = 7;

const made = render(temporaryFolder(), 'thousand.html', thousand());
const browser = await launch();
const drawn = (page) =>
  page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); }));

const timed = async (times, name, act) => {
  const begun = performance.now();
  await act();
  (times[name] ??= []).push(performance.now() - begun);
};

const times = {};
let elements;
for (let round = 0; round < ROUNDS; round += 1) {
  const { page, close } = await open(browser, 'about:blank', { own: [made.url] });
  await timed(times, 'ready to be read and searched', async () => {
    await page.goto(made.url, { waitUntil: 'domcontentloaded' });
    await drawn(page);
  });
  await timed(times, 'a first search, with the pause for typing', async () => {
    await page.getByRole('searchbox').fill('module_77');
    await page.locator('[data-shown]').getByText(/^\d+ of 1,000 targets$/).waitFor();
    await drawn(page);
  });
  await timed(times, 'all of them again, sorted by time', async () => {
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.locator('th[data-sort="time-ms"] button').click();
    await drawn(page);
  });
  elements = await page.evaluate(() => document.querySelectorAll('*').length);
  await close();
}

const median = (values) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
const size = readFileSync(made.file).length;
console.log(`1,000 targets: ${(size / 1e6).toFixed(2)} MB, ${elements} elements, Chromium ${browser.version()}`);
for (const [name, values] of Object.entries(times)) {
  console.log(`${median(values).toFixed(0).padStart(6)} ms  ${name}`);
}
await browser.close();
